//! Several logins in one browser.

use std::time::Duration;

use authly_testing::TestApp;
use pretty_assertions::assert_eq;

use crate::support::{logged_in_as, session_cookie};

#[tokio::test]
async fn another_user_in_the_same_browser_replaces_the_session() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let bob = app.user("bob").create().await;
    let mut browser = app.logged_in(&alice).await;
    let mut stale = browser.clone();
    // The login page is left open in a tab of its own while Alice is logged in.
    let login = app.browser().get("/login").await;
    let form = login.form("login");
    let own = browser.get("/logout").await.form("logout");
    let form = form.fill("csrf", &crate::support::field(&own, "csrf"));
    let form = form.fill("username", "bob").fill("password", &bob.password);
    let page = browser.submit(&form).await;
    assert_eq!(page.status(), 303);

    assert_eq!(logged_in_as(&mut browser).await.as_deref(), Some("bob"));
    assert_eq!(logged_in_as(&mut stale).await, None);
    let of_alice = app.stored().sessions_of("alice").await;
    assert_eq!(of_alice[0].ended_reason.as_deref(), Some("replaced"));
    let of_bob = app.stored().sessions_of("bob").await;
    assert_eq!(of_bob[0].ended_reason, None);
    assert_ne!(of_alice[0].id, of_bob[0].id);
}

#[tokio::test]
async fn the_same_user_keeps_the_session_and_gets_a_new_cookie() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    let first = session_cookie(&browser).unwrap();
    let mut stale = browser.clone();
    let before = app.stored().sessions_of("alice").await;
    app.advance(Duration::from_mins(1));

    let own = browser.get("/logout").await.form("logout");
    let csrf = crate::support::field(&own, "csrf");
    let fields = [
        ("csrf", csrf.as_str()),
        ("username", "alice"),
        ("password", alice.password.as_str()),
    ];
    assert_eq!(browser.post("/login", &fields).await.status(), 303);
    let second = session_cookie(&browser).unwrap();
    assert_eq!(first.0, second.0);
    assert_ne!(first.1, second.1);
    assert_eq!(app.stored().sessions_of("alice").await, before);
    assert_eq!(logged_in_as(&mut browser).await.as_deref(), Some("alice"));
    assert_eq!(
        logged_in_as(&mut stale).await,
        None,
        "the old cookie is dead"
    );
}

#[tokio::test]
async fn a_wrong_password_leaves_the_session_that_is_there() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    let before = app.stored().protocol_state().await;
    let own = browser.get("/logout").await.form("logout");
    let csrf = crate::support::field(&own, "csrf");
    for name in ["alice", "bob"] {
        let fields = [
            ("csrf", csrf.as_str()),
            ("username", name),
            ("password", "wrong"),
        ];
        assert_eq!(browser.post("/login", &fields).await.status(), 422);
    }
    assert_eq!(logged_in_as(&mut browser).await.as_deref(), Some("alice"));
    assert_eq!(app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn a_disabled_user_is_logged_in_no_more() {
    let app = TestApp::start().await;
    let client = app.client().first_party().create().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    app.disable_user(&alice).await;
    assert_eq!(logged_in_as(&mut browser).await, None);

    let before = app.stored().protocol_state().await;
    let asking = crate::support::Asking::of(&client, "openid").with("prompt", "none");
    let page = browser.get(&asking.target()).await;
    assert_eq!(page.answered("error").as_deref(), Some("login_required"));
    assert_eq!(app.stored().protocol_state().await, before);
}
