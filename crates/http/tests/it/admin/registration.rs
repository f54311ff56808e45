//! `/admin/initial-access-tokens`, as callers see it.

use std::time::Duration;

use authly_testing::TestApp;
use pretty_assertions::assert_eq;
use serde_json::json;

const TOKENS: &str = "/admin/initial-access-tokens";

#[tokio::test]
async fn a_token_is_made_shown_once_listed_and_deleted() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let new = json!({
        "name": "Suite", "scope": "openid email", "profile": "oidc", "require_pkce": false,
        "max_clients": 3, "expires_in": 60,
    });
    let created = root.post(TOKENS, &new).await;
    assert_eq!(created.status, 201, "{}", created.body);
    let mut made = created.json();
    let token = made.as_object_mut().unwrap().remove("token").unwrap();
    assert!(token.as_str().unwrap().starts_with("authly_iat_"));
    for (member, value) in [
        ("name", json!("Suite")),
        ("scope", json!("openid email")),
        ("profile", json!("oidc")),
        ("require_pkce", json!(false)),
        ("require_nonce", json!(true)),
        ("clients_left", json!(3)),
        ("clients_made", json!(0)),
    ] {
        assert_eq!(made[member], value, "{member}");
    }
    app.advance(Duration::from_secs(1));
    let usual = root
        .post(TOKENS, &json!({ "name": "One", "scope": "openid" }))
        .await
        .json();
    assert_eq!(usual["clients_left"], 1);
    assert_eq!(usual["profile"], "strict");
    let listed = root.get(TOKENS).await;
    assert!(!listed.body.contains("authly_iat_"), "{}", listed.body);
    let items = listed.json()["items"].as_array().unwrap().clone();
    let names: Vec<_> = items.iter().map(|item| item["name"].clone()).collect();
    assert_eq!(names, ["One", "Suite"], "the newest first");
    assert_eq!(items[1], made);

    let first = root.get(&format!("{TOKENS}?limit=1")).await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = root.get(&format!("{TOKENS}?limit=1&cursor={cursor}")).await;
    assert_eq!(second.json()["items"][0]["name"], "Suite");

    let path = format!("{TOKENS}/{}", made["id"].as_str().unwrap());
    assert_eq!(root.delete(&path).await.status, 204);
    root.delete(&path).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn what_no_token_can_be_is_refused_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let before = app.stored().registry().await;
    for (change, place) in [
        (json!({ "name": "" }), "/name"),
        (json!({ "scope": "openid \"" }), "/scope"),
        (json!({ "scope": "nothing" }), "/scope"),
        (json!({ "scope": "admin:clients:read" }), "/scope"),
        (json!({ "profile": "fapi1" }), "/profile"),
        (json!({ "require_nonce": false }), "/require_nonce"),
        (json!({ "max_clients": 0 }), "/max_clients"),
        (json!({ "max_clients": 1_001 }), "/max_clients"),
        (json!({ "expires_in": 0 }), "/expires_in"),
        (json!({ "expires_in": u64::MAX }), "/expires_in"),
        (json!({ "colour": "red" }), "/colour"),
    ] {
        let mut new = json!({ "name": "Suite", "scope": "openid" });
        for (name, value) in change.as_object().unwrap() {
            new[name] = value.clone();
        }
        let refused = root.post(TOKENS, &new).await;
        refused.expect_problem(422, "invalid_body");
        assert_eq!(refused.wrong_places(), [place], "{change}");
    }
    assert_eq!(app.stored().registry().await, before);
}

#[tokio::test]
async fn a_dry_run_makes_and_deletes_nothing() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let new = json!({ "name": "Suite", "scope": "openid" });
    let made = root.post(TOKENS, &new).await.json();
    let before = app.stored().registry().await;
    let planned = root.post(&format!("{TOKENS}?dry_run=true"), &new).await;
    assert_eq!(planned.status, 201, "{}", planned.body);
    let path = format!("{TOKENS}/{}?dry_run=true", made["id"].as_str().unwrap());
    assert_eq!(root.delete(&path).await.status, 204);
    assert_eq!(app.stored().registry().await, before);
}
