//! A browser that is known again: the device cookie on its way through the pages.

use authly_testing::browser::{Browser, Page};
use authly_testing::fixtures::PASSWORD;
use authly_testing::policies::Policies;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;

use crate::support::{logged_in_as, session_cookie};

const NEW: &str = "quite another passphrase";

/// A server that believes its neighbour about addresses, and shuts an account after three guesses.
async fn app() -> TestApp {
    let few = |policies: &mut Policies| policies.sessions.throttle.login_account.attempts = 3;
    let setup = Setup::default().policies(few);
    setup.trusted_proxies(&["127.0.0.1"]).app().await
}

/// Guesses at an account from several addresses until it is shut.
async fn shut(app: &TestApp, name: &str) {
    for (host, status) in [(1, 422), (2, 422), (3, 422), (4, 429)] {
        let mut browser = app.browser();
        let from = ("x-forwarded-for".to_owned(), format!("192.0.2.{host}"));
        browser.headers.push(from);
        let page = log_in(&mut browser, name, "wrong").await;
        assert_eq!(page.status(), status);
    }
}

async fn log_in(browser: &mut Browser, name: &str, password: &str) -> Page {
    let login = browser.get("/login").await;
    browser.fill_in_login(&login, name, password).await
}

async fn log_out(browser: &mut Browser) {
    let page = browser.get("/logout").await;
    browser.submit(&page.form("logout")).await;
    assert_eq!(logged_in_as(browser).await, None);
}

#[tokio::test]
async fn a_browser_is_known_after_logout_and_needs_no_other_cookie() {
    let app = app().await;
    let alice = app.user("alice").create().await;
    let mut known = app.logged_in(&alice).await;
    log_out(&mut known).await;
    known.cookies.retain(|name, _| name.contains("device"));
    assert_eq!(known.cookies.len(), 1);
    shut(&app, "alice").await;

    let page = log_in(&mut app.browser(), "alice", PASSWORD).await;
    assert_eq!(page.status(), 429);
    let page = log_in(&mut known, "alice", PASSWORD).await;
    assert_eq!(page.status(), 303);
    assert_eq!(logged_in_as(&mut known).await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn who_changes_a_password_on_the_way_in_is_known_by_the_new_one() {
    let app = app().await;
    app.user("alice").requires_password_change().create().await;
    let mut known = app.browser();
    let page = log_in(&mut known, "alice", PASSWORD).await;
    let page = known.follow(&page).await;
    let form = page.form("change_password");
    let form = form.fill("new_password", NEW).fill("repeat_password", NEW);
    assert_eq!(known.submit(&form).await.status(), 303);
    log_out(&mut known).await;
    shut(&app, "alice").await;
    assert_eq!(log_in(&mut known, "alice", NEW).await.status(), 303);
}

#[tokio::test]
async fn the_device_cookie_opens_nothing() {
    let app = app().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    let session = session_cookie(&browser).unwrap().0;
    let device = browser.cookies.keys().find(|name| name.contains("device"));
    let device = browser.cookies[device.unwrap()].clone();
    browser.cookies.remove(&session);
    assert_eq!(logged_in_as(&mut browser).await, None);
    browser.cookies.insert(session, device);
    assert_eq!(logged_in_as(&mut browser).await, None);
}

#[tokio::test]
async fn a_wrong_password_gives_no_device_cookie() {
    let app = app().await;
    app.user("alice").create().await;
    let mut browser = app.browser();
    log_in(&mut browser, "alice", "wrong").await;
    assert!(!browser.cookies.keys().any(|name| name.contains("device")));
}
