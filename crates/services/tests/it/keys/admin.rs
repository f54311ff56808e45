//! Rotations and withdrawals by administrators, at once and half way.

use std::sync::Arc;
use std::time::Duration;

use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::Origin;
use authly_domain::keys::{KeyId, SigningAlgorithm};
use authly_services::keys::{KeyAdminError, KeyRevocation};
use authly_testing::TestServices;
use pretty_assertions::assert_eq;

use super::{in_phase, published};
use crate::flow;

async fn root(services: &TestServices) -> Administrator {
    let user = services.user("root").create().await;
    Administrator::User {
        id: user.id,
        username: user.username.parse().unwrap(),
        origin: Origin::default(),
    }
}

fn signing(services: &TestServices, algorithm: SigningAlgorithm) -> KeyId {
    let ring = services.deps.keys.ring().load();
    ring.active_kid(algorithm).unwrap().clone()
}

/// Makes everybody who wants to change keys wait, until as many as there are wait for it.
async fn all_at_once(services: &TestServices, work: impl Future<Output = ()>) {
    let session = services.database().session().await;
    let hold = "BEGIN; LOCK TABLE revisions IN EXCLUSIVE MODE";
    session.batch_execute(hold).await.unwrap();
    let release = async {
        services.database().until_waiting_for("revisions", 2).await;
        session.batch_execute("COMMIT").await.unwrap();
    };
    tokio::join!(work, release);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_rotations_at_once_one_happens_and_both_get_its_answer() {
    let services = Arc::new(TestServices::start().await);
    let other = Arc::new(services.another_node().await);
    let by = root(&services).await;
    let mut answers = Vec::new();
    all_at_once(
        &services,
        Box::pin(async {
            let (one, two) = tokio::join!(
                services.deps.key_admin.rotate(&by, Run::ForReal),
                other.deps.key_admin.rotate(&by, Run::ForReal),
            );
            answers.extend([one.unwrap(), two.unwrap()]);
        }),
    )
    .await;

    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].retired.len(), 4);
    assert_eq!(in_phase(&services, "active").await, SigningAlgorithm::ALL);
    assert_eq!(in_phase(&services, "retiring").await, SigningAlgorithm::ALL);
    assert_eq!(services.stored().audit_actions().await, ["keys.rotate"]);
    assert_eq!(published(&services), published(&other));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_withdrawals_at_once_one_happens_and_one_key_takes_over() {
    let services = Arc::new(TestServices::start().await);
    let other = Arc::new(services.another_node().await);
    let by = root(&services).await;
    let kid = signing(&services, SigningAlgorithm::Es256);
    let mut answers = Vec::new();
    all_at_once(
        &services,
        Box::pin(async {
            let (one, two) = tokio::join!(
                services.deps.key_admin.revoke(&kid, &by, Run::ForReal),
                other.deps.key_admin.revoke(&kid, &by, Run::ForReal),
            );
            answers.extend([one.unwrap(), two.unwrap()]);
        }),
    )
    .await;

    let now = answers.iter().filter(|one| one.was_withdrawn_now);
    assert_eq!(now.count(), 1);
    assert_eq!(
        in_phase(&services, "revoked").await,
        [SigningAlgorithm::Es256]
    );
    assert_eq!(in_phase(&services, "active").await, SigningAlgorithm::ALL);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_and_a_rotation_at_once_leave_one_key_of_each_algorithm_that_signs() {
    let services = Arc::new(TestServices::start().await);
    let other = Arc::new(services.another_node().await);
    let by = root(&services).await;
    let kid = signing(&services, SigningAlgorithm::Es256);
    all_at_once(
        &services,
        Box::pin(async {
            let (revoked, rotated) = tokio::join!(
                services.deps.key_admin.revoke(&kid, &by, Run::ForReal),
                other.deps.key_admin.rotate(&by, Run::ForReal),
            );
            assert!(revoked.unwrap().was_withdrawn_now);
            assert_eq!(rotated.unwrap().retired.len(), 4);
        }),
    )
    .await;
    assert_eq!(in_phase(&services, "active").await, SigningAlgorithm::ALL);
    assert_eq!(
        in_phase(&services, "revoked").await,
        [SigningAlgorithm::Es256]
    );
}

#[tokio::test]
async fn the_announced_key_takes_over_from_one_that_is_withdrawn_and_others_are_withdrawn_alike() {
    let services = TestServices::start().await;
    let by = root(&services).await;
    services.advance(Duration::from_hours(24 * 59));
    services.deps.keys.follow_schedule().await.unwrap();
    let conn = services.db.connect().await.unwrap();
    let keys = conn.reads().keys().all().await.unwrap();
    let announced = |algorithm| {
        let mut keys = keys.iter();
        let key = keys.find(|key| key.algorithm == algorithm && key.phase.as_str() == "announced");
        key.unwrap().kid.clone()
    };
    let admin = &services.deps.key_admin;
    let (es256, eddsa) = (SigningAlgorithm::Es256, SigningAlgorithm::EdDsa);

    let active = signing(&services, es256);
    let revoked = admin.revoke(&active, &by, Run::ForReal).await.unwrap();
    let expected = KeyRevocation {
        was_withdrawn_now: true,
        algorithm: Some(es256),
        successor: Some(announced(es256)),
    };
    assert_eq!(revoked, expected);
    assert_eq!(signing(&services, es256), announced(es256));
    // One that only waits has no successor: the schedule announces another.
    let waiting = announced(eddsa);
    let revoked = admin.revoke(&waiting, &by, Run::ForReal).await.unwrap();
    assert_eq!(revoked.successor, None);
    assert!(!published(&services).contains(&waiting.to_string()));
    let signs = signing(&services, eddsa);
    services.deps.keys.follow_schedule().await.unwrap();
    assert_eq!(signing(&services, eddsa), signs);
    assert_eq!(in_phase(&services, "announced").await.len(), 3);
}

#[tokio::test]
async fn a_dry_run_and_an_unknown_key_change_nothing() {
    let services = TestServices::start().await;
    let by = root(&services).await;
    let (client, conn) = (
        services.client().create().await,
        services.db.connect().await.unwrap(),
    );
    let rp = flow::authenticated(&services, &client).await;
    let token = flow::own_token(&services, &rp).await.unwrap();
    let before = conn.reads().keys().all().await.unwrap();
    let revision = conn.reads().keys().revision().await.unwrap();
    let admin = &services.deps.key_admin;
    let kid = signing(&services, SigningAlgorithm::Es256);
    assert!(
        admin
            .revoke(&kid, &by, Run::Dry)
            .await
            .unwrap()
            .was_withdrawn_now
    );
    // No key is made for it: it reads once.
    let (foreseen, round_trips) = services.round_trips_of(admin.rotate(&by, Run::Dry)).await;
    let foreseen = foreseen.unwrap();
    assert_eq!((foreseen.active.len(), foreseen.retired.len()), (0, 4));
    assert_eq!(round_trips, 1);
    for unknown in ["", "nobody's", "\0"] {
        let unknown = KeyId::new(unknown.to_owned());
        let refused = admin.revoke(&unknown, &by, Run::ForReal).await;
        assert!(
            matches!(refused, Err(KeyAdminError::UnknownKey)),
            "{refused:?}"
        );
    }
    assert_eq!(conn.reads().keys().all().await.unwrap(), before);
    assert_eq!(conn.reads().keys().revision().await.unwrap(), revision);
    assert!(flow::is_active(&services, &rp, token.access_token.expose()).await);
}
