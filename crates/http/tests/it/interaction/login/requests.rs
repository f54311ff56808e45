//! The request that waits for the login.

use std::time::Duration;

use authly_testing::TestApp;
use authly_testing::browser::{Browser, Page};
use authly_testing::fixtures::{PASSWORD, TestClient};
use pretty_assertions::assert_eq;

use crate::support::{Answered, Asking, expect_error_page, logged_in_as, session_cookie};

/// A browser at the login page for this client.
async fn at_login(app: &TestApp, client: &TestClient) -> (Browser, Page) {
    let mut browser = app.browser();
    let page = browser.get(&Asking::of(client, "openid").target()).await;
    let login = browser.follow(&page).await;
    assert_eq!(login.status(), 200);
    (browser, login)
}

#[tokio::test]
async fn a_handle_that_is_unknown_or_of_another_browser_leads_to_a_page() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let (_browser, theirs) = at_login(&app, &client).await;
    let before = app.stored().protocol_state().await;
    let mut other = app.browser();
    other.get("/login").await;
    for target in [
        theirs.address.as_str(),
        "/login?request=authly_rq_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "/login?request=x",
        "/login?request=%00",
        "/login?request=%",
        "/login?request=%3Cscript%3E",
        &format!("/login?request={}", "a".repeat(5_000)),
    ] {
        let page = other.get(target).await;
        expect_error_page(&page, 400);
        assert!(!page.html().contains("<script"), "{page:?}");
    }
    assert_eq!(app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn a_login_for_a_request_of_another_browser_is_a_login_and_answers_nothing() {
    let app = TestApp::start().await;
    let client = app.client().first_party().create().await;
    app.user("alice").create().await;
    let (_attacker, theirs) = at_login(&app, &client).await;
    let mut victim = app.browser();
    let own = victim.get("/login").await.form("login");
    let csrf = crate::support::field(&own, "csrf");
    let fields = [
        ("csrf", csrf.as_str()),
        ("username", "alice"),
        ("password", PASSWORD),
    ];
    let page = victim.post(theirs.address.as_str(), &fields).await;
    expect_error_page(&page, 400);
    assert_eq!(app.stored().codes_of(&client.id).await, []);
    assert!(!app.stored().requests().await[0].is_answered);
    assert_eq!(logged_in_as(&mut victim).await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn a_request_waits_for_as_long_as_the_policy_says_and_no_longer() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    app.user("alice").create().await;
    let lifetime = app.policies().authorization.request_lifetime;
    let (mut browser, login) = at_login(&app, &client).await;
    app.advance(lifetime.checked_sub(Duration::from_secs(1)).unwrap());
    assert_eq!(browser.get(login.address.as_str()).await.status(), 200);
    app.advance(Duration::from_secs(1));

    let before = app.stored().requests().await;
    let page = browser.get(login.address.as_str()).await;
    expect_error_page(&page, 400);
    let page = browser.fill_in_login(&login, "alice", PASSWORD).await;
    expect_error_page(&page, 400);
    let page = browser.submit(&login.form("cancel")).await;
    expect_error_page(&page, 400);
    assert_eq!(app.stored().requests().await, before);
    assert_eq!(app.stored().codes_of(&client.id).await, []);
}

#[tokio::test]
async fn cancelling_tells_the_client_that_access_is_denied() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let (mut browser, login) = at_login(&app, &client).await;
    let page = browser.submit(&login.form("cancel")).await;
    let answered = Answered::in_query(&page, client.redirect_uri());
    let names = ["error", "error_description", "state", "iss"];
    assert_eq!(answered.names(), names);
    assert_eq!(answered.get("error"), Some("access_denied"));
    assert_eq!(session_cookie(&browser), None);
    assert!(app.stored().requests().await[0].is_answered);
    assert_eq!(app.stored().codes_of(&client.id).await, []);
}

#[tokio::test]
async fn after_cancelling_neither_cancel_nor_login_answer_once_more() {
    let app = TestApp::start().await;
    let client = app.client().first_party().create().await;
    app.user("alice").create().await;
    let (mut browser, login) = at_login(&app, &client).await;
    browser.submit(&login.form("cancel")).await;
    expect_error_page(&browser.submit(&login.form("cancel")).await, 400);
    expect_error_page(&browser.get(login.address.as_str()).await, 400);
    let page = browser.fill_in_login(&login, "alice", PASSWORD).await;
    expect_error_page(&page, 400);
    assert_eq!(app.stored().codes_of(&client.id).await, []);
}

#[tokio::test]
async fn two_tabs_with_a_request_each_do_not_spoil_each_other() {
    let app = TestApp::start().await;
    let client = app.client().first_party().create().await;
    app.user("alice").create().await;
    let mut browser = app.browser();
    let mut logins = Vec::new();
    for state in ["first", "second"] {
        let asking = Asking::of(&client, "openid").with("state", state);
        let page = browser.get(&asking.target()).await;
        logins.push((state, browser.follow(&page).await));
    }
    // The tab that was opened first is used last.
    for (state, login) in logins.iter().rev() {
        let page = browser.fill_in_login(login, "alice", PASSWORD).await;
        let answered = Answered::in_query(&page, client.redirect_uri());
        assert!(answered.get("code").is_some());
        assert_eq!(answered.get("state"), Some(*state));
    }
    assert_eq!(app.stored().codes_of(&client.id).await.len(), 2);
}

#[tokio::test]
async fn a_login_that_was_done_in_another_tab_serves_the_request_when_the_page_is_sent() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let (mut browser, login) = at_login(&app, &client).await;
    browser.log_in(&alice).await;
    let page = browser.fill_in_login(&login, "alice", PASSWORD).await;
    assert_eq!(page.expect_location().path(), "/consent");
}

#[tokio::test]
async fn a_request_that_was_answered_by_a_login_cannot_be_answered_by_going_back() {
    let app = TestApp::start().await;
    let client = app.client().first_party().create().await;
    app.user("alice").create().await;
    let (mut browser, login) = at_login(&app, &client).await;
    let page = browser.fill_in_login(&login, "alice", PASSWORD).await;
    assert!(page.answered("code").is_some());
    let page = browser.fill_in_login(&login, "alice", PASSWORD).await;
    expect_error_page(&page, 400);
    assert_eq!(app.stored().codes_of(&client.id).await.len(), 1);
}
