//! The parameter `claims` (OpenID Connect Core §5.5).

use authly_testing::TestApp;
use authly_testing::answer::claims;
use authly_testing::fixtures::TestClient;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::support::{Answered, Asking, Trusted, VERIFIER};

async fn trusted_with(scope: &str) -> Trusted {
    let app = TestApp::start().await;
    let client = app.client().scope(scope).create().await;
    Trusted::with(app, client).await
}

impl Trusted {
    /// What UserInfo and the ID token say after a request with this parameter.
    async fn told(&mut self, wish: &Value) -> (Value, Value) {
        let asking = self.asking().with("claims", &wish.to_string());
        let page = self.browser.get(&asking.target()).await;
        let answered = Answered::in_query(&page, self.client.redirect_uri());
        let code = answered.get("code").unwrap_or_else(|| panic!("{page:?}"));
        told(&self.app, &self.client, code).await
    }
}

async fn told(app: &TestApp, client: &TestClient, code: &str) -> (Value, Value) {
    let rp = app.rp(client);
    let tokens = rp.redeem(code, VERIFIER).await.expect_tokens();
    let userinfo = rp.userinfo(&tokens.access_token).await.json();
    (userinfo, claims(&tokens.id_token.unwrap()))
}

#[tokio::test]
async fn each_claim_stands_where_it_was_asked_for() {
    let mut trusted = trusted_with("openid profile email").await;
    let wish = json!({
        "userinfo": { "email": null, "shoe_size": { "essential": true }, "name#de": null },
        "id_token": { "preferred_username": { "essential": true }, "auth_time": null },
        "elsewhere": { "email": 1 },
    });
    let (userinfo, id_token) = trusted.told(&wish).await;
    let subject = &trusted.alice.subject;
    assert_eq!(
        userinfo,
        json!({ "sub": subject, "email": "alice@example.com" })
    );
    assert_eq!(id_token["preferred_username"], "alice");
    assert_eq!(id_token.get("email"), None);
}

#[tokio::test]
async fn a_claim_with_a_value_is_given_if_it_has_it() {
    let mut trusted = trusted_with("openid profile email").await;
    for (how, is_given) in [
        (json!({ "value": "alice@example.com" }), true),
        (json!({ "value": "bob@example.com" }), false),
        (
            json!({ "values": ["bob@example.com", "alice@example.com"] }),
            true,
        ),
        (json!({ "value": 1e300 }), false),
        (json!({ "value": { "alice": [] } }), false),
    ] {
        let (userinfo, _) = trusted.told(&json!({ "userinfo": { "email": how } })).await;
        assert_eq!(userinfo.get("email").is_some(), is_given, "{how}");
    }
}

#[tokio::test]
async fn refreshed_tokens_bring_what_was_asked_for() {
    let mut trusted = trusted_with("openid email").await;
    let wish = json!({ "userinfo": { "email": null }, "id_token": { "email": null } });
    let asking = trusted.asking().with("claims", &wish.to_string());
    let page = trusted.browser.get(&asking.target()).await;
    let rp = trusted.app.rp(&trusted.client);
    let code = page.answered("code").unwrap();
    let tokens = rp.redeem(&code, VERIFIER).await.expect_tokens();
    let renewed = rp.refresh(tokens.refresh()).await.expect_tokens();
    let userinfo = rp.userinfo(&renewed.access_token).await.json();
    assert_eq!(userinfo["email"], "alice@example.com");
    let id_token = claims(&renewed.id_token.unwrap());
    assert_eq!(id_token["email"], "alice@example.com");

    // What an administrator takes from the client is not told any more.
    let left = &"openid".parse().unwrap();
    let conn = trusted.app.db.connect().await.unwrap();
    let clients = conn.reads().clients();
    let key = trusted.client.record.key;
    clients.replace_scopes(key, left, left).await.unwrap();
    trusted
        .client
        .change(&trusted.app.context, |_same| {})
        .await;
    let userinfo = rp.userinfo(&renewed.access_token).await.json();
    assert_eq!(userinfo, json!({ "sub": trusted.alice.subject }));
    let renewed = rp.refresh(renewed.refresh_token.as_deref().unwrap()).await;
    let id_token = claims(&renewed.expect_tokens().id_token.unwrap());
    assert_eq!(id_token.get("email"), None);
}

