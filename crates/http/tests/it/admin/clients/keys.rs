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

const MEMBERS: [&str; 4] = [
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
];

#[tokio::test]
async fn encryption_is_registered_shown_changed_and_cleared() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let mut document = web("keys");
    document["jwks"] = json!({ "keys": [p256()] });
    let values = ["ECDH-ES", "A256GCM", "ECDH-ES+A256KW", "A128CBC-HS256"];
    for (member, value) in MEMBERS.iter().zip(values) {
        document[member] = json!(value);
    }
    let created = create(&root, &document).await;
    let path = path(&created);
    let shown = root.get(&path).await.json();
    for (member, value) in MEMBERS.iter().zip(values) {
        assert_eq!(created[member], value, "{member}");
        assert_eq!(shown[member], value, "{member}");
    }
    let change = json!({ MEMBERS[0]: "ECDH-ES+A128KW", MEMBERS[1]: null });
    let changed = root.patch(&path, &change).await.json();
    assert_eq!(changed[MEMBERS[0]], "ECDH-ES+A128KW");
    assert_eq!(changed.get(MEMBERS[1]), None);
    let clear = MEMBERS.map(|member| (member.to_owned(), Value::Null));
    let clear = Value::Object(clear.into_iter().collect());
    let cleared = root.patch(&path, &clear).await.json();
    assert!(
        MEMBERS.iter().all(|member| cleared.get(member).is_none()),
        "{cleared}"
    );
}

#[tokio::test]
async fn what_cannot_be_encrypted_is_not_registered() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let [id_alg, id_enc, info_alg, info_enc] = MEMBERS;
    let mut document = web("keys");
    document["jwks"] = json!({ "keys": [p256()] });
    document[id_alg] = json!("ECDH-ES");
    let client = create(&root, &document).await;
    let before = app.stored().registry().await;
    let mut signing = p256();
    signing["use"] = json!("sig");
    for (wrong, places) in [
        // None of these is offered, and some never will be.
        (
            json!({ id_alg: "RSA1_5", info_alg: "RSA-OAEP" }),
            vec![id_alg, info_alg],
        ),
        (
            json!({ id_alg: "dir", info_alg: "A256KW" }),
            vec![id_alg, info_alg],
        ),
        (
            json!({ id_alg: "none", id_enc: "A192GCM" }),
            vec![id_alg, id_enc],
        ),
        (
            json!({ info_alg: "ecdh-es", info_enc: "" }),
            vec![info_alg, info_enc],
        ),
        // Nothing says how the key would reach the client.
        (json!({ info_enc: "A128GCM" }), vec![info_enc]),
        (json!({ id_alg: null, id_enc: "A128GCM" }), vec![id_enc]),
        // There is no key for it, or none any more.
        (json!({ id_alg: "RSA-OAEP-256" }), vec![id_alg]),
        (json!({ info_alg: "RSA-OAEP-256" }), vec![info_alg]),
        (json!({ "jwks": null }), vec![id_alg]),
        (json!({ "jwks": { "keys": [signing] } }), vec![id_alg]),
    ] {
        let refused = root.patch(&path(&client), &wrong).await;
        refused.expect_problem(422, "invalid_body");
        let mut found = refused.wrong_places();
        found.sort();
        let places: Vec<_> = places.iter().map(|member| format!("/{member}")).collect();
        assert_eq!(found, places, "{wrong}");
    }
    assert_eq!(app.stored().registry().await, before);
}

#[tokio::test]
async fn a_client_that_signs_assertions_is_registered_without_a_secret() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let mut document = web("signing");
    document["profile"] = json!("oidc");
    document["token_endpoint_auth_method"] = json!("private_key_jwt");
    document["token_endpoint_auth_signing_alg"] = json!("RS256");
    document["jwks_uri"] = json!("https://app.example/jwks");
    let created = create(&root, &document).await;
    for member in [
        "profile",
        "token_endpoint_auth_method",
        "token_endpoint_auth_signing_alg",
        "jwks_uri",
    ] {
        assert_eq!(created[member], document[member], "{member}");
    }
    assert_eq!(
        (created.get("client_secret"), &created["secrets"]),
        (None, &json!([]))
    );

    let path = path(&created);
    let at_once = json!({ "old_secret_valid_for": 0 });
    let secret = root.post(&format!("{path}/secrets"), &at_once).await;
    secret.expect_problem(409, "conflict");
    let change = json!({
        "profile": "strict", "token_endpoint_auth_signing_alg": null,
        "jwks_uri": null, "jwks": { "keys": [named("one")] },
    });
    let changed = root.patch(&path, &change).await.json();
    assert_eq!(changed["profile"], "strict");
    assert_eq!(changed.get("token_endpoint_auth_signing_alg"), None);
    assert_eq!(
        (changed.get("jwks_uri"), &changed["jwks"]),
        (None, &change["jwks"])
    );
}

