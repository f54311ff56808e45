//! `/admin/tokens`

use std::time::Duration;

use authly_testing::TestApp;
use authly_testing::answer::claims;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::grants::counts;

const LOOK_UP: &str = "/admin/presented-tokens/look-up";
const REVOKE: &str = "/admin/presented-tokens/revoke";

fn kinds(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    let mut kinds: Vec<_> = items
        .map(|one| {
            format!(
                "{} {}",
                one["kind"].as_str().unwrap(),
                one["status"].as_str().unwrap()
            )
        })
        .collect();
    kinds.sort();
    kinds
}

#[tokio::test]
async fn tokens_are_listed_by_grant_user_client_and_kind() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let (web, alice) = (
        app.client().create().await,
        app.user("alice").create().await,
    );
    let tokens = app.tokens(&web, &alice, "openid").await;
    let _own = app.rp(&web).client_credentials().await.expect_tokens();
    let next = app.rp(&web).refresh(tokens.refresh()).await.expect_tokens();
    let list = async |query: String| {
        let page = root.get(&format!("/admin/tokens?{query}")).await;
        assert_eq!(page.status, 200, "{}", page.body);
        for secret in [&tokens.access_token, tokens.refresh(), next.refresh()] {
            assert!(!page.body.contains(secret));
        }
        kinds(&page.json())
    };
    let (user, client) = (alice.id.as_uuid(), web.record.key.as_uuid());
    let grant = app.stored().grants_of("web").await[0].id;
    let of_alice = [
        "access alive",
        "access alive",
        "refresh alive",
        "refresh spent",
    ];
    assert_eq!(list(format!("user={user}")).await, of_alice);
    assert_eq!(list(format!("grant={}", grant.as_uuid())).await, of_alice);
    assert_eq!(list(format!("user={user}&client={client}")).await, of_alice);
    assert_eq!(list(format!("client={client}")).await.len(), 5);
    assert_eq!(
        list(format!("client={client}&kind=refresh&show=alive")).await,
        ["refresh alive"]
    );
    let other = "0198f2c4-7e1a-7c3b-9d2e-1f0a2b3c4d5e";
    assert_eq!(
        list(format!("user={user}&client={other}")).await,
        Vec::<String>::new()
    );
    app.advance(Duration::from_mins(15));
    let root = app.administrator("second").await;
    let page = root
        .get(&format!("/admin/tokens?user={user}&kind=access"))
        .await;
    assert_eq!(kinds(&page.json()), ["access expired", "access expired"]);
}

#[tokio::test]
async fn a_token_is_looked_up_by_jti_and_by_value_and_its_value_is_never_answered() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let (web, alice) = (
        app.client().create().await,
        app.user("alice").create().await,
    );
    let tokens = app.tokens(&web, &alice, "openid").await;
    let look_up = async |token: &str| {
        let found = root.post(LOOK_UP, &json!({"token": token})).await;
        assert_eq!(found.status, 200, "{}", found.body);
        assert!(!found.body.contains(token));
        found.json()
    };
    let found = look_up(&tokens.access_token).await;
    let said = claims(&tokens.access_token);
    assert_eq!(
        (&found["id"], &found["kind"]),
        (&said["jti"], &json!("access"))
    );
    assert_eq!(
        (&found["scope"], &found["audience"]),
        (&json!("openid"), &json!([said["aud"]]))
    );
    assert_eq!(
        (&found["status"], &found["explanation"]),
        (&json!("alive"), &json!("It counts."))
    );
    assert_eq!(
        (&found["client"]["client_id"], &found["user"]["username"]),
        (&json!("web"), &json!("alice"))
    );
    let by_id = root
        .get(&format!("/admin/tokens/{}", said["jti"].as_str().unwrap()))
        .await;
    assert_eq!(by_id.json(), found);
}

