//! `/admin/grants`

use authly_testing::TestApp;
use authly_testing::answer::{Answer, Tokens};
use authly_testing::rp::Rp;
use pretty_assertions::assert_eq;
use serde_json::json;

/// Whether a family counts anywhere on these nodes.
pub(super) async fn counts(rp: &Rp, tokens: &Tokens) -> [bool; 3] {
    [
        rp.is_active(&tokens.access_token).await,
        rp.userinfo(&tokens.access_token).await.status == 200,
        rp.is_active(tokens.refresh()).await,
    ]
}

/// The statuses of what a list holds.
fn statuses(page: &Answer) -> Vec<String> {
    let page = page.json();
    let items = page["items"].as_array().unwrap().iter();
    let status = |one: &serde_json::Value| one["status"].as_str().unwrap().to_owned();
    items.map(status).collect()
}

#[tokio::test]
async fn grants_are_listed_by_user_and_client_and_shown() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let web = app.client().create().await;
    let other = app.client().id("other").create().await;
    let alice = app.user("alice").create().await;
    app.tokens(&web, &alice, "openid").await;
    app.tokens(&other, &alice, "openid offline_access").await;
    let (user, client) = (alice.id.as_uuid(), other.record.key.as_uuid());
    let all = root.get("/admin/grants").await;
    assert_eq!(statuses(&all).len(), 3, "{}", all.body);
    let of_alice = root.get(&format!("/admin/grants?user={user}")).await;
    assert_eq!(statuses(&of_alice), ["alive", "alive"]);
    let between = root
        .get(&format!("/admin/grants?user={user}&client={client}"))
        .await;
    let between = between.json();
    assert_eq!(between["items"].as_array().unwrap().len(), 1);
    let one = &between["items"][0];
    assert_eq!(
        (&one["client"]["client_id"], &one["user"]["username"]),
        (&json!("other"), &json!("alice"))
    );
    assert_eq!(
        (&one["scope"], one.get("session")),
        (&json!("openid offline_access"), None)
    );
    let by_id = root
        .get(&format!("/admin/grants/{}", one["id"].as_str().unwrap()))
        .await;
    assert_eq!(by_id.json(), *one);
    let of_client = root
        .get(&format!("/admin/grants?client={client}&show=alive"))
        .await;
    assert_eq!(statuses(&of_client), ["alive"]);

    app.disable_user(&alice).await;
    let of_alice = root.get(&format!("/admin/grants?user={user}")).await;
    assert_eq!(statuses(&of_alice), ["user_inactive", "user_inactive"]);
    let living = root
        .get(&format!("/admin/grants?user={user}&show=alive"))
        .await;
    assert_eq!(statuses(&living), Vec::<String>::new());
}

#[tokio::test]
async fn a_revoked_grant_is_dead_with_its_tokens_on_every_node_and_the_first_reason_stays() {
    let app = TestApp::start().await;
    let other = app.another_node().await;
    let root = app.administrator("root").await;
    let (web, alice) = (
        app.client().create().await,
        app.user("alice").create().await,
    );
    let tokens = app.tokens(&web, &alice, "openid").await;
    let second = app.tokens(&web, &alice, "openid").await;
    let body = json!({"token": tokens.access_token});
    let found = root.post("/admin/presented-tokens/look-up", &body).await;
    let grant = found.json()["grant"].as_str().unwrap().to_owned();
    let path = format!("/admin/grants/{grant}/revoke");

    let dry = root.post(&format!("{path}?dry_run=true"), &json!({})).await;
    assert_eq!(dry.json()["status"], "revoked");
    assert_eq!(counts(&app.rp(&web), &tokens).await, [true; 3]);
    let revoked = root.post(&path, &json!({})).await;
    assert_eq!(revoked.status, 200, "{}", revoked.body);
    assert_eq!(revoked.json()["revoked_reason"], "by_administrator");
    for node in [&app, &other] {
        let rp = node.rp(&web);
        assert_eq!(counts(&rp, &tokens).await, [false; 3]);
        rp.refresh(tokens.refresh())
            .await
            .expect_error(400, "invalid_grant");
        assert_eq!(counts(&rp, &second).await, [true; 3]);
    }
    assert_eq!(root.post(&path, &json!({})).await.json(), revoked.json());
    let stored = app.stored().grants_of("web").await;
    for one in stored {
        let is_it = one.id.as_uuid().to_string() == grant;
        let reason = is_it.then_some("by_administrator");
        assert_eq!(one.revoked_reason.as_deref(), reason);
    }
}

