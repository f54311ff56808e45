//! The key that clients encrypt to.

use std::collections::BTreeSet;
use std::time::Duration;

use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::Origin;
use authly_domain::keys::{ContentEncryption, EncryptionKeyRecord, KeyManagement};
use authly_services::authorizations::AuthorizationErrorCode;
use authly_services::keys::KeyAdminError;
use authly_testing::TestServices;
use authly_testing::envelope::{encrypt, encryption_key};
use authly_testing::fixtures::TestClient;
use authly_testing::signer::Signer;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::flow;

const DAY: Duration = Duration::from_hours(24);

async fn all(services: &TestServices) -> Vec<EncryptionKeyRecord> {
    let conn = services.db.connect().await.unwrap();
    conn.reads().keys().encryption_keys().await.unwrap()
}

fn published(services: &TestServices) -> Value {
    encryption_key(&services.deps.keys.published().document)["kid"].clone()
}

#[tokio::test]
async fn one_key_is_published_replaced_after_its_time_and_forgotten_a_day_later() {
    let services = TestServices::start().await;
    let [first] = <[_; 1]>::try_from(all(&services).await).unwrap();
    assert_eq!(published(&services), first.kid.as_str());

    // It was made 30 days ago.
    services.advance(DAY * 60);
    services.deps.keys.follow_schedule().await.unwrap();
    let [old, new] = <[_; 2]>::try_from(all(&services).await).unwrap();
    assert_eq!(old.kid, first.kid);
    assert!(old.replaced_at.is_some() && new.replaced_at.is_none());
    assert_eq!(published(&services), new.kid.as_str());
    let events = services.stored().events().await;
    let mut replaced = events
        .iter()
        .filter(|event| event.action == "encryption_key.replaced");
    let event = replaced.next().unwrap();
    assert_eq!(event.target.as_deref(), Some(new.kid.as_str()));
    assert!(replaced.next().is_none());

    services.advance(DAY);
    services.deps.keys.follow_schedule().await.unwrap();
    assert_eq!(all(&services).await, [new]);
}

#[tokio::test]
async fn of_nodes_that_find_it_due_at_once_one_replaces_it() {
    let services = TestServices::start().await;
    let other = services.another_node().await;
    services.advance(DAY * 60);
    let both = tokio::join!(
        services.deps.keys.follow_schedule(),
        other.deps.keys.follow_schedule()
    );
    both.0.unwrap();
    both.1.unwrap();
    assert_eq!(all(&services).await.len(), 2);
    services.deps.keys.refresh().await.unwrap();
    other.deps.keys.refresh().await.unwrap();
    assert_eq!(published(&services), published(&other));
}

#[tokio::test]
async fn an_installation_without_one_gets_it_when_a_node_starts() {
    let services = TestServices::start().await;
    services.remove_encryption_keys().await;
    let other = services.another_node().await;
    let [key] = <[_; 1]>::try_from(all(&services).await).unwrap();
    assert_eq!(published(&other), key.kid.as_str());
    services.deps.keys.refresh().await.unwrap();
    assert_eq!(published(&services), key.kid.as_str());
}

#[tokio::test]
async fn whoever_rotates_keys_rotates_this_one_too() {
    let services = TestServices::start().await;
    let before = published(&services);
    services.deps.keys.rotate().await.unwrap();
    let after = published(&services);
    assert_ne!(after, before);
    assert_eq!(all(&services).await.len(), 2);
    let [event] = <[_; 1]>::try_from(services.stored().events().await).unwrap();
    assert_eq!(event.action, "signing_keys.rotated");
    let details: Value = serde_json::from_str(&event.details.unwrap()).unwrap();
    assert_eq!(details["encryption_key"], after);
}

