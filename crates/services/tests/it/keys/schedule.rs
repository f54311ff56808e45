//! Keys on schedule.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use authly_crypto::jws::TokenType;
use authly_domain::clock::Timestamp;
use authly_domain::keys::{
    KeyChange, KeyPhase, LONGEST_SIGNED_TOKEN, SigningAlgorithm, SigningKeyRecord,
};
use authly_services::keys::KeysError;
use authly_testing::{Setup, TestServices};
use pretty_assertions::assert_eq;

use super::{in_phase, published};
use crate::flow;

const DAY: Duration = Duration::from_hours(24);

async fn all(services: &TestServices) -> Vec<SigningKeyRecord> {
    let conn = services.db.connect().await.unwrap();
    conn.reads().keys().all().await.unwrap()
}

async fn revision(services: &TestServices) -> i64 {
    let conn = services.db.connect().await.unwrap();
    conn.reads().keys().revision().await.unwrap()
}

async fn follow(services: &TestServices) -> Vec<KeyChange> {
    services.deps.keys.follow_schedule().await.unwrap()
}

fn for_each(change: fn(SigningAlgorithm) -> KeyChange) -> Vec<KeyChange> {
    SigningAlgorithm::ALL.map(change).into()
}

/// Keys that have signed for 30 days; the next are due in 60, and announced in 59.
async fn with_announced_keys() -> TestServices {
    let services = TestServices::start().await;
    services.advance(DAY * 59);
    assert_eq!(follow(&services).await, for_each(KeyChange::Announce));
    services
}

/// The keys that sign in the memory of a node.
fn signing(services: &TestServices) -> Vec<String> {
    let ring = services.deps.keys.ring().load();
    let kid = |alg| ring.active_kid(alg).unwrap().to_string();
    SigningAlgorithm::ALL.map(kid).into()
}

#[tokio::test]
async fn a_new_installation_begins_with_one_key_of_each_algorithm_that_signs() {
    let services = TestServices::start().await;
    assert_eq!(in_phase(&services, "active").await, SigningAlgorithm::ALL);
    assert_eq!(published(&services).len(), 4);
    assert_eq!(follow(&services).await, []);
}

