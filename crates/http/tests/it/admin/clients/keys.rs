//! Keys that a client registers by value.

use authly_testing::TestApp;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{create, path, web};

/// The key of RFC 7517 appendix A.1.
pub(super) fn p256() -> Value {
    json!({
        "kty": "EC", "crv": "P-256",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    })
}

fn named(kid: &str) -> Value {
    let mut key = p256();
    key["kid"] = json!(kid);
    key
}

#[tokio::test]
async fn keys_are_registered_shown_replaced_and_cleared() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let mut document = web("keys");
    document["jwks"] = json!({ "keys": [named("one"), p256()], "more": 1 });
    let created = create(&root, &document).await;
    assert_eq!(created["jwks"], json!({ "keys": [named("one"), p256()] }));

    let path = path(&created);
    assert_eq!(root.get(&path).await.json()["jwks"], created["jwks"]);
    let kept = root.patch(&path, &json!({ "client_name": "Keys" })).await;
    assert_eq!(kept.json()["jwks"], created["jwks"]);
    let next = json!({ "keys": [named("two")] });
    let replaced = root.patch(&path, &json!({ "jwks": next })).await;
    assert_eq!(replaced.json()["jwks"], next);
    let cleared = root.patch(&path, &json!({ "jwks": null })).await;
    assert_eq!(cleared.json().get("jwks"), None);
}

#[tokio::test]
async fn each_wrong_key_is_named_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let client = create(&root, &web("keys")).await;
    let before = app.stored().registry().await;
    let mut private = named("one");
    private["d"] = json!("870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE");
    for (wrong, places) in [
        (
            json!({ "keys": [private, p256(), "x"] }),
            vec!["/jwks/keys/0", "/jwks/keys/2"],
        ),
        (
            json!({ "keys": [named("one"), named("one")] }),
            vec!["/jwks/keys/1"],
        ),
        (json!({ "keys": [] }), vec!["/jwks"]),
        (json!("https://a.example/jwks"), vec!["/jwks"]),
    ] {
        let refused = root.patch(&path(&client), &json!({ "jwks": wrong })).await;
        refused.expect_problem(422, "invalid_body");
        assert_eq!(refused.wrong_places(), places, "{wrong}");
        assert!(!refused.body.contains("870MB6"), "{}", refused.body);
    }
    assert_eq!(app.stored().registry().await, before);
}
