//! Requests that the client has signed and then encrypted to a key of ours (RFC 9101 §4).

use std::time::Duration;

use authly_domain::keys::{ContentEncryption, KeyManagement};
use authly_domain::refusals::Reason;
use authly_testing::envelope::{encrypt, encryption_key};
use authly_testing::stranger::Answer;
use authly_testing::{Setup, Stranger};
use pretty_assertions::assert_eq;

use super::*;

const WAY: (KeyManagement, ContentEncryption) = (KeyManagement::EcdhEs, ContentEncryption::A256Gcm);

/// The key that the server publishes for encryption.
fn published(app: &TestApp) -> Value {
    encryption_key(&app.deps.keys.published().document)
}

#[tokio::test]
async fn what_is_signed_and_encrypted_is_answered_in_every_way_that_is_offered() {
    let mut signing = Signing::start(ClientProfile::Strict).await;
    let key = published(&signing.trusted.app);
    for alg in KeyManagement::OPENED {
        for enc in ContentEncryption::OPENED {
            let object = encrypt(&key, (alg, enc), &signing.object(|_claims| {}));
            let asking = signing.carrying("request", &object);
            let answered = signing.answered(&asking).await;
            assert!(
                answered.get("code").is_some(),
                "{alg:?} {enc:?} {answered:?}"
            );
            assert_eq!(answered.get("state"), Some("signed"));
        }
    }
}

#[tokio::test]
async fn what_is_fetched_may_be_encrypted_too() {
    let stranger = Stranger::start().await;
    let app = Setup::default().stranger(&stranger).app().await;
    let kept = stranger.url("/request");
    let uri = kept.as_str().parse().unwrap();
    let registered = |client: &mut Client| client.requests.uris = vec![uri];
    let mut signing = Signing::with(app, Signer::es256(), registered).await;
    let key = published(&signing.trusted.app);
    let object = encrypt(&key, WAY, &signing.object(|_claims| {}));
    let answer = Answer::json(&object).header("Content-Type", "application/jwt");
    stranger.at("/request", answer.into());
    let asking = signing.carrying("request_uri", kept.as_str());
    assert!(signing.answered(&asking).await.get("code").is_some());
}

#[tokio::test]
async fn what_is_encrypted_has_to_be_signed_by_the_client_within() {
    let mut signing = Signing::start(ClientProfile::Strict).await;
    let key = published(&signing.trusted.app);
    let right = signing.right();
    let sealed = |token: &str| encrypt(&key, WAY, token);
    let object = signing.object(|_claims| {});
    let (header, rest) = object.split_once('.').unwrap();
    assert!(!header.is_empty());
    for (what, object) in [
        ("claims alone", sealed(&right.to_string())),
        ("unsigned", sealed(&unsigned(&right))),
        (
            "of another key",
            sealed(&Signer::es256().sign(&json!({}), &right)),
        ),
        ("encrypted twice", sealed(&sealed(&object))),
        ("without its header", sealed(rest)),
        ("nothing", sealed("")),
    ] {
        let asking = signing.trusted.asking().and("request", &object);
        let answered = signing
            .trusted
            .expect_error(&asking, "invalid_request_object");
        assert_eq!(answered.await.get("state"), Some("the state"), "{what}");
    }
}

#[tokio::test]
async fn administrators_are_told_why_it_does_not_open_and_nobody_else() {
    let mut signing = Signing::start(ClientProfile::Strict).await;
    let key = published(&signing.trusted.app);
    let other = TestApp::start().await;
    // Another installation's key, as it would be if the client had mixed them up.
    other.deps.keys.rotate().await.unwrap();
    let others = published(&other);
    let object = signing.object(|_claims| {});
    let mut unnamed = others.clone();
    unnamed.as_object_mut().unwrap().remove("kid");
    let cbc = (KeyManagement::EcdhEs, ContentEncryption::A128CbcHs256);
    for (object, sentence) in [
        (
            encrypt(&others, WAY, &object),
            "Its kid is none of this server's",
        ),
        (encrypt(&unnamed, WAY, &object), "It does not open"),
        (
            encrypt(&key, cbc, &object),
            "It is encrypted with an alg or enc",
        ),
        ("a.b.c.d.e".to_owned(), "It is no well-formed JWT."),
    ] {
        let asking = signing.trusted.asking().and("request", &object);
        let page = signing.trusted.browser.get(&asking.target()).await;
        let id = page.answer.header("x-request-id").to_owned();
        let root = signing.trusted.app.administrator(&id).await;
        let told = root
            .get(&format!("/admin/system/requests/{id}"))
            .await
            .json();
        assert_eq!(told["reason"], Reason::RequestObject.as_str());
        let explanation = told["explanation"].as_str().unwrap();
        assert!(explanation.contains(sentence), "{explanation}");
        let location = page.location().unwrap();
        assert!(!location.as_str().contains("kid"), "{location}");
    }
}

#[tokio::test]
async fn a_key_that_was_replaced_opens_for_a_day_more_on_every_node() {
    let mut signing = Signing::start(ClientProfile::Strict).await;
    let app = &signing.trusted.app;
    let before = published(app);
    let other = app.another_node().await;
    other.deps.keys.rotate().await.unwrap();
    // This node has not noticed yet.
    assert_eq!(published(app), before);
    let after = published(&other);
    assert_ne!(before["kid"], after["kid"]);
    for key in [&before, &after] {
        let object = encrypt(key, WAY, &signing.object(|_claims| {}));
        let asking = signing.carrying("request", &object);
        assert!(signing.answered(&asking).await.get("code").is_some());
    }

    signing.trusted.app.advance(Duration::from_hours(24));
    let keys = &signing.trusted.app.deps.keys;
    keys.follow_schedule().await.unwrap();
    let asking = |key: &Value| {
        let object = encrypt(key, WAY, &signing.object(|_claims| {}));
        signing.carrying("request", &object)
    };
    let (of_old, of_new) = (asking(&before), asking(&after));
    let answered = signing.answered(&of_old).await;
    assert_eq!(answered.get("error"), Some("invalid_request_object"));
    // The session of a day ago is over.
    let page = signing.trusted.browser.get(&of_new.target()).await;
    assert_eq!(page.expect_location().path(), "/login");
}
