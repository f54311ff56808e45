//! `/logout`.

use authly_testing::TestApp;
use authly_testing::browser::{Browser, Page};
use pretty_assertions::assert_eq;

use crate::support::{Trusted, field, logged_in_as, session_cookie};

/// Opens the page and presses its button.
async fn log_out(browser: &mut Browser) -> Page {
    let page = browser.get("/logout").await;
    browser.submit(&page.form("logout")).await
}

#[tokio::test]
async fn the_page_asks_first_and_opening_it_ends_nothing() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    let before = app.stored().protocol_state().await;
    for target in [
        "/logout",
        "/logout?decision=logout",
        "/logout?csrf=x&logout=1",
    ] {
        let page = browser.get(target).await;
        assert_eq!(page.status(), 200);
        assert!(page.html().contains("<strong>alice</strong>"), "{page:?}");
        assert!(page.text_of("logout").is_some());
    }
    assert_eq!(app.stored().protocol_state().await, before);
    assert_eq!(logged_in_as(&mut browser).await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn the_button_ends_the_session_and_takes_the_cookie_away() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    let mut stale = browser.clone();
    let page = log_out(&mut browser).await;
    assert_eq!(page.status(), 200);
    assert!(page.html().contains("You are signed out"));
    assert!(page.text_of("sign_in").is_some());
    assert_eq!(session_cookie(&browser), None);
    let sessions = app.stored().sessions_of("alice").await;
    assert_eq!(sessions[0].ended_reason.as_deref(), Some("logged_out"));
    assert_eq!(logged_in_as(&mut stale).await, None, "the cookie is dead");
}

#[tokio::test]
async fn logging_out_twice_or_without_a_session_does_no_harm() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    let mut stale = browser.clone();
    log_out(&mut browser).await;
    let before = app.stored().protocol_state().await;
    let mut new = app.browser();
    for browser in [&mut browser, &mut stale, &mut new] {
        let page = log_out(browser).await;
        assert_eq!(page.status(), 200);
        assert!(page.html().contains("You are signed out"));
        assert_eq!(session_cookie(browser), None);
    }
    assert_eq!(app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn the_other_sessions_of_the_user_live_on() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let mut here = app.logged_in(&alice).await;
    let mut there = app.logged_in(&alice).await;
    log_out(&mut here).await;
    assert_eq!(logged_in_as(&mut there).await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn what_was_granted_in_the_session_ends_with_it_and_offline_access_lives_on() {
    let mut trusted = Trusted::start().await;
    let (app, client, alice) = (&trusted.app, &trusted.client, &trusted.alice);
    let browser = &mut trusted.browser;
    let online = app.tokens_in(browser, client, alice, "openid").await;
    let offline = "openid offline_access";
    let offline = app.tokens_in(browser, client, alice, offline).await;
    let mut elsewhere = app.logged_in(alice).await;
    let other = app.tokens_in(&mut elsewhere, client, alice, "openid").await;
    let rp = app.rp(client);
    for tokens in [&online, &offline, &other] {
        assert!(rp.is_active(&tokens.access_token).await);
        assert!(rp.is_active(tokens.refresh()).await);
    }

    log_out(browser).await;
    assert!(!rp.is_active(&online.access_token).await);
    assert!(!rp.is_active(online.refresh()).await);
    rp.refresh(online.refresh())
        .await
        .expect_error(400, "invalid_grant");
    rp.userinfo(&online.access_token)
        .await
        .expect_error(401, "invalid_token");
    for tokens in [&offline, &other] {
        assert!(rp.is_active(&tokens.access_token).await);
        let _tokens = rp.refresh(tokens.refresh()).await.expect_tokens();
    }
}

#[tokio::test]
async fn a_code_that_was_not_redeemed_before_the_logout_is_worth_nothing() {
    let mut trusted = Trusted::start().await;
    let (app, client, alice) = (&trusted.app, &trusted.client, &trusted.alice);
    let browser = &mut trusted.browser;
    let code = app.code_in(browser, client, alice, "openid").await;
    log_out(browser).await;
    let rp = app.rp(client);
    let answer = rp.redeem(&code.code, &code.verifier).await;
    answer.expect_error(400, "invalid_grant");
}

#[tokio::test]
async fn after_logging_out_the_next_request_asks_for_the_password() {
    let mut trusted = Trusted::start().await;
    log_out(&mut trusted.browser).await;
    let page = trusted.browser.get(&trusted.asking().target()).await;
    assert_eq!(page.expect_location().path(), "/login");
    let login = trusted.browser.follow(&page).await;
    assert_eq!(
        field(&login.form("login"), "username"),
        "",
        "no name is left"
    );
}
