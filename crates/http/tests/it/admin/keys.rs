//! `/admin/keys`

use authly_testing::TestApp;
use authly_testing::administrators::AdminCaller;
use authly_testing::answer::jose_header;
use authly_testing::envelope::encryption_key;
use authly_testing::rp::send;
use pretty_assertions::assert_eq;
use reqwest::Method;
use serde_json::{Value, json};

async fn keys(caller: &AdminCaller) -> Vec<Value> {
    let page = caller.get("/admin/keys").await;
    assert_eq!(page.status, 200, "{}", page.body);
    for private in ["sealed", "\"d\"", "\"p\"", "\"q\""] {
        assert!(!page.body.contains(private), "{private}");
    }
    page.json()["items"].as_array().unwrap().clone()
}

/// Those that sign, in this phase.
fn kids(keys: &[Value], state: &str) -> Vec<String> {
    let mut kids: Vec<_> = keys
        .iter()
        .filter(|key| key["state"] == state && key["use"] == "sig")
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect();
    kids.sort();
    kids
}

fn published(app: &TestApp) -> Vec<String> {
    let keys = app.deps.keys.published();
    let document: Value = serde_json::from_slice(&keys.document).unwrap();
    let keys = document["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_rotation_lets_other_keys_sign_and_the_list_tells() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let before = keys(&root).await;
    assert_eq!(kids(&before, "active").len(), 4);
    assert_eq!(before[0]["public_jwk"]["kid"], before[0]["kid"]);
    let dry = root
        .post("/admin/keys/rotate?dry_run=true", &json!({}))
        .await;
    assert_eq!(dry.json()["retired"].as_array().unwrap().len(), 4);
    assert_eq!(keys(&root).await, before);

    let rotation = root.post("/admin/keys/rotate", &json!({})).await.json();
    let after = keys(&root).await;
    assert_eq!(kids(&after, "retiring"), kids(&before, "active"));
    let mut active: Vec<_> = rotation["active"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect();
    active.sort();
    assert_eq!(kids(&after, "active"), active);
    let retiring = after.iter().find(|key| key["state"] == "retiring").unwrap();
    assert!(retiring["published_until"].is_string() && retiring["retired_at"].is_string());
    let first = root.get("/admin/keys?limit=5").await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let last = root
        .get(&format!("/admin/keys?limit=5&cursor={cursor}"))
        .await
        .json();
    let mut listed = first["items"].as_array().unwrap().clone();
    listed.extend(last["items"].as_array().unwrap().clone());
    assert_eq!(listed, after);
}

#[tokio::test]
async fn every_published_key_is_listed_with_its_use_and_can_be_withdrawn() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let replaced = encryption_key(&app.deps.keys.published().document);
    root.post("/admin/keys/rotate", &json!({})).await;
    let published = app.deps.keys.published().document;
    let document: Value = serde_json::from_slice(&published).unwrap();
    let listed = keys(&root).await;
    let of = |kid: &Value| listed.iter().find(|key| key["kid"] == *kid).unwrap();
    for key in document["keys"].as_array().unwrap() {
        let one = of(&key["kid"]);
        assert_eq!((&one["use"], &one["public_jwk"]), (&key["use"], key));
        assert_eq!(one["algorithm"].is_string(), key["use"] == "sig", "{one}");
    }
    let present = of(&encryption_key(&published)["kid"]);
    assert_eq!(present["state"], "active");
    assert!(present["published_until"].is_null(), "{present}");
    let past = of(&replaced["kid"]);
    assert_eq!(past["state"], "gone");
    assert_eq!(past["published_until"], past["retired_at"]);

    let path = |key: &Value| format!("/admin/keys/{}/revoke", key["kid"].as_str().unwrap());
    let revoked = root.post(&path(present), &json!({})).await;
    assert_eq!(revoked.status, 200, "{}", revoked.body);
    let (revoked, next) = (revoked.json(), app.deps.keys.published().document);
    assert_eq!(revoked["successor"], encryption_key(&next)["kid"]);
    assert_eq!(revoked.get("algorithm"), None);
    assert!(
        keys(&root)
            .await
            .iter()
            .all(|key| key["kid"] != present["kid"])
    );
    let again = root.post(&path(present), &json!({})).await;
    again.expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_withdrawn_key_is_out_at_once_and_what_it_signed_is_dead_on_every_node() {
    let app = TestApp::start().await;
    let other = app.another_node().await;
    let root = app.administrator("root").await;
    let (web, alice) = (
        app.client().create().await,
        app.user("alice").create().await,
    );
    let tokens = app.tokens(&web, &alice, "openid").await;
    let kid = jose_header(&tokens.access_token)["kid"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/admin/keys/{kid}/revoke");
    let before = keys(&root).await;
    let dry = root.post(&format!("{path}?dry_run=true"), &json!({})).await;
    assert_eq!(dry.json()["was_withdrawn_now"], true);
    assert_eq!(keys(&root).await, before);

    let revoked = root.post(&path, &json!({})).await;
    assert_eq!(revoked.status, 200, "{}", revoked.body);
    let successor = revoked.json()["successor"].as_str().unwrap().to_owned();
    assert!(!published(&app).contains(&kid) && published(&app).contains(&successor));
    // The administrator's own token was signed by that key.
    root.get("/admin/keys")
        .await
        .expect_problem(401, "invalid_token");
    for node in [&app, &other] {
        let rp = node.rp(&web);
        assert!(!rp.is_active(&tokens.access_token).await);
        assert_eq!(rp.userinfo(&tokens.access_token).await.status, 401);
    }
    other.deps.keys.refresh().await.unwrap();
    assert_eq!(published(&other), published(&app));
    for node in [&app, &other] {
        let next = node.rp(&web).client_credentials().await.expect_tokens();
        assert_eq!(jose_header(&next.access_token)["kid"], successor);
        assert!(node.rp(&web).is_active(&next.access_token).await);
    }

    let second = app.administrator("second").await;
    let after = keys(&second).await;
    assert_eq!(kids(&after, "revoked"), [kid]);
    assert_eq!(kids(&after, "active").len(), 4);
    let again = second.post(&path, &json!({})).await;
    assert_eq!(
        (again.status, &again.json()["was_withdrawn_now"]),
        (200, &json!(false))
    );
    assert_eq!(keys(&second).await, after);
}

#[tokio::test]
async fn a_condition_on_a_version_is_refused_where_there_is_none() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let before = keys(&root).await;
    for version in ["\"1\"", "*"] {
        let request = root.request(Method::POST, "/admin/keys/rotate");
        let request = request.header("if-match", version).json(&json!({}));
        send(request).await.expect_problem(400, "malformed_request");
    }
    assert_eq!(keys(&root).await, before);
}