#[tokio::test]
async fn all_grants_of_a_user_end_at_one_client_or_at_all_with_their_consents_or_without() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let web = app.client().create().await;
    let other = app.client().id("other").create().await;
    let (alice, bob) = (
        app.user("alice").create().await,
        app.user("bob").create().await,
    );
    let mut browser = app.browser();
    let at_web = app.tokens_in(&mut browser, &web, &alice, "openid").await;
    let at_other = app
        .tokens_in(&mut browser, &other, &alice, "openid offline_access")
        .await;
    let of_bob = app.tokens(&web, &bob, "openid").await;
    let code = app.code_in(&mut browser, &web, &alice, "openid").await;
    let path = format!("/admin/users/{}/grants/revoke", alice.id.as_uuid());
    let at = json!({"client": web.record.key.as_uuid(), "consents": "forget"});

    let before = app.stored().protocol_state().await;
    let dry = root.post(&format!("{path}?dry_run=true"), &at).await;
    assert_eq!(dry.json(), json!({"grants": 1, "consents": 1}));
    assert_eq!(app.stored().protocol_state().await, before);
    let revoked = root.post(&path, &at).await;
    assert_eq!(revoked.json(), json!({"grants": 1, "consents": 1}));
    assert_eq!(counts(&app.rp(&web), &at_web).await, [false; 3]);
    // A code that was on its way is no way round.
    let late = app.rp(&web).redeem(&code.code, &code.verifier).await;
    late.expect_error(400, "invalid_grant");
    assert_eq!(counts(&app.rp(&other), &at_other).await, [true; 3]);
    assert_eq!(app.stored().consent_of("alice", "web").await, None);
    let page = browser.get(&app.ask(&web, "openid", &[]).target).await;
    assert!(page.expect_location().path().ends_with("/consent"));

    let revoked = root.post(&path, &json!({})).await;
    assert_eq!(revoked.json(), json!({"grants": 1, "consents": 0}));
    assert_eq!(counts(&app.rp(&other), &at_other).await, [false; 3]);
    assert!(app.stored().consent_of("alice", "other").await.is_some());
    assert_eq!(counts(&app.rp(&web), &of_bob).await, [true; 3]);
    let unknown = json!({"client": "0198f2c4-7e1a-7c3b-9d2e-1f0a2b3c4d5e"});
    root.post(&path, &unknown)
        .await
        .expect_problem(404, "not_found");
}

#[tokio::test]
async fn all_grants_of_a_client_end_and_those_of_others_stay() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let web = app.client().create().await;
    let other = app.client().id("other").create().await;
    let (alice, bob) = (
        app.user("alice").create().await,
        app.user("bob").create().await,
    );
    let families = [
        app.tokens(&web, &alice, "openid").await,
        app.tokens(&web, &bob, "openid").await,
    ];
    let elsewhere = app.tokens(&other, &alice, "openid").await;
    let own = app.rp(&web).client_credentials().await.expect_tokens();
    let path = format!("/admin/clients/{}/grants/revoke", web.record.key.as_uuid());
    let revoked = root.post(&path, &json!({"consents": "forget"})).await;
    assert_eq!(revoked.json(), json!({"grants": 2, "consents": 2}));
    for tokens in &families {
        assert_eq!(counts(&app.rp(&web), tokens).await, [false; 3]);
    }
    assert_eq!(counts(&app.rp(&other), &elsewhere).await, [true; 3]);
    assert!(app.rp(&web).is_active(&own.access_token).await);
    assert!(app.stored().consent_of("alice", "other").await.is_some());
}
