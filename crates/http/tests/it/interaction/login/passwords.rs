//! Passwords of every length.

use authly_testing::TestApp;
use authly_testing::fixtures::PASSWORD;
use pretty_assertions::assert_eq;

use crate::support::{expect_error_page, logged_in_as, session_cookie};

#[tokio::test]
async fn what_cannot_be_a_password_is_refused_on_the_page_for_known_and_unknown_users() {
    let app = TestApp::start().await;
    app.user("alice").create().await;
    let before = app.stored().protocol_state().await;
    let beyond = "x".repeat(1_025);
    let far_beyond = "x".repeat(50_000);
    let emoji = "\u{1F511}".repeat(4_096);
    let mut problems = Vec::new();
    for name in ["alice", "nobody"] {
        for password in ["", "\0", "correct\0horse", &beyond, &far_beyond, &emoji] {
            let mut browser = app.browser();
            let login = browser.get("/login").await;
            let page = browser.fill_in_login(&login, name, password).await;
            assert_eq!(page.status(), 422, "{name} {}", password.len());
            assert_eq!(session_cookie(&browser), None);
            problems.push((name, page.text_of("problem")));
        }
    }
    let of = |name| problems.iter().filter(move |(whose, _)| *whose == name);
    let alice: Vec<_> = of("alice").map(|(_, problem)| problem).collect();
    let nobody: Vec<_> = of("nobody").map(|(_, problem)| problem).collect();
    assert_eq!(alice, nobody);
    assert_eq!(app.stored().protocol_state().await, before);
    // They are no guesses: the account is not slowed by them.
    let mut browser = app.browser();
    let login = browser.get("/login").await;
    let page = browser.fill_in_login(&login, "alice", PASSWORD).await;
    assert_eq!(page.status(), 303);
}

#[tokio::test]
async fn a_password_of_a_megabyte_is_too_much_at_once() {
    let app = TestApp::start().await;
    app.user("alice").create().await;
    let before = app.stored().protocol_state().await;
    let mut browser = app.browser();
    let login = browser.get("/login").await;
    let megabyte = "x".repeat(1_000_000);
    let page = browser.fill_in_login(&login, "alice", &megabyte).await;
    expect_error_page(&page, 413);
    assert_eq!(app.stored().protocol_state().await, before);
    assert_eq!(logged_in_as(&mut browser).await, None);
}

#[tokio::test]
async fn every_byte_of_a_password_counts() {
    let app = TestApp::start().await;
    for (number, length) in [55, 56, 70, 71, 72, 73, 80, 128, 1_024]
        .into_iter()
        .enumerate()
    {
        let name = format!("user{number}");
        let right = "p".repeat(length);
        let user = app.user(&name).password(&right).create().await;
        let other_end = format!("{}q", "p".repeat(length - 1));
        let shorter = "p".repeat(length - 1);
        let longer = "p".repeat(length + 1);
        for wrong in [&other_end, &shorter, &longer] {
            let mut browser = app.browser();
            let login = browser.get("/login").await;
            let page = browser.fill_in_login(&login, &name, wrong).await;
            assert_eq!(page.status(), 422, "{length}, {} tried", wrong.len());
        }
        let mut browser = app.browser();
        browser.log_in(&user).await;
        assert_eq!(logged_in_as(&mut browser).await, Some(name));
    }
}

#[tokio::test]
async fn a_password_is_taken_as_it_is_typed() {
    let app = TestApp::start().await;
    let typed = " Pässwörd \u{1F511} + % & = \"' ";
    let user = app.user("alice").password(typed).create().await;
    let mut browser = app.browser();
    for wrong in [typed.trim(), &typed.to_lowercase()] {
        let login = browser.get("/login").await;
        let page = browser.fill_in_login(&login, "alice", wrong).await;
        assert_eq!(page.status(), 422, "{wrong}");
    }
    browser.log_in(&user).await;
    assert_eq!(logged_in_as(&mut browser).await.as_deref(), Some("alice"));
}