#[tokio::test]
async fn a_token_that_is_looked_up_says_why_it_does_not_count() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let (web, alice) = (
        app.client().create().await,
        app.user("alice").create().await,
    );
    let tokens = app.tokens(&web, &alice, "openid").await;
    let look_up = async |token: &str| {
        let found = root.post(LOOK_UP, &json!({"token": token})).await;
        assert_eq!(found.status, 200, "{}", found.body);
        found.json()
    };
    let status = async |token: &str| look_up(token).await["status"].as_str().unwrap().to_owned();
    let _next = app.rp(&web).refresh(tokens.refresh()).await.expect_tokens();
    assert_eq!(status(tokens.refresh()).await, "spent");
    app.rp(&web).revoke(&tokens.access_token).await;
    let found = look_up(&tokens.access_token).await;
    assert_eq!(
        (&found["status"], &found["revoked_reason"]),
        (&json!("revoked"), &json!("by_client"))
    );
    let others = app.tokens(&web, &alice, "openid").await;
    let found = look_up(&others.access_token).await;
    let named = |name: &str| found[name].as_str().unwrap().to_owned();
    let end = format!("/admin/sessions/{}/end", named("session"));
    assert_eq!(root.post(&end, &json!({})).await.status, 200);
    assert_eq!(status(&others.access_token).await, "session_ended");
    let revoke = format!("/admin/grants/{}/revoke", named("grant"));
    assert_eq!(root.post(&revoke, &json!({})).await.status, 200);
    assert_eq!(status(&others.access_token).await, "grant_revoked");
    web.disable(&app.context).await;
    assert_eq!(status(&others.access_token).await, "client_inactive");
    app.disable_user(&alice).await;
    let found = look_up(&others.access_token).await;
    assert_eq!(
        (&found["status"], &found["explanation"]),
        (&json!("user_inactive"), &json!("Its user is disabled."))
    );
}

#[tokio::test]
async fn an_access_token_is_revoked_by_itself_and_a_refresh_token_with_its_grant() {
    let app = TestApp::start().await;
    let other = app.another_node().await;
    let root = app.administrator("root").await;
    let (web, alice) = (
        app.client().create().await,
        app.user("alice").create().await,
    );
    let rp = app.rp(&web);
    let tokens = app.tokens(&web, &alice, "openid").await;
    let jti = claims(&tokens.access_token)["jti"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/admin/tokens/{jti}/revoke");
    let before = app.stored().protocol_state().await;
    let dry = root.post(&format!("{path}?dry_run=true"), &json!({})).await;
    assert_eq!(dry.json()["status"], "revoked");
    assert_eq!(app.stored().protocol_state().await, before);
    let revoked = root.post(&path, &json!({})).await;
    assert_eq!(
        (&revoked.json()["status"], &revoked.json()["revoked_reason"]),
        (&json!("revoked"), &json!("by_administrator"))
    );
    assert_eq!(counts(&rp, &tokens).await, [false, false, true]);
    assert_eq!(counts(&other.rp(&web), &tokens).await, [false, false, true]);
    assert_eq!(root.post(&path, &json!({})).await.json(), revoked.json());

    // A spent refresh token, too.
    let next = rp.refresh(tokens.refresh()).await.expect_tokens();
    let revoked = root.post(REVOKE, &json!({"token": tokens.refresh()})).await;
    assert_eq!(
        (revoked.status, &revoked.json()["kind"]),
        (200, &json!("refresh"))
    );
    assert_eq!(counts(&rp, &next).await, [false; 3]);
    let grants = app.stored().grants_of("web").await;
    assert_eq!(
        grants[0].revoked_reason.as_deref(),
        Some("by_administrator")
    );
}

#[tokio::test]
async fn every_token_of_a_client_ends_its_own_ones_too() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let web = app.client().create().await;
    let other = app.client().id("other").create().await;
    let alice = app.user("alice").create().await;
    let tokens = app.tokens(&web, &alice, "openid").await;
    let own = app.rp(&web).client_credentials().await.expect_tokens();
    let of_other = app.rp(&other).client_credentials().await.expect_tokens();
    let path = format!("/admin/clients/{}/tokens/revoke", web.record.key.as_uuid());
    let dry = root.post(&format!("{path}?dry_run=true"), &json!({})).await;
    assert_eq!(dry.json(), json!({"grants": 1, "own_tokens": 1}));
    assert!(app.rp(&web).is_active(&own.access_token).await);
    let revoked = root.post(&path, &json!({})).await;
    assert_eq!(revoked.json(), json!({"grants": 1, "own_tokens": 1}));
    assert!(!app.rp(&web).is_active(&own.access_token).await);
    assert_eq!(counts(&app.rp(&web), &tokens).await, [false; 3]);
    assert!(app.rp(&other).is_active(&of_other.access_token).await);
    let again = root.post(&path, &json!({})).await;
    assert_eq!(again.json(), json!({"grants": 0, "own_tokens": 0}));
}
