//! The cookies: what browsers are told of them, and what they are good for.

use std::time::Duration;

use authly_testing::browser::{Browser, Page};
use authly_testing::fixtures::PASSWORD;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;

use crate::support::{Asking, Trusted, expect_error_page, field, logged_in_as, session_cookie};

/// The cookies that an answer sets: name, value, attributes.
fn set_cookies(page: &Page) -> Vec<(String, String, String)> {
    let headers = page.answer.headers.get_all("set-cookie").iter();
    let texts = headers.map(|header| header.to_str().unwrap());
    let parts = texts.map(|text| {
        let (pair, attributes) = text.split_once("; ").unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.to_owned(), attributes.to_owned())
    });
    parts.collect()
}

/// The names and attributes of the cookies that an answer sets.
fn named(page: &Page) -> Vec<(String, String)> {
    let cookies = set_cookies(page).into_iter();
    cookies
        .map(|(name, _value, attributes)| (name, attributes))
        .collect()
}

#[tokio::test]
async fn on_https_the_cookies_belong_to_the_host_alone() {
    let issuer = "https://auth.example.com/tenant";
    let app = Setup::default().issuer(issuer).app().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.browser();
    let attributes = "HttpOnly; SameSite=Lax; Secure; Path=/".to_owned();
    let login = browser.get("/login").await;
    // The one that frames of clients read (decisions 24).
    let state = (
        "__Host-authly-state".to_owned(),
        "SameSite=None; Secure; Path=/".to_owned(),
    );
    let expected = ("__Host-authly-browser".to_owned(), attributes.clone());
    assert_eq!(named(&login), [expected, state.clone()]);

    let page = browser
        .fill_in_login(&login, "alice", &alice.password)
        .await;
    let known = format!("{attributes}; Max-Age={}", 180 * 24 * 3_600);
    let expected = [
        ("__Host-authly-session".to_owned(), attributes),
        ("__Host-authly-device".to_owned(), known),
        state.clone(),
    ];
    assert_eq!(named(&page), expected);
    assert!(
        page.answer
            .header("strict-transport-security")
            .contains("max-age")
    );

    let page = browser.get("/logout").await;
    let page = browser.submit(&page.form("logout")).await;
    let [(name, value, removed), (told, ..)] = set_cookies(&page).try_into().unwrap();
    assert_eq!(told, state.0);
    assert_eq!(
        (name.as_str(), value.as_str()),
        ("__Host-authly-session", "")
    );
    for attribute in ["Max-Age=0", "Secure", "Path=/", "HttpOnly"] {
        assert!(removed.split("; ").any(|one| one == attribute), "{removed}");
    }
    assert!(!removed.contains("Domain"), "{removed}");
}

#[tokio::test]
async fn on_loopback_http_the_names_carry_the_port() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let port = app.issuer().rsplit(':').next().unwrap().to_owned();
    let attributes = "HttpOnly; SameSite=Lax; Path=/".to_owned();
    let mut browser = app.browser();
    let login = browser.get("/login").await;
    let expected = (format!("authly-browser-{port}"), attributes.clone());
    assert_eq!(named(&login), [expected]);
    let page = browser
        .fill_in_login(&login, "alice", &alice.password)
        .await;
    let known = format!("{attributes}; Max-Age={}", 180 * 24 * 3_600);
    let expected = [
        (format!("authly-session-{port}"), attributes),
        (format!("authly-device-{port}"), known),
    ];
    assert_eq!(named(&page), expected);
}

#[tokio::test]
async fn a_cookie_is_set_once_and_holds_nothing_but_chance() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.browser();
    let login = browser.get("/login").await;
    let again = browser.get("/login").await;
    assert_eq!(set_cookies(&again), []);
    let page = browser
        .fill_in_login(&login, "alice", &alice.password)
        .await;
    let session = set_cookies(&page).remove(0).1;
    assert!(session.len() >= 43, "{session}");
    assert!(!session.contains("alice"));
    let sessions = app.stored().sessions_of("alice").await;
    assert!(!session.contains(&sessions[0].id.as_uuid().to_string()));
    assert_eq!(set_cookies(&browser.get("/login").await), []);
    assert_eq!(set_cookies(&browser.get("/logout").await), []);
}

/// A cookie as it could have been made by us.
fn made_up(prefix: &str) -> String {
    format!("{prefix}{}", "A".repeat(43))
}

#[tokio::test]
async fn a_session_cookie_that_was_planted_is_never_adopted() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let name = session_cookie(&app.logged_in(&alice).await).unwrap().0;
    let planted = made_up("authly_se_");
    let mut browser = app.browser();
    browser.cookies.insert(name.clone(), planted.clone());
    assert_eq!(logged_in_as(&mut browser).await, None);
    browser.log_in(&alice).await;
    assert_ne!(browser.cookies[&name], planted);
    assert_eq!(logged_in_as(&mut browser).await.as_deref(), Some("alice"));

    let mut attacker = app.browser();
    attacker.cookies.insert(name, planted);
    assert_eq!(logged_in_as(&mut attacker).await, None);
}

