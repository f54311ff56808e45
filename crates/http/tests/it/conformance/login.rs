//! What requests say of the login and the pages.

use std::time::Duration;

use pretty_assertions::assert_eq;

use super::{Plan, Suite, id_token, modules};

modules!(
    oidcc_display_page,
    oidcc_display_popup,
    oidcc_prompt_login,
    oidcc_prompt_none_not_logged_in,
    oidcc_prompt_none_logged_in,
    oidcc_max_age_1,
    oidcc_max_age_10000,
    oidcc_ensure_request_with_unknown_parameter_succeeds,
    oidcc_id_token_hint,
    oidcc_login_hint,
    oidcc_ui_locales,
    oidcc_claims_locales,
    oidcc_ensure_request_with_acr_values_succeeds,
);

/// Holds that a request with this parameter is answered.
async fn is_answered_with(plan: Plan, name: &str, value: &str) {
    let mut suite = Suite::start(plan).await;
    let asking = suite.asking("openid").with(name, value);
    suite.tokens(&asking).await;
}

async fn oidcc_display_page(plan: Plan) {
    is_answered_with(plan, "display", "page").await;
}

async fn oidcc_display_popup(plan: Plan) {
    is_answered_with(plan, "display", "popup").await;
}

async fn oidcc_ensure_request_with_unknown_parameter_succeeds(plan: Plan) {
    is_answered_with(plan, "extra", "foobar").await;
}

async fn oidcc_ui_locales(plan: Plan) {
    is_answered_with(plan, "ui_locales", "se").await;
}

async fn oidcc_claims_locales(plan: Plan) {
    is_answered_with(plan, "claims_locales", "se").await;
}

async fn oidcc_login_hint(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let asking = suite.asking("openid").with("login_hint", "alice");
    let login = suite.browser.get(&asking.target()).await;
    let login = suite.browser.follow(&login).await;
    assert!(login.html().contains(r#"value="alice""#), "{login:?}");
    suite.tokens(&asking).await;
}

/// The second request finds the user logged in, and everything allowed: no page.
async fn second_without_a_page(plan: Plan, name: &str, value: &str) {
    let mut suite = Suite::start(plan).await;
    let first = id_token(&suite.tokens(&suite.asking("openid")).await);
    suite.app.advance(Duration::from_secs(5));
    let asking = suite.asking("openid").with(name, value);
    let second = id_token(&suite.tokens_at_once(&asking).await);
    assert_eq!(second["sub"], first["sub"]);
    assert_eq!(second["auth_time"], first["auth_time"]);
    assert!(second["auth_time"].is_i64());
}

async fn oidcc_prompt_none_logged_in(plan: Plan) {
    second_without_a_page(plan, "prompt", "none").await;
}

async fn oidcc_max_age_10000(plan: Plan) {
    second_without_a_page(plan, "max_age", "10000").await;
}

async fn oidcc_id_token_hint(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let tokens = suite.tokens(&suite.asking("openid")).await;
    suite.app.advance(Duration::from_secs(5));
    let hint = tokens.id_token.as_deref().unwrap();
    let asking = suite.asking("openid").with("prompt", "none");
    let asking = asking.with("id_token_hint", hint);
    let second = id_token(&suite.tokens_at_once(&asking).await);
    let first = id_token(&tokens);
    assert_eq!(second["sub"], first["sub"]);
    assert_eq!(second["auth_time"], first["auth_time"]);
}

/// The second request makes the user log in again.
async fn second_with_a_login(plan: Plan, name: &str, value: &str) {
    let mut suite = Suite::start(plan).await;
    let first = id_token(&suite.tokens(&suite.asking("openid")).await);
    suite.app.advance(Duration::from_secs(5));
    let asking = suite.asking("openid").with(name, value);
    let answered = suite.answered_after_login(&asking).await;
    let second = id_token(&suite.redeem(&asking, &answered).await);
    assert_eq!(second["sub"], first["sub"]);
    assert!(second["auth_time"].as_i64() > first["auth_time"].as_i64());
}

async fn oidcc_prompt_login(plan: Plan) {
    second_with_a_login(plan, "prompt", "login").await;
}

async fn oidcc_max_age_1(plan: Plan) {
    second_with_a_login(plan, "max_age", "1").await;
}

async fn oidcc_prompt_none_not_logged_in(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let state = "s".repeat(128);
    let asking = suite.asking("openid").with("prompt", "none");
    let asking = asking.with("state", &state);
    let answered = suite.answered_at_once(&asking).await;
    assert_eq!(answered.get("error"), Some("login_required"));
    assert_eq!(answered.get("state"), Some(state.as_str()));
    assert_eq!(answered.get("code"), None);
}

async fn oidcc_ensure_request_with_acr_values_succeeds(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let document = suite.app.url("/.well-known/openid-configuration");
    let document = authly_testing::rp::send(authly_testing::rp::http_client().get(document)).await;
    let acr = document.json()["acr_values_supported"][0].clone();
    let asking = suite
        .asking("openid")
        .with("acr_values", acr.as_str().unwrap());
    let tokens = suite.tokens(&asking).await;
    assert_eq!(id_token(&tokens)["acr"], acr);
}
