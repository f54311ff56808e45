//! `prompt` (OpenID Connect Core §3.1.2.1): which pages are wanted, and which forbidden.

use std::time::Duration;

use authly_testing::TestApp;
use authly_testing::answer::claims;
use authly_testing::browser::{Browser, Page};
use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::support::{Answered, Asking, Trusted, VERIFIER, expect_error_page, field};

const MINUTE: Duration = Duration::from_mins(1);

/// The `auth_time` and `sid` that the answer leads to.
async fn authentication(trusted: &Trusted, page: &Page) -> (i64, Value) {
    let answered = Answered::in_query(page, trusted.client.redirect_uri());
    let code = answered.get("code").expect("a code");
    let rp = trusted.app.rp(&trusted.client);
    let tokens = rp.redeem(code, VERIFIER).await.expect_tokens();
    let claims = claims(&tokens.id_token.expect("an ID token"));
    (claims["auth_time"].as_i64().unwrap(), claims["sid"].clone())
}

#[tokio::test]
async fn prompt_none_without_a_login_is_told_login_required() {
    let mut trusted = Trusted::start().await;
    trusted.browser = trusted.app.browser();
    let asking = trusted.asking().with("prompt", "none");
    let answered = trusted.expect_error(&asking, "login_required").await;
    assert_eq!(answered.get("state"), Some("the state"));
    assert!(trusted.browser.cookies.is_empty());
}

#[tokio::test]
async fn prompt_none_with_a_login_that_has_ended_is_told_login_required() {
    let mut trusted = Trusted::start().await;
    let asking = trusted.asking().with("prompt", "none");
    let page = trusted.browser.get("/logout").await;
    let stale = trusted.browser.clone();
    trusted.browser.submit(&page.form("logout")).await;
    trusted.expect_error(&asking, "login_required").await;
    trusted.browser = stale;
    trusted.expect_error(&asking, "login_required").await;
}

#[tokio::test]
async fn prompt_none_with_a_login_that_has_expired_is_told_login_required() {
    let mut trusted = Trusted::start().await;
    let asking = trusted.asking().with("prompt", "none");
    trusted
        .app
        .advance(trusted.app.policies().sessions.sessions.idle + MINUTE);
    trusted.expect_error(&asking, "login_required").await;
}

#[tokio::test]
async fn prompt_none_without_a_consent_is_told_consent_required() {
    let mut trusted = Trusted::start().await;
    let other = trusted.app.client().id("other").create().await;
    trusted.client = other;
    let asking = trusted.asking().with("prompt", "none");
    trusted.expect_error(&asking, "consent_required").await;
}

#[tokio::test]
async fn prompt_none_for_more_than_was_consented_to_is_told_consent_required() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.browser();
    app.code_in(&mut browser, &client, &alice, "openid profile")
        .await;
    let mut trusted = Trusted {
        app,
        client,
        alice,
        browser,
    };
    let asking = trusted.asking().with("prompt", "none");
    let more = asking.clone().with("scope", "openid profile email");
    trusted.expect_error(&more, "consent_required").await;
    let less = asking.with("scope", "openid");
    let page = trusted.browser.get(&less.target()).await;
    authentication(&trusted, &page).await;
}

#[tokio::test]
async fn prompt_none_with_a_remembered_consent_is_answered_by_a_code_and_stores_nothing_else() {
    let mut trusted = Trusted::start().await;
    let requests = trusted.app.stored().requests().await;
    let sessions = trusted.app.stored().sessions_of("alice").await;
    let codes = trusted.app.stored().codes_of(&trusted.client.id).await;

    let asking = trusted.asking().with("prompt", "none");
    let page = trusted.browser.get(&asking.target()).await;
    assert_eq!(trusted.app.stored().requests().await, requests);
    assert_eq!(trusted.app.stored().sessions_of("alice").await, sessions);
    let more = trusted.app.stored().codes_of(&trusted.client.id).await;
    assert_eq!(more.len(), codes.len() + 1);
    authentication(&trusted, &page).await;
}

#[tokio::test]
async fn prompt_none_for_an_unproven_program_is_told_consent_required_whatever_was_allowed() {
    let app = TestApp::start().await;
    let client = app.client().public().native();
    let client = client
        .redirect_uris(&["http://127.0.0.1/cb"])
        .create()
        .await;
    let mut trusted = Trusted::with(app, client).await;
    let asking = trusted.asking().with("prompt", "none");
    trusted.expect_error(&asking, "consent_required").await;
}

