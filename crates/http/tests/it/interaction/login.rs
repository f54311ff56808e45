//! `/login`.

mod enumeration;
mod others;
mod passwords;
mod requests;

use authly_testing::browser::Page;
use authly_testing::fixtures::PASSWORD;
use authly_testing::policies::Policies;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;

use crate::support::{Asking, logged_in_as, session_cookie};

#[tokio::test]
async fn the_right_password_leads_on_to_what_was_asked_for() {
    let app = TestApp::start().await;
    let client = app.client().name("The application").create().await;
    app.user("alice").create().await;
    let mut browser = app.browser();
    let page = browser.get(&Asking::of(&client, "openid").target()).await;
    let login = browser.follow(&page).await;
    assert_eq!(login.status(), 200);
    assert!(login.html().contains("<strong>The application</strong>"));
    assert_eq!(session_cookie(&browser), None);

    let page = browser.fill_in_login(&login, "alice", PASSWORD).await;
    let consent = page.expect_location();
    assert_eq!(consent.path(), "/consent");
    assert_eq!(consent.query(), login.address.query());
    assert!(session_cookie(&browser).is_some());
    let sessions = app.stored().sessions_of("alice").await;
    assert_eq!(sessions.len(), 1);
    assert!(sessions[0].pending_steps.is_empty());
    assert_eq!(sessions[0].ended_reason, None);
    assert!(app.stored().user("alice").await.unwrap().has_logged_in);
}

#[tokio::test]
async fn a_login_without_an_application_ends_at_a_page_that_says_who_is_logged_in() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.browser();
    assert_eq!(logged_in_as(&mut browser).await, None);
    let page = browser.log_in(&alice).await;
    assert_eq!(page.expect_location().path(), "/login");
    assert_eq!(logged_in_as(&mut browser).await.as_deref(), Some("alice"));
    let front = browser.get("/").await;
    assert_eq!(front.expect_location().path(), "/login");
}

/// What an onlooker sees of an answer, less what tells requests and names apart.
fn seen(page: &Page, username: &str) -> (u16, Vec<String>, String) {
    let own = ["x-request-id", "date"];
    let headers = page.answer.headers.iter();
    let headers = headers.filter(|(name, _)| !own.contains(&name.as_str()));
    let mut headers: Vec<_> = headers
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    headers.sort();
    let body = page.html().replace(username, "NAME");
    (page.status(), headers, body)
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_and_a_disabled_user_look_the_same() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    app.user("alice").create().await;
    let carol = app.user("carol").create().await;
    app.disable_user(&carol).await;
    app.user("peter").requires_password_change().create().await;
    let frank = app.user("frank").create().await;
    app.take_password(&frank).await;
    let mut browser = app.browser();
    let page = browser.get(&Asking::of(&client, "openid").target()).await;
    let login = browser.follow(&page).await;
    let before = app.stored().protocol_state().await;
    let users = app.stored().users().await;

    let mut views = Vec::new();
    for (name, password) in [
        ("alice", "wrong horse battery staple"),
        ("carol", "wrong horse battery staple"),
        ("carol", PASSWORD),
        ("peter", "wrong horse battery staple"),
        ("frank", PASSWORD),
        ("nobod", PASSWORD),
        ("a@b.c", PASSWORD),
        ("\"<'&;", PASSWORD),
    ] {
        let page = browser.fill_in_login(&login, name, password).await;
        assert_eq!(page.status(), 422, "{name}");
        assert_eq!(session_cookie(&browser), None, "{name}");
        let problem = page.text_of("problem");
        assert_eq!(problem.as_deref(), Some("User name or password is wrong."));
        assert_eq!(crate::support::field(&page.form("login"), "username"), name);
        if name
            .chars()
            .all(|c| c.is_alphanumeric() || "@.".contains(c))
        {
            views.push(seen(&page, name));
        }
    }
    let first = &views[0];
    for view in &views {
        assert_eq!(view, first);
    }
    assert_eq!(app.stored().protocol_state().await, before);
    assert_eq!(app.stored().users().await, users);
}

#[tokio::test]
async fn the_login_page_after_a_wrong_password_works_on() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    app.user("alice").create().await;
    let mut browser = app.browser();
    let page = browser.get(&Asking::of(&client, "openid").target()).await;
    let login = browser.follow(&page).await;
    let again = browser.fill_in_login(&login, "alice", "wrong").await;
    assert_eq!(again.form("login").action.query(), login.address.query());
    assert!(!again.html().contains("wrong\""), "no password in a page");
    let page = browser.fill_in_login(&again, "alice", PASSWORD).await;
    assert_eq!(page.expect_location().path(), "/consent");
}

#[tokio::test]
async fn the_name_is_read_without_regard_to_case_width_and_surrounding_spaces() {
    let app = TestApp::start().await;
    app.user("alice").create().await;
    for name in [
        "alice",
        "ALICE",
        " Alice ",
        "\u{ff41}lice",
        "alice@example.com",
        "Alice@EXAMPLE.com",
        " alice@example.com",
    ] {
        let mut browser = app.browser();
        let login = browser.get("/login").await;
        let page = browser.fill_in_login(&login, name, PASSWORD).await;
        assert_eq!(page.status(), 303, "{name}");
        assert_eq!(logged_in_as(&mut browser).await.as_deref(), Some("alice"));
    }
}

#[tokio::test]
async fn a_name_that_nobody_can_have_is_refused_like_any_other_and_escaped() {
    // They all count as one name.
    let patient = |policies: &mut Policies| {
        policies.sessions.throttle.login_account_at_address.attempts = 100;
    };
    let app = Setup::default().policies(patient).app().await;
    app.user("alice").create().await;
    let before = app.stored().protocol_state().await;
    let long = "a".repeat(20_000);
    for name in [
        "",
        " ",
        "alice\0",
        "\0",
        "alice\u{200b}",
        "\u{202e}ecila",
        "alice'--",
        "' OR '1'='1",
        "alice; DROP TABLE users",
        "%",
        "\"><script>alert(1)</script>",
        "{{ 7 * 7 }}",
        "\u{1F511}",
        &long,
    ] {
        let mut browser = app.browser();
        let login = browser.get("/login").await;
        let page = browser.fill_in_login(&login, name, PASSWORD).await;
        assert_eq!(page.status(), 422, "{name:?}");
        assert!(!page.html().contains("<script"), "{page:?}");
        assert_eq!(session_cookie(&browser), None);
    }
    assert_eq!(app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn credentials_in_the_address_log_nobody_in() {
    let app = TestApp::start().await;
    app.user("alice").create().await;
    let mut browser = app.browser();
    let address = format!(
        "/login?username=alice&password={}",
        PASSWORD.replace(' ', "+")
    );
    let page = browser.get(&address).await;
    assert_eq!(page.status(), 200);
    assert!(!page.html().contains("correct horse"), "{page:?}");
    let form = page.form("login");
    assert_eq!(form.action.query(), None);
    let bare = form.clear("username").clear("password");
    assert_eq!(browser.submit(&bare).await.status(), 422);
    assert_eq!(logged_in_as(&mut browser).await, None);
}
