//! Secrets of clients.

use std::time::Duration;

use authly_domain::scopes::AdminScope;
use authly_services::clients::{
    Aim, ClientAdminError, ClientAuthError, RefusedClient, RotatedSecret, Rotation,
};
use authly_services::idempotency::{Answered, Keyed};
use authly_services::tokens::TokenError;
use authly_testing::TestServices;
use authly_testing::fixtures::TestClient;
use pretty_assertions::assert_eq;

use super::{aim, machine, person, stored, wrong};
use crate::{flow, idempotency};

const HOUR: Duration = Duration::from_hours(1);

async fn rotate(
    services: &TestServices,
    client: &TestClient,
    old_valid_for: Duration,
) -> Result<RotatedSecret, ClientAdminError> {
    let by = person(services);
    let rotation = Rotation {
        old_valid_for,
        rights: AdminScope::ALL,
    };
    let registry = &services.deps.client_admin;
    let aim = aim(client.record.key, &by);
    match registry.rotate_secret(aim, rotation, None).await? {
        Answered::Now(rotated) => Ok(rotated),
        Answered::Before(_) => panic!("there is no key"),
    }
}

/// Whether the client is let in with this secret.
async fn admits(services: &TestServices, client: &TestClient, secret: &str) -> bool {
    let presented = flow::credentials(client, Some(secret));
    let clients = &services.deps.clients;
    match clients.authenticate(presented, flow::HOME).await {
        Ok(_) => true,
        Err(ClientAuthError::Refused(RefusedClient::WrongSecret, _)) => false,
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_old_secret_is_valid_for_as_long_as_was_asked() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let old = client.secret.clone().unwrap();
    let rotated = rotate(&services, &client, HOUR).await.unwrap();
    let new = rotated.secret.expose();
    assert_eq!(rotated.old_ends_at, Some(services.context.now().plus(HOUR)));
    assert_eq!(rotated.version, client.record.version + 1);
    services.advance(HOUR.checked_sub(Duration::from_secs(1)).unwrap());
    assert!(admits(&services, &client, &old).await);
    assert!(admits(&services, &client, new).await);
    services.advance(Duration::from_secs(1));
    assert!(!admits(&services, &client, &old).await);
    assert!(admits(&services, &client, new).await);
    // What has ended is shown no more, and makes way for another.
    let shown = services.deps.client_admin.get(client.record.key).await;
    assert_eq!(shown.unwrap().secrets.len(), 1);
    rotate(&services, &client, HOUR).await.unwrap();
    assert_eq!(
        stored(&services, &client.id, None)
            .await
            .record
            .secrets
            .len(),
        2
    );
}

#[tokio::test]
async fn a_secret_that_is_replaced_at_once_opens_nothing_more_on_any_node() {
    let services = TestServices::start().await;
    let other = services.another_node().await;
    let client = services.client().create().await;
    let before = flow::authenticated(&services, &client).await;
    let there = flow::authenticated(&other, &client).await;
    let rotated = rotate(&services, &client, Duration::ZERO).await.unwrap();
    assert_eq!(rotated.old_ends_at, None);
    for (node, rp) in [(&services, &before), (&other, &there)] {
        let refused = flow::own_token(node, rp).await.unwrap_err();
        let reason = ClientAuthError::from(RefusedClient::WrongSecret);
        let TokenError::Client(error) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(error.to_string(), reason.to_string());
    }
    assert!(
        services
            .stored()
            .access_tokens_of(&client.id)
            .await
            .is_empty()
    );
    let renewed = stored(&services, &client.id, Some(rotated.secret.expose())).await;
    let rp = flow::authenticated(&other, &renewed).await;
    flow::own_token(&other, &rp).await.unwrap();
}

#[tokio::test]
async fn a_third_secret_is_refused_while_two_are_valid_unless_it_ends_them() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let old = client.secret.clone().unwrap();
    let second = rotate(&services, &client, HOUR).await.unwrap();
    let before = services.stored().registry().await;
    let refused = rotate(&services, &client, HOUR).await;
    assert!(matches!(refused, Err(ClientAdminError::TwoSecrets)));
    assert_eq!(services.stored().registry().await, before);
    let third = rotate(&services, &client, Duration::ZERO).await.unwrap();
    for (secret, expected) in [
        (old.as_str(), false),
        (second.secret.expose(), false),
        (third.secret.expose(), true),
    ] {
        assert_eq!(admits(&services, &client, secret).await, expected);
    }
    assert_eq!(
        stored(&services, &client.id, None)
            .await
            .record
            .secrets
            .len(),
        1
    );
}