#[tokio::test]
async fn one_that_is_withdrawn_opens_nothing_and_another_is_published_in_its_place() {
    let services = TestServices::start().await;
    let other = services.another_node().await;
    let signer = Signer::es256();
    let client = services.client().signing_requests(&signer).create().await;
    let root = services.user("root").create().await;
    let by = Administrator::User {
        id: root.id,
        username: root.username.parse().unwrap(),
        origin: Origin::default(),
    };
    let before = all(&services).await;
    let [first] = <[_; 1]>::try_from(before.clone()).unwrap();
    let admin = &services.deps.key_admin;
    let dry = admin.revoke(&first.kid, &by, Run::Dry).await.unwrap();
    assert!(dry.was_withdrawn_now && dry.algorithm.is_none() && dry.successor.is_some());
    assert_eq!(all(&services).await, before);

    let revoked = admin.revoke(&first.kid, &by, Run::ForReal).await.unwrap();
    let [second] = <[_; 1]>::try_from(all(&services).await).unwrap();
    assert!(revoked.was_withdrawn_now && second.kid != first.kid);
    assert_eq!(revoked.successor, Some(second.kid.clone()));
    assert_eq!(published(&services), second.kid.as_str());
    // Whoever holds the old key set learns that it opens nothing any more.
    let refused = Some(AuthorizationErrorCode::InvalidRequestObject);
    let of = (&client, &signer);
    assert_eq!(asked(&services, &other, of).await.0, refused);
    other.deps.keys.refresh().await.unwrap();
    assert_eq!(asked(&other, &other, of).await.0, None);

    // One that was replaced has a successor already.
    services.deps.keys.rotate().await.unwrap();
    let revoked = admin.revoke(&second.kid, &by, Run::ForReal).await.unwrap();
    assert_eq!((revoked.was_withdrawn_now, revoked.successor), (true, None));
    let again = admin.revoke(&second.kid, &by, Run::ForReal).await;
    assert!(matches!(again, Err(KeyAdminError::UnknownKey)), "{again:?}");
    assert_eq!(all(&services).await.len(), 1);
    let events = services.stored().events().await;
    let withdrawn = events.iter().filter(|event| event.action == "keys.revoke");
    let targets: BTreeSet<_> = withdrawn.map(|event| event.target.clone()).collect();
    let expected = [first, second].map(|key| Some(key.kid.to_string()));
    assert_eq!(targets, expected.into());
}

/// What comes of a request that is signed, and encrypted to the key that `publisher` publishes, with the round
/// trips that it takes.
async fn asked(
    services: &TestServices,
    publisher: &TestServices,
    (client, signer): (&TestClient, &Signer),
) -> (Option<AuthorizationErrorCode>, u64) {
    let (mut asked, _verifier) = flow::request(services, client, "openid");
    let object = signer.sign(
        &json!({}),
        &json!({
            "iss": client.id, "client_id": client.id, "aud": services.policies().tokens.issuer.as_str(),
            "exp": services.context.now().unix_seconds() + 60, "response_type": "code", "scope": "openid",
            "redirect_uri": client.redirect_uri(), "code_challenge": asked.code_challenge,
            "code_challenge_method": "S256", "nonce": "the nonce",
        }),
    );
    let key = encryption_key(&publisher.deps.keys.published().document);
    let way = (KeyManagement::EcdhEs, ContentEncryption::A256Gcm);
    asked.request = Some(encrypt(&key, way, &object));
    let browser = flow::browser(services);
    let asking = services.deps.authorizations.authorize(asked, &browser);
    let (step, round_trips) = services.round_trips_of(asking).await;
    (flow::error_in(&step.unwrap()), round_trips)
}

#[tokio::test]
async fn a_key_that_another_node_has_just_published_opens_for_all_who_come_at_once() {
    let services = TestServices::start().await;
    let other = services.another_node().await;
    let signer = Signer::es256();
    let client = services.client().signing_requests(&signer).create().await;
    other.deps.keys.rotate().await.unwrap();
    assert_ne!(published(&services), published(&other));
    let of = (&client, &signer);
    let (one, two, three) = tokio::join!(
        asked(&services, &other, of),
        asked(&services, &other, of),
        asked(&services, &other, of),
    );
    assert_eq!((one.0, two.0, three.0), (None, None, None));
}

#[tokio::test]
async fn whoever_encrypts_to_others_makes_a_node_look_once_a_second() {
    let (services, others) = (TestServices::start().await, TestServices::start().await);
    // All begin with the same keys.
    others.deps.keys.rotate().await.unwrap();
    let signer = Signer::es256();
    let client = services.client().signing_requests(&signer).create().await;
    flow::ask(&services, &client, "openid", &flow::browser(&services)).await;
    let refused = Some(AuthorizationErrorCode::InvalidRequestObject);
    // One for the client, which may have changed, and the first time one for the keys.
    for seconds in 0..2 {
        services.advance(Duration::from_secs(seconds));
        for round_trips in [2, 1, 1] {
            let asked = asked(&services, &others, (&client, &signer)).await;
            assert_eq!(asked, (refused, round_trips), "{seconds}");
        }
    }
}
