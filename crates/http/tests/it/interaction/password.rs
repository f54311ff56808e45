//! `/login/password`: the change of password that stands before everything else.

mod at_once;

use std::time::Duration;

use authly_testing::TestApp;
use authly_testing::browser::{Browser, Page};
use authly_testing::fixtures::{PASSWORD, TestClient, TestUser};
use pretty_assertions::assert_eq;

use crate::support::{Answered, Asking, expect_error_page, field, logged_in_as, session_cookie};

/// What Alice chooses.
const NEW: &str = "four entirely other words";

/// Alice, whose password somebody else made, has logged in for a request of the client.
struct Due {
    app: TestApp,
    client: TestClient,
    alice: TestUser,
    browser: Browser,
    /// The page that asks for a new password.
    page: Page,
}

async fn due() -> Due {
    let app = TestApp::start().await;
    let client = app.client().first_party().create().await;
    let alice = app.user("alice").requires_password_change().create().await;
    let mut browser = app.browser();
    let page = browser.get(&Asking::of(&client, "openid").target()).await;
    let login = browser.follow(&page).await;
    let page = browser.fill_in_login(&login, "alice", PASSWORD).await;
    assert_eq!(page.expect_location().path(), "/login/password");
    let page = browser.follow(&page).await;
    assert_eq!(page.status(), 200);
    Due {
        app,
        client,
        alice,
        browser,
        page,
    }
}

/// Sends the page with these two passwords.
async fn choose(browser: &mut Browser, page: &Page, new: &str, repeated: &str) -> Page {
    let form = page.form("change_password");
    let form = form.fill("new_password", new);
    browser
        .submit(&form.fill("repeat_password", repeated))
        .await
}

#[tokio::test]
async fn a_new_password_completes_the_login_and_leads_on_to_the_application() {
    let mut due = due().await;
    assert_eq!(
        field(&due.page.form("change_password"), "username"),
        "alice"
    );
    let half = session_cookie(&due.browser).unwrap();
    let mut stale = due.browser.clone();
    let sessions = due.app.stored().sessions_of("alice").await;
    assert_eq!(sessions[0].pending_steps, ["change_password"]);

    let page = choose(&mut due.browser, &due.page, NEW, NEW).await;
    let answered = Answered::in_query(&page, due.client.redirect_uri());
    assert!(answered.get("code").is_some());
    assert_ne!(session_cookie(&due.browser).unwrap(), half);
    assert_eq!(
        logged_in_as(&mut due.browser).await.as_deref(),
        Some("alice")
    );
    assert_eq!(
        logged_in_as(&mut stale).await,
        None,
        "the old cookie is dead"
    );

    let user = due.app.stored().user("alice").await.unwrap();
    assert!(!user.requires_password_change);
    let now = due.app.stored().sessions_of("alice").await;
    assert_eq!(now[0].id, sessions[0].id);
    assert!(now[0].pending_steps.is_empty());
    let actions = due.app.stored().audit_actions().await;
    assert!(
        actions.iter().any(|action| action.contains("password")),
        "{actions:?}"
    );
}