#[tokio::test]
async fn prompt_login_asks_for_the_password_again_and_moves_auth_time() {
    let mut trusted = Trusted::start().await;
    let page = trusted.browser.get(&trusted.asking().target()).await;
    let (before, sid) = authentication(&trusted, &page).await;
    trusted.app.advance(MINUTE);

    let asking = trusted.asking().with("prompt", "login");
    let page = trusted.browser.get(&asking.target()).await;
    let login = trusted.browser.follow(&page).await;
    trusted.app.advance(MINUTE);
    let alice = &trusted.alice;
    let browser = &mut trusted.browser;
    let page = browser
        .fill_in_login(&login, &alice.username, &alice.password)
        .await;
    let (after, same) = authentication(&trusted, &page).await;
    assert_eq!(after - before, 120);
    assert_eq!(same, sid, "the session is the same, logged in anew");
}

#[tokio::test]
async fn prompt_login_cannot_be_passed_by_the_session_that_was_there_before() {
    let mut trusted = Trusted::start().await;
    let asking = trusted.asking().with("prompt", "login");
    let page = trusted.browser.get(&asking.target()).await;
    let login = page.expect_location();
    let before = trusted.app.stored().protocol_state().await;

    // By the address of the consent page, and by a form that was never shown.
    let query = login.query().unwrap();
    let consent = format!("/consent?{query}");
    expect_error_page(&trusted.browser.get(&consent).await, 403);
    let shown = trusted.browser.get(login.as_str()).await;
    let csrf = field(&shown.form("login"), "csrf");
    let forged = [("csrf", csrf.as_str()), ("decision", "approve")];
    let page = trusted.browser.post(&consent, &forged).await;
    expect_error_page(&page, 403);
    // By a wrong password.
    let wrong = trusted
        .browser
        .fill_in_login(&shown, "alice", "wrong")
        .await;
    assert_eq!(wrong.status(), 422);
    expect_error_page(&trusted.browser.get(&consent).await, 403);
    assert_eq!(trusted.app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn prompt_login_and_consent_shows_both_pages() {
    let mut trusted = Trusted::start().await;
    let asking = trusted.asking().with("prompt", "login consent");
    let page = trusted.browser.get(&asking.target()).await;
    let login = trusted.browser.follow(&page).await;
    trusted.app.advance(MINUTE);
    let page = log_in(&mut trusted.browser, &login).await;
    assert_eq!(page.expect_location().path(), "/consent");
    let consent = trusted.browser.follow(&page).await;
    let page = trusted.browser.submit(&consent.form("approve")).await;
    authentication(&trusted, &page).await;
}

async fn log_in(browser: &mut Browser, login: &Page) -> Page {
    let password = authly_testing::fixtures::PASSWORD;
    browser.fill_in_login(login, "alice", password).await
}

#[tokio::test]
async fn prompt_consent_asks_again_and_forgets_nothing_when_it_is_denied() {
    let mut trusted = Trusted::start().await;
    let id = trusted.client.id.clone();
    let consent = trusted.app.stored().consent_of("alice", &id).await;
    let asking = trusted.asking().with("prompt", "consent");
    let page = trusted.browser.get(&asking.target()).await;
    let shown = trusted.browser.follow(&page).await;
    let page = trusted.browser.submit(&shown.form("deny")).await;
    let answered = Answered::in_query(&page, trusted.client.redirect_uri());
    assert_eq!(answered.get("error"), Some("access_denied"));
    assert_eq!(trusted.app.stored().consent_of("alice", &id).await, consent);
}

#[tokio::test]
async fn select_account_shows_the_login_page_where_another_may_log_in() {
    let mut trusted = Trusted::start().await;
    trusted.app.user("bob").create().await;
    let asking = trusted.asking().with("prompt", "select_account");
    let page = trusted.browser.get(&asking.target()).await;
    let login = trusted.browser.follow(&page).await;
    trusted.app.advance(MINUTE);
    let password = authly_testing::fixtures::PASSWORD;
    let page = trusted.browser.fill_in_login(&login, "bob", password).await;
    let consent = trusted.browser.follow(&page).await;
    assert!(
        consent.html().contains("<strong>bob</strong>"),
        "{consent:?}"
    );
}

#[tokio::test]
async fn the_login_hint_stands_in_the_first_field_and_cannot_break_out_of_it() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let hostile = "\" autofocus onfocus=\"alert(1)\" x='<script>alert(1)</script>&amp;";
    for hint in ["alice@example.com", "é \u{1F511}", hostile] {
        let asking = Asking::of(&client, "openid").with("login_hint", hint);
        let mut browser = app.browser();
        let page = browser.get(&asking.target()).await;
        let login = browser.follow(&page).await;
        assert_eq!(field(&login.form("login"), "username"), hint);
        assert!(!login.html().contains("onfocus=\""), "{login:?}");
        assert!(!login.html().contains("<script"), "{login:?}");
    }
}