#[tokio::test]
async fn a_claim_of_a_scope_that_the_client_may_not_ask_for_is_passed_over() {
    let mut trusted = trusted_with("openid").await;
    let wish = json!({ "userinfo": { "email": { "essential": true } } });
    let (userinfo, _) = trusted.told(&wish).await;
    assert_eq!(userinfo, json!({ "sub": trusted.alice.subject }));
}

#[tokio::test]
async fn the_user_is_asked_for_what_the_claims_belong_to_and_may_decline_it() {
    let app = TestApp::start().await;
    let client = app.client().scope("openid email").optional("email");
    let client = client.create().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    let wish = json!({ "userinfo": { "email": null } }).to_string();
    let asking = Asking::of(&client, "openid");
    let asking = asking.with("claims", &wish);

    let page = browser.get(&asking.target()).await;
    let consent = browser.follow(&page).await;
    assert!(
        consent.html().contains("See your e-mail address"),
        "{consent:?}"
    );
    let declined = browser
        .submit(&consent.form("approve").clear("scope"))
        .await;
    let code = declined.answered("code").unwrap();
    let (userinfo, _) = told(&app, &client, &code).await;
    assert_eq!(userinfo, json!({ "sub": alice.subject }));

    // What was allowed for one is remembered for the other.
    let again = asking.clone().with("prompt", "consent");
    let page = app.walk(&mut browser, &again.asked(), &alice).await;
    let (userinfo, _) = told(&app, &client, &page.answered("code").unwrap()).await;
    assert_eq!(userinfo["email"], "alice@example.com");
    let silent = browser.get(&asking.with("prompt", "none").target()).await;
    let (userinfo, _) = told(&app, &client, &silent.answered("code").unwrap()).await;
    assert_eq!(userinfo["email"], "alice@example.com");
}

#[tokio::test]
async fn what_is_malformed_is_refused_and_nothing_is_stored() {
    let mut trusted = trusted_with("openid email").await;
    let deep = format!(
        "{}1{}",
        r#"{"userinfo":{"email":"#.repeat(20),
        "}}".repeat(20)
    );
    let huge = json!({ "userinfo": { "email": { "value": "x".repeat(9_000) } } }).to_string();
    let long = json!({ "userinfo": { "email": { "value": "x".repeat(300) } } }).to_string();
    let many: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    let many = json!({ "userinfo": { "email": { "values": many } } }).to_string();
    for wish in [
        "nonsense",
        "[]",
        "null",
        "{",
        r#"{"userinfo": []}"#,
        r#"{"userinfo": {"email": 1}}"#,
        r#"{"userinfo": {"email": {"essential": "yes"}}}"#,
        r#"{"userinfo": {"email": {"essential": 1e300}}}"#,
        r#"{"userinfo": {"email": {"values": "x"}}}"#,
        r#"{"userinfo": {"email": {"values": []}}}"#,
        r#"{"userinfo": {"email": {"value": "a\u0000b"}}}"#,
        r#"{"userinfo": {"email": null, "email": null}}"#,
        r#"{"userinfo": {}, "userinfo": {"email": null}}"#,
        r#"{"userinfo": {"email": {"value": 1e999}}}"#,
        r#"{"userinfo": {"sub": {"value": "a"}}, "id_token": {"sub": {"value": "b"}}}"#,
        r#"{"userinfo": {"email": null}} trailing"#,
        &deep,
        &huge,
        &long,
        &many,
    ] {
        let asking = trusted.asking().with("claims", wish);
        trusted.expect_error(&asking, "invalid_request").await;
    }
}

#[tokio::test]
async fn an_essential_acr_that_nobody_reaches_is_refused_and_a_voluntary_one_is_not() {
    let mut trusted = trusted_with("openid").await;
    let wish = |essential: bool, how: Value| {
        let mut acr = how;
        acr["essential"] = json!(essential);
        json!({ "id_token": { "acr": acr } }).to_string()
    };
    for how in [json!({ "value": "9" }), json!({ "values": ["8", "9"] })] {
        let asking = trusted.asking().with("claims", &wish(true, how.clone()));
        let code = "unmet_authentication_requirements";
        trusted.expect_error(&asking, code).await;
        let (_, id_token) = trusted
            .told(&serde_json::from_str(&wish(false, how)).unwrap())
            .await;
        assert_eq!(id_token["acr"], "1");
    }
    for how in [json!({ "values": ["9", "1"] }), json!({})] {
        let wish = serde_json::from_str(&wish(true, how)).unwrap();
        assert_eq!(trusted.told(&wish).await.1["acr"], "1");
    }
}