#[tokio::test]
async fn afterwards_the_new_password_opens_and_the_old_one_does_not() {
    let mut due = due().await;
    choose(&mut due.browser, &due.page, NEW, NEW).await;
    let mut other = due.app.browser();
    let login = other.get("/login").await;
    let page = other.fill_in_login(&login, "alice", PASSWORD).await;
    assert_eq!(page.status(), 422);
    let page = other.fill_in_login(&login, "alice", NEW).await;
    assert_eq!(page.expect_location().path(), "/login");
    assert_eq!(logged_in_as(&mut other).await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn the_step_cannot_be_skipped_by_asking_for_a_later_page() {
    let mut due = due().await;
    let query = due.page.address.query().unwrap().to_owned();
    let csrf = field(&due.page.form("change_password"), "csrf");
    let before = due.app.stored().protocol_state().await;
    let browser = &mut due.browser;

    let consent = format!("/consent?{query}");
    expect_error_page(&browser.get(&consent).await, 403);
    let fields = [("csrf", csrf.as_str()), ("decision", "approve")];
    expect_error_page(&browser.post(&consent, &fields).await, 403);
    let silent = Asking::of(&due.client, "openid").with("prompt", "none");
    let page = browser.get(&silent.target()).await;
    let answered = Answered::in_query(&page, due.client.redirect_uri());
    assert_eq!(answered.get("error"), Some("login_required"));
    for path in ["/login", "/"] {
        let mut page = browser.get(path).await;
        while page
            .location()
            .is_some_and(|to| to.path() != "/login/password")
        {
            page = browser.follow(&page).await;
        }
        assert_eq!(page.expect_location().path(), "/login/password", "{path}");
    }
    assert_eq!(due.app.stored().protocol_state().await, before);
    assert_eq!(due.app.stored().codes_of(&due.client.id).await, []);
}

#[tokio::test]
async fn another_request_leads_to_the_same_step_again() {
    let mut due = due().await;
    due.app.advance(Duration::from_secs(1));
    let asking = Asking::of(&due.client, "openid").with("state", "second");
    let page = due.browser.get(&asking.target()).await;
    assert_eq!(page.expect_location().path(), "/login/password");
    let second = due.browser.follow(&page).await;
    let page = choose(&mut due.browser, &second, NEW, NEW).await;
    let answered = Answered::in_query(&page, due.client.redirect_uri());
    assert_eq!(answered.get("state"), Some("second"));
}

#[tokio::test]
async fn logging_in_again_does_not_skip_the_step() {
    let mut due = due().await;
    due.app.advance(Duration::from_secs(1));
    let asking = Asking::of(&due.client, "openid").with("prompt", "login");
    let page = due.browser.get(&asking.target()).await;
    let mut page = due.browser.follow(&page).await;
    if page.html().contains("id=\"login\"") {
        due.app.advance(Duration::from_secs(1));
        let led = due.browser.fill_in_login(&page, "alice", PASSWORD).await;
        page = due.browser.follow(&led).await;
    }
    assert_eq!(page.address.path(), "/login/password");
    assert_eq!(due.app.stored().codes_of(&due.client.id).await, []);
}

#[tokio::test]
async fn a_password_that_is_not_good_enough_is_refused_with_the_reason() {
    let due = &mut due().await;
    let hash = due.app.stored().user("alice").await.unwrap().password_hash;
    let before = due.app.stored().protocol_state().await;
    let long = "x".repeat(1_025);
    for (new, reason) in [
        ("", "Type a new password"),
        ("eleven char", "at least 12 characters"),
        ("éééééé", "at least 12 characters"),
        (PASSWORD, "the password you have now"),
        ("alice and eleven more", "out of the password"),
        ("I am ALICE of course", "out of the password"),
        ("it is alice@example.com", "out of the password"),
        ("twelve\0characters", "no password can hold"),
        (&long, "too long"),
    ] {
        let page = choose(&mut due.browser, &due.page, new, new).await;
        assert_eq!(page.status(), 422, "{new}");
        let problem = page.text_of("problem").unwrap();
        assert!(problem.contains(reason), "{new}: {problem}");
        assert!(new.is_empty() || !page.html().contains(new), "{page:?}");
        assert!(page.text_of("change_password").is_some());
    }
    assert_eq!(due.app.stored().protocol_state().await, before);
    let user = due.app.stored().user("alice").await.unwrap();
    assert_eq!(user.password_hash, hash);
    assert!(user.requires_password_change);
}

#[tokio::test]
async fn two_passwords_that_differ_are_refused() {
    let mut due = due().await;
    let before = due.app.stored().protocol_state().await;
    let users = due.app.stored().users().await;
    let other = format!("{NEW} ");
    for repeated in ["", "something else at all", &other] {
        let page = choose(&mut due.browser, &due.page, NEW, repeated).await;
        assert_eq!(page.status(), 422);
        let problem = page.text_of("problem").unwrap();
        assert!(problem.contains("differ"), "{problem}");
    }
    assert_eq!(due.app.stored().protocol_state().await, before);
    assert_eq!(due.app.stored().users().await, users);
}

#[tokio::test]
async fn after_a_refusal_the_page_works_on() {
    let mut due = due().await;
    let refused = choose(&mut due.browser, &due.page, "short", "short").await;
    let page = choose(&mut due.browser, &refused, NEW, NEW).await;
    assert!(page.answered("code").is_some());
}

#[tokio::test]
async fn the_change_ends_the_other_sessions_of_the_user() {
    let mut due = due().await;
    due.app.advance(Duration::from_secs(1));
    let mut elsewhere = due.app.logged_in(&due.alice).await;
    let bob = due.app.user("bob").create().await;
    let mut of_bob = due.app.logged_in(&bob).await;
    choose(&mut due.browser, &due.page, NEW, NEW).await;

    let sessions = due.app.stored().sessions_of("alice").await;
    let ends: Vec<_> = sessions
        .iter()
        .map(|session| session.ended_reason.as_deref())
        .collect();
    assert_eq!(ends, [None, Some("password_changed")]);
    assert_eq!(logged_in_as(&mut elsewhere).await, None);
    assert_eq!(logged_in_as(&mut of_bob).await.as_deref(), Some("bob"));
}

#[tokio::test]
async fn where_no_change_is_due_the_page_leads_to_the_login_page_and_changes_nothing() {
    let app = TestApp::start().await;
    let bob = app.user("bob").create().await;
    let users = app.stored().users().await;
    let mut nobody = app.browser();
    let page = nobody.get("/login/password").await;
    assert_eq!(page.expect_location().path(), "/login");

    let mut browser = app.logged_in(&bob).await;
    let users_since = app.stored().users().await;
    assert_eq!(users_since.len(), users.len());
    let page = browser.get("/login/password").await;
    assert_eq!(page.expect_location().path(), "/login");
    let csrf = field(&browser.get("/logout").await.form("logout"), "csrf");
    for new in [NEW, "short"] {
        let fields = [
            ("csrf", csrf.as_str()),
            ("new_password", new),
            ("repeat_password", new),
        ];
        let page = browser.post("/login/password", &fields).await;
        assert_eq!(page.expect_location().path(), "/login");
    }
    assert_eq!(app.stored().users().await, users_since);
}

#[tokio::test]
async fn without_a_waiting_request_the_login_page_follows() {
    let app = TestApp::start().await;
    let alice = app.user("alice").requires_password_change().create().await;
    let mut browser = app.browser();
    let page = browser.log_in(&alice).await;
    assert_eq!(page.expect_location().path(), "/login/password");
    let shown = browser.follow(&page).await;
    let page = choose(&mut browser, &shown, NEW, NEW).await;
    assert_eq!(page.expect_location().path(), "/login");
    assert_eq!(logged_in_as(&mut browser).await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn the_page_sent_twice_changes_the_password_once() {
    let mut due = due().await;
    let mut stale = due.browser.clone();
    choose(&mut due.browser, &due.page, NEW, NEW).await;
    let hash = due.app.stored().user("alice").await.unwrap().password_hash;
    let other = "four words of somebody else";
    for browser in [&mut due.browser, &mut stale] {
        let page = choose(browser, &due.page, other, other).await;
        assert_eq!(page.expect_location().path(), "/login");
    }
    let user = due.app.stored().user("alice").await.unwrap();
    assert_eq!(user.password_hash, hash);
}
