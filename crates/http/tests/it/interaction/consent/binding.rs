//! An answer counts for the browser and the login that were asked.

use std::time::Duration;

use authly_testing::browser::{Browser, Page};
use authly_testing::fixtures::PASSWORD;
use authly_testing::policies::Policies;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use url::Url;

use super::{Asked, asked_again};
use crate::support::{Answered, Asking, expect_error_page, field};

/// A token for the forms of this browser.
async fn csrf(browser: &mut Browser) -> String {
    field(&browser.get("/logout").await.form("logout"), "csrf")
}

/// Sends the consent page of one browser from another one, with a token of its own.
async fn answer_from(browser: &mut Browser, page: &Page, decision: &str) -> Page {
    let csrf = csrf(browser).await;
    let form = page.form("approve").fill("csrf", &csrf);
    browser.submit(&form.fill("decision", decision)).await
}

#[tokio::test]
async fn another_browser_can_neither_see_nor_answer_the_request() {
    let asked = Asked::start().await;
    let bob = asked.app.user("bob").create().await;
    let mut of_bob = asked.app.logged_in(&bob).await;
    let mut of_alice = asked.app.logged_in(&asked.alice).await;
    let before = asked.app.stored().protocol_state().await;
    for browser in [&mut of_bob, &mut of_alice] {
        let page = browser.get(asked.page.address.as_str()).await;
        expect_error_page(&page, 400);
        for decision in ["approve", "deny"] {
            let page = answer_from(browser, &asked.page, decision).await;
            expect_error_page(&page, 400);
        }
    }
    assert_eq!(asked.app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn two_tabs_with_a_request_each_are_answered_by_themselves() {
    let mut asked = Asked::start().await;
    let asking = Asking::of(&asked.client, "openid").with("state", "second");
    let second = asked_again(&mut asked.browser, &asking).await;
    let page = asked.browser.submit(&asked.page.form("deny")).await;
    let answered = Answered::in_query(&page, asked.client.redirect_uri());
    assert_eq!(answered.get("state"), Some("the state"));
    assert_eq!(answered.get("error"), Some("access_denied"));

    let page = asked.browser.submit(&second.form("approve")).await;
    let answered = Answered::in_query(&page, asked.client.redirect_uri());
    assert_eq!(answered.get("state"), Some("second"));
    assert!(answered.get("code").is_some());
}

#[tokio::test]
async fn the_page_of_one_user_is_not_answered_by_the_login_of_another() {
    let mut asked = Asked::start().await;
    asked.app.user("bob").create().await;
    let csrf = csrf(&mut asked.browser).await;
    let fields = [
        ("csrf", csrf.as_str()),
        ("username", "bob"),
        ("password", PASSWORD),
    ];
    assert_eq!(asked.browser.post("/login", &fields).await.status(), 303);

    let before = asked.app.stored().protocol_state().await;
    let page = asked.browser.submit(&asked.page.form("approve")).await;
    expect_error_page(&page, 403);
    assert!(page.html().contains("login has changed"), "{page:?}");
    assert_eq!(asked.app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn after_logging_out_nothing_is_allowed_by_the_page_that_is_still_open() {
    let mut asked = Asked::start().await;
    let page = asked.browser.get("/logout").await;
    asked.browser.submit(&page.form("logout")).await;
    let before = asked.app.stored().protocol_state().await;
    let page = asked.browser.submit(&asked.page.form("approve")).await;
    expect_error_page(&page, 403);
    assert_eq!(asked.app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn a_session_that_expired_meanwhile_allows_nothing() {
    let minutes = Duration::from_mins;
    let restless = move |policies: &mut Policies| policies.sessions.sessions.idle = minutes(10);
    let app = Setup::default().policies(restless).app().await;
    let client = app.client().create().await;
    let mut asked = Asked::by(app, client, "openid").await;
    asked.app.advance(minutes(11));
    let before = asked.app.stored().protocol_state().await;
    let page = asked.browser.submit(&asked.page.form("approve")).await;
    expect_error_page(&page, 403);
    assert_eq!(asked.app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn what_is_begun_at_one_node_can_be_completed_at_others() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    app.user("alice").create().await;
    let (second, third) = (app.another_node().await, app.another_node().await);
    let at = |node: &TestApp, address: &Url| {
        let query = address.query().unwrap();
        node.url(&format!("{}?{query}", address.path()))
    };
    let mut browser = app.browser();
    let led = browser.get(&Asking::of(&client, "openid").target()).await;
    let login = browser.get(&at(&second, &led.expect_location())).await;
    let led = browser.fill_in_login(&login, "alice", PASSWORD).await;
    let consent = browser.get(&at(&third, &led.expect_location())).await;
    let mut form = consent.form("approve");
    form.action = at(&app, &form.action).parse().unwrap();
    let page = browser.submit(&form).await;
    let answered = Answered::in_query(&page, client.redirect_uri());
    assert_eq!(answered.get("iss"), Some(app.issuer()));
    assert!(answered.get("code").is_some());
}

#[tokio::test]
async fn a_user_who_was_disabled_meanwhile_allows_nothing() {
    let mut asked = Asked::start().await;
    asked.app.disable_user(&asked.alice).await;
    let before = asked.app.stored().protocol_state().await;
    let page = asked.browser.submit(&asked.page.form("approve")).await;
    expect_error_page(&page, 403);
    assert_eq!(asked.app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn a_page_that_was_never_shown_is_not_answered() {
    let mut asked = Asked::start().await;
    let asking = Asking::of(&asked.client, "openid email");
    let led = asked.browser.get(&asking.target()).await;
    let csrf = csrf(&mut asked.browser).await;
    let before = asked.app.stored().protocol_state().await;
    let fields = [("csrf", csrf.as_str()), ("decision", "approve")];
    let target = led.expect_location();
    let page = asked.browser.post(target.as_str(), &fields).await;
    expect_error_page(&page, 403);
    assert_eq!(asked.app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn logging_in_anew_as_the_same_user_does_not_spoil_the_page() {
    let mut asked = Asked::start().await;
    asked.app.advance(Duration::from_mins(1));
    let csrf = csrf(&mut asked.browser).await;
    let fields = [
        ("csrf", csrf.as_str()),
        ("username", "alice"),
        ("password", asked.alice.password.as_str()),
    ];
    assert_eq!(asked.browser.post("/login", &fields).await.status(), 303);
    let page = asked.browser.submit(&asked.page.form("approve")).await;
    assert!(page.answered("code").is_some());
}