#[tokio::test]
async fn keys_go_through_their_phases_and_verify_until_the_last_token_has_expired() {
    let services = with_announced_keys().await;
    let (old, client) = (signing(&services), services.client().create().await);
    assert_eq!(published(&services).len(), 8);
    services.advance(DAY.saturating_sub(Duration::from_secs(1)));
    assert_eq!(follow(&services).await, []);
    let rp = flow::authenticated(&services, &client).await;
    let token = flow::own_token(&services, &rp).await.unwrap();
    let token = token.access_token.expose();

    services.advance(Duration::from_secs(1));
    assert_eq!(follow(&services).await, for_each(KeyChange::Promote));
    assert!(signing(&services).iter().all(|kid| !old.contains(kid)));
    let actions: BTreeSet<_> = services
        .stored()
        .audit_actions()
        .await
        .into_iter()
        .collect();
    let expected = ["encryption_key.replaced", "signing_keys.rotated"];
    assert_eq!(actions, expected.map(str::to_owned).into());
    let verifies = |kind| {
        let ring = services.deps.keys.ring().load();
        ring.verify(token, Some(kind)).is_ok()
    };
    services.advance(LONGEST_SIGNED_TOKEN);
    services.deps.keys.refresh().await.unwrap();
    assert!(verifies(TokenType::AccessToken));
    assert_eq!(
        (published(&services).len(), follow(&services).await),
        (8, vec![])
    );

    // A minute more, for what a node signed that had not noticed yet.
    services.advance(Duration::from_mins(1));
    services.deps.keys.refresh().await.unwrap();
    assert!(!verifies(TokenType::AccessToken));
    assert_eq!(published(&services).len(), 4);
    assert_eq!(follow(&services).await.len(), 4);
    assert_eq!(in_phase(&services, "gone").await, SigningAlgorithm::ALL);
    assert_eq!(follow(&services).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_follow_the_schedule_at_once_rotate_once() {
    let services = Arc::new(with_announced_keys().await);
    let other = Arc::new(services.another_node().await);
    services.advance(DAY);
    let both = [&services, &other].map(|node| {
        let node = Arc::clone(node);
        tokio::spawn(async move { follow(&node).await })
    });
    let mut done = 0;
    for one in both {
        let changes = one.await.unwrap();
        assert!(changes.is_empty() || changes == for_each(KeyChange::Promote));
        done += changes.len();
    }
    assert_eq!(done, 4);
    let actions: BTreeSet<_> = services
        .stored()
        .audit_actions()
        .await
        .into_iter()
        .collect();
    let expected = ["encryption_key.replaced", "signing_keys.rotated"];
    assert_eq!(actions, expected.map(str::to_owned).into());
    assert_eq!(in_phase(&services, "active").await, SigningAlgorithm::ALL);
    for node in [&services, &other] {
        node.deps.keys.refresh().await.unwrap();
    }
    assert_eq!(signing(&services), signing(&other));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_announce_at_once_announce_once() {
    let services = Arc::new(TestServices::start().await);
    let other = Arc::new(services.another_node().await);
    services.advance(DAY * 59);
    let both = [&services, &other].map(|node| {
        let node = Arc::clone(node);
        tokio::spawn(async move { follow(&node).await })
    });
    for one in both {
        one.await.unwrap();
    }
    assert_eq!(
        in_phase(&services, "announced").await,
        SigningAlgorithm::ALL
    );
}

#[tokio::test]
async fn a_rotation_that_fails_half_way_has_changed_nothing() {
    let services = with_announced_keys().await;
    services.advance(DAY);
    let before = (all(&services).await, published(&services));
    let before_revision = revision(&services).await;
    // The last thing that a rotation does before it commits is to write down that it happened.
    let break_off = "CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE 'the connection is lost'; END $$;
        CREATE TRIGGER break_off BEFORE INSERT ON audit_events EXECUTE FUNCTION break_off()";
    services.database().run(break_off).await;
    let failed = services.deps.keys.follow_schedule().await;
    assert!(matches!(failed, Err(KeysError::Storage(_))), "{failed:?}");
    services.deps.keys.rotate().await.unwrap_err();

    services.deps.keys.refresh().await.unwrap();
    assert_eq!((all(&services).await, published(&services)), before);
    assert_eq!(revision(&services).await, before_revision);
    services
        .database()
        .run("DROP TRIGGER break_off ON audit_events")
        .await;
    assert_eq!(follow(&services).await, for_each(KeyChange::Promote));
}

#[tokio::test]
async fn while_a_rotation_is_under_way_others_see_and_use_the_keys_of_before() {
    let services = with_announced_keys().await;
    let client = services.client().create().await;
    let other = services.another_node().await;
    services.advance(DAY);
    let before = all(&services).await;
    let session = services.database().session().await;
    let hold = "BEGIN; LOCK TABLE audit_events IN EXCLUSIVE MODE";
    session.batch_execute(hold).await.unwrap();
    let rotation = services.deps.keys.follow_schedule();
    let observed = async {
        // The rotation has made its changes when it waits for the table that we hold.
        let database = services.database();
        database.until_somebody_waits_for("audit_events").await;
        other.deps.keys.refresh().await.unwrap();
        let seen = all(&other).await;
        let rp = flow::authenticated(&other, &client).await;
        flow::own_token(&other, &rp).await.unwrap();
        session.batch_execute("COMMIT").await.unwrap();
        seen
    };
    let (changes, seen) = tokio::join!(rotation, observed);
    assert_eq!(changes.unwrap(), for_each(KeyChange::Promote));
    assert_eq!(seen, before);
}

#[tokio::test]
async fn an_emergency_promotes_the_announced_keys_and_the_schedule_goes_on_from_there() {
    let services = with_announced_keys().await;
    let known = published(&services);
    services.advance(Duration::from_mins(5));
    let rotation = services.deps.keys.rotate().await.unwrap();
    assert!(
        rotation
            .active
            .iter()
            .all(|(_, kid)| known.iter().any(|one| one == kid.as_str()))
    );
    assert_eq!(in_phase(&services, "announced").await, []);

    services.advance(DAY * 88);
    assert!(
        follow(&services)
            .await
            .iter()
            .all(|one| matches!(one, KeyChange::LetGo(_)))
    );
    services.advance(DAY);
    assert_eq!(follow(&services).await, for_each(KeyChange::Announce));
}

#[tokio::test]
async fn an_algorithm_that_has_lost_its_key_gets_one_at_the_next_start() {
    let services = TestServices::start().await;
    services.database().remove_keys_of("EdDSA").await;
    let other = services.another_node().await;
    assert_eq!(in_phase(&other, "active").await, SigningAlgorithm::ALL);
    assert_eq!(published(&other).len(), 4);
}

/// Looks at odd moments, and holds every key that signs to when it was first seen in the key set.
#[tokio::test]
async fn no_key_signs_on_schedule_that_was_published_for_less_than_its_time() {
    let setup = Setup::default().policies(|policies| {
        policies.keys.announced_for = Duration::from_hours(1);
        policies.keys.active_for = Duration::from_hours(5);
    });
    let services = setup.services().await;
    let announced_for = services.policies().keys.announced_for;
    let mut first_seen: BTreeMap<String, Timestamp> = BTreeMap::new();
    let begun = published(&services);
    let mut signed = 0;
    for _ in 0..60 {
        let now = services.context.now();
        follow(&services).await;
        for kid in published(&services) {
            first_seen.entry(kid).or_insert(now);
        }
        let keys = all(&services).await;
        let active = |key: &&SigningKeyRecord| matches!(key.phase, KeyPhase::Active { .. });
        assert_eq!(keys.iter().filter(active).count(), 4);
        for key in keys.iter().filter(active) {
            let kid = key.kid.as_str();
            if begun.iter().all(|known| known != kid) {
                assert!(now.since(first_seen[kid]) >= announced_for, "{kid}");
                signed += 1;
            }
        }
        services.advance(Duration::from_mins(17));
    }
    assert!(signed > 100, "{signed}");
}