#[tokio::test]
async fn a_public_client_gets_no_secret() {
    let services = TestServices::start().await;
    let client = services.client().public().create().await;
    let before = services.stored().registry().await;
    let refused = rotate(&services, &client, HOUR).await;
    assert!(matches!(refused, Err(ClientAdminError::NoSecret)));
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn who_may_do_less_than_a_client_does_not_get_its_secret() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let robot = services.client().id("robot").create().await;
    services.entitle(&client, &["admin:users:write"]).await;
    let before = services.stored().registry().await;
    for by in [person(&services), machine(&robot)] {
        let rotation = Rotation {
            old_valid_for: HOUR,
            rights: &[AdminScope::ClientsWrite],
        };
        let registry = &services.deps.client_admin;
        let refused = registry.rotate_secret(aim(client.record.key, &by), rotation, None);
        let beyond = matches!(
            refused.await,
            Err(ClientAdminError::BeyondOwnRights(AdminScope::UsersWrite))
        );
        assert!(beyond);
    }
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn a_repeated_rotation_gets_the_same_secret_though_the_version_has_moved() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let (by, key) = (person(&services), idempotency::key(&services));
    let write = |rotated: &RotatedSecret| rotated.secret.expose().to_owned();
    let ask = async || {
        let keyed = Keyed::new(&key, &by, &["rotate"], &write);
        let aim = Aim {
            version: Some(client.record.version),
            ..aim(client.record.key, &by)
        };
        let rotation = Rotation {
            old_valid_for: HOUR,
            rights: &[],
        };
        let registry = &services.deps.client_admin;
        let answered = registry.rotate_secret(aim, rotation, Some(&keyed)).await;
        match answered.unwrap() {
            Answered::Now(rotated) => rotated.secret.expose().to_owned(),
            Answered::Before(secret) => secret.expose().to_owned(),
        }
    };
    let first = ask().await;
    assert_eq!(ask().await, first);
    assert_eq!(
        stored(&services, &client.id, None)
            .await
            .record
            .secrets
            .len(),
        2
    );
    assert!(admits(&services, &client, &first).await);
}

/// A transaction, the lock, what is there, and the rotation; a key adds its claim and its answer.
#[tokio::test]
async fn a_rotation_takes_six_round_trips_and_two_more_with_a_key() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    rotate(&services, &client, Duration::ZERO).await.unwrap();
    let rotation = rotate(&services, &client, Duration::ZERO);
    let (rotated, without) = services.round_trips_of(rotation).await;
    rotated.unwrap();

    let (by, key) = (person(&services), idempotency::key(&services));
    let write = |rotated: &RotatedSecret| rotated.secret.expose().to_owned();
    let keyed = Keyed::new(&key, &by, &["rotate"], &write);
    let rotation = Rotation {
        old_valid_for: Duration::ZERO,
        rights: AdminScope::ALL,
    };
    let registry = &services.deps.client_admin;
    let rotation = registry.rotate_secret(aim(client.record.key, &by), rotation, Some(&keyed));
    let (rotated, with) = services.round_trips_of(rotation).await;
    assert!(matches!(rotated, Ok(Answered::Now(_))));
    assert_eq!((without, with), (6, 8));
}

#[tokio::test]
async fn an_old_secret_stays_valid_for_90_days_at_most() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let longest = Duration::from_hours(90 * 24);
    let before = services.stored().registry().await;
    for too_long in [longest + Duration::from_secs(1), Duration::MAX] {
        let refused = rotate(&services, &client, too_long).await;
        assert_eq!(wrong(refused), ["old_secret_valid_for"]);
    }
    assert_eq!(services.stored().registry().await, before);
    rotate(&services, &client, longest).await.unwrap();
}