#[tokio::test]
async fn a_session_of_the_attacker_in_the_browser_of_the_victim_does_not_become_the_victims() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let mallory = app.user("mallory").create().await;
    let mut attacker = app.logged_in(&mallory).await;
    let (name, planted) = session_cookie(&attacker).unwrap();
    let mut victim = app.browser();
    let login = victim.get("/login").await;
    victim.cookies.insert(name, planted);
    victim.fill_in_login(&login, "alice", &alice.password).await;
    assert_eq!(logged_in_as(&mut victim).await.as_deref(), Some("alice"));
    assert_eq!(logged_in_as(&mut attacker).await, None);
}

#[tokio::test]
async fn cookies_that_cannot_be_ours_are_no_cookies() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let known = app.logged_in(&alice).await;
    let long = "a".repeat(6_000);
    for value in [
        "",
        "x",
        "authly_se_",
        "null",
        "\"quoted\"",
        "%00",
        "a,b",
        &long,
    ] {
        let mut browser = app.browser();
        for name in known.cookies.keys() {
            browser.cookies.insert(name.clone(), value.to_owned());
        }
        let login = browser.get("/login").await;
        assert_eq!(login.status(), 200, "{value}");
        assert_eq!(set_cookies(&login).len(), 1, "a browser cookie of ours");
        let page = browser.fill_in_login(&login, "alice", PASSWORD).await;
        assert_eq!(page.status(), 303, "{value}");
    }
}

#[tokio::test]
async fn cookies_of_others_on_the_same_host_log_nobody_out_and_keep_nobody_from_logging_in() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    for (name, value) in [
        ("other", "%FF"),
        ("other", "%zz\""),
        ("", "nameless"),
        ("é", "é"),
    ] {
        let mut browser = app.browser();
        browser.cookies.insert(name.to_owned(), value.to_owned());
        browser.log_in(&alice).await;
        let logged_in = logged_in_as(&mut browser).await;
        assert_eq!(logged_in.as_deref(), Some("alice"), "{name}={value}");
    }
}

#[tokio::test]
async fn a_session_that_is_not_used_ends_and_one_that_is_used_goes_on() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let mut idle = app.logged_in(&alice).await;
    let mut used = app.logged_in(&alice).await;
    let hour = Duration::from_hours(1);
    for _ in 0..2 {
        app.advance(11 * hour);
        assert_eq!(logged_in_as(&mut used).await.as_deref(), Some("alice"));
    }
    assert_eq!(logged_in_as(&mut idle).await, None);
    assert_eq!(logged_in_as(&mut used).await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn no_session_lasts_longer_than_the_absolute_limit() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    let step = Duration::from_hours(8);
    let limit = app.policies().sessions.sessions.absolute;
    let mut passed = Duration::ZERO;
    while passed + step < limit {
        app.advance(step);
        passed += step;
        assert_eq!(logged_in_as(&mut browser).await.as_deref(), Some("alice"));
    }
    app.advance(step);
    assert_eq!(logged_in_as(&mut browser).await, None);
}

#[tokio::test]
async fn without_the_browser_cookie_a_request_is_not_found_again() {
    let mut trusted = Trusted::start().await;
    let asking = trusted.asking().with("prompt", "consent");
    let page = trusted.browser.get(&asking.target()).await;
    let consent = page.expect_location();
    let is_browser = |name: &String| name.contains("authly-browser");
    trusted.browser.cookies.retain(|name, _| !is_browser(name));
    expect_error_page(&trusted.browser.get(consent.as_str()).await, 400);
}

#[tokio::test]
async fn a_browser_that_keeps_no_cookies_is_told_so_and_nobody_is_logged_in() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    app.user("alice").create().await;
    let without_memory = |browser: &Browser| {
        let mut browser = browser.clone();
        browser.cookies.clear();
        browser
    };
    let mut browser = app.browser();
    let page = browser.get(&Asking::of(&client, "openid").target()).await;
    let page = without_memory(&browser)
        .get(page.expect_location().as_str())
        .await;
    expect_error_page(&page, 400);
    assert!(page.html().contains("keeps no cookies"), "{page:?}");

    let login = browser.get("/login").await;
    let before = app.stored().protocol_state().await;
    let csrf = field(&login.form("login"), "csrf");
    let fields = [
        ("csrf", csrf.as_str()),
        ("username", "alice"),
        ("password", PASSWORD),
    ];
    let page = without_memory(&browser).post("/login", &fields).await;
    expect_error_page(&page, 403);
    assert_eq!(app.stored().protocol_state().await, before);
}