#[tokio::test]
async fn what_is_wrong_about_how_a_client_signs_is_named_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let client = create(&root, &web("keys")).await;
    let before = app.stored().registry().await;
    for (wrong, places) in [
        (json!({ "profile": "fapi1" }), vec!["/profile"]),
        (
            json!({ "token_endpoint_auth_method": "private_key_jwt" }),
            vec!["/token_endpoint_auth_method"],
        ),
        (
            json!({ "token_endpoint_auth_signing_alg": "HS256" }),
            vec!["/token_endpoint_auth_signing_alg"],
        ),
        (
            json!({ "token_endpoint_auth_signing_alg": "ES256" }),
            vec!["/token_endpoint_auth_signing_alg"],
        ),
        (
            json!({ "jwks_uri": "http://app.example/jwks" }),
            vec!["/jwks_uri"],
        ),
        (
            json!({ "jwks_uri": "https://u@app.example/jwks" }),
            vec!["/jwks_uri"],
        ),
        (
            json!({ "jwks_uri": "https://app.example/jwks", "jwks": { "keys": [p256()] } }),
            vec!["/jwks_uri"],
        ),
    ] {
        let refused = root.patch(&path(&client), &wrong).await;
        refused.expect_problem(422, "invalid_body");
        assert_eq!(refused.wrong_places(), places, "{wrong}");
    }
    assert_eq!(app.stored().registry().await, before);
}

#[tokio::test]
async fn how_a_client_signs_its_requests_is_registered_changed_and_taken_back() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let mut document = web("signing");
    document["jwks_uri"] = json!("https://app.example/jwks");
    let created = create(&root, &document).await;
    assert_eq!(created.get("request_object_signing_alg"), None);
    assert_eq!(created["require_signed_request_object"], false);
    assert_eq!(created["request_uris"], json!([]));
    let path = path(&created);
    let change = json!({
        "request_object_signing_alg": "ES256", "require_signed_request_object": true,
        "request_uris": ["https://app.example/one", "https://app.example/two"],
    });
    let changed = root.patch(&path, &change).await.json();
    for (member, value) in change.as_object().unwrap() {
        assert_eq!(&changed[member], value, "{member}");
    }
    let before = app.stored().registry().await;
    for (wrong, places) in [
        (
            json!({ "request_object_signing_alg": "none" }),
            vec!["/request_object_signing_alg"],
        ),
        (
            json!({ "request_object_signing_alg": "RS256" }),
            vec!["/request_object_signing_alg"],
        ),
        (
            json!({ "request_uris": ["https://a.example/", "http://a.example/"] }),
            vec!["/request_uris/1"],
        ),
        (json!({ "request_uris": null }), vec!["/request_uris"]),
        (json!({ "profile": "fapi2" }), vec!["/request_uris"]),
        (
            json!({ "require_signed_request_object": null }),
            vec!["/require_signed_request_object"],
        ),
        (
            json!({ "jwks_uri": null }),
            vec![
                "/request_object_signing_alg",
                "/require_signed_request_object",
                "/request_uris",
            ],
        ),
    ] {
        let refused = root.patch(&path, &wrong).await;
        refused.expect_problem(422, "invalid_body");
        assert_eq!(refused.wrong_places(), places, "{wrong}");
    }
    assert_eq!(app.stored().registry().await, before);
    let back = json!({
        "request_object_signing_alg": null, "require_signed_request_object": false,
        "request_uris": [],
    });
    let changed = root.patch(&path, &back).await.json();
    assert_eq!(changed.get("request_object_signing_alg"), None);
    assert_eq!(changed["require_signed_request_object"], false);
    assert_eq!(changed["request_uris"], json!([]));
}
