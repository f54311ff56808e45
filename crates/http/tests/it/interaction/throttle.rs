//! Guessing is slowed: by account and address, by address, by account.

use std::time::Duration;

use authly_domain::throttle::ThrottleRule;
use authly_testing::browser::Page;
use authly_testing::fixtures::PASSWORD;
use authly_testing::policies::Policies;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;

use crate::support::session_cookie;

const WINDOW: Duration = Duration::from_mins(15);
const MANY: u32 = 1_000;

/// A server that lets through so many attempts: from an address, on an account from an address, and
/// on an account. It believes what its neighbour says about addresses.
async fn app(address: u32, account_at_address: u32, account: u32) -> TestApp {
    let rule = |attempts| ThrottleRule {
        attempts,
        window: WINDOW,
    };
    let policies = move |policies: &mut Policies| {
        let throttle = &mut policies.sessions.throttle;
        throttle.login_address = rule(address);
        throttle.login_account_at_address = rule(account_at_address);
        throttle.login_account = rule(account);
    };
    let setup = Setup::default().policies(policies);
    setup.trusted_proxies(&["127.0.0.1"]).app().await
}

/// One attempt in a new browser at this address.
async fn attempt(app: &TestApp, from: &str, name: &str, password: &str) -> Page {
    let mut browser = app.browser();
    let header = ("x-forwarded-for".to_owned(), from.to_owned());
    browser.headers.push(header);
    let login = browser.get("/login").await;
    let page = browser.fill_in_login(&login, name, password).await;
    let has_session = session_cookie(&browser).is_some();
    assert_eq!(has_session, page.status() == 303, "{page:?}");
    page
}

/// Holds that an attempt is put off, and says how long.
fn expect_wait(page: &Page) -> Duration {
    assert_eq!(page.status(), 429, "{page:?}");
    assert!(
        page.text_of("problem")
            .unwrap()
            .contains("too many failed attempts")
    );
    let seconds = page.answer.header("retry-after").parse().unwrap();
    let wait = Duration::from_secs(seconds);
    assert!(wait > Duration::ZERO && wait <= WINDOW, "{wait:?}");
    wait
}

const HERE: &str = "192.0.2.1";
const THERE: &str = "198.51.100.1";

#[tokio::test]
async fn too_many_wrong_passwords_for_an_account_from_one_address_have_to_wait() {
    let app = app(MANY, 3, MANY).await;
    app.user("alice").create().await;
    app.user("bob").create().await;
    for _ in 0..3 {
        assert_eq!(attempt(&app, HERE, "alice", "wrong").await.status(), 422);
    }
    let before = app.stored().protocol_state().await;
    let wait = expect_wait(&attempt(&app, HERE, "alice", "wrong").await);
    assert_eq!(wait, WINDOW);
    expect_wait(&attempt(&app, HERE, "alice", PASSWORD).await);
    expect_wait(&attempt(&app, HERE, "ALICE", PASSWORD).await);
    assert_eq!(app.stored().protocol_state().await, before);

    // Others are not slowed, nor is she elsewhere.
    assert_eq!(attempt(&app, HERE, "bob", PASSWORD).await.status(), 303);
    assert_eq!(attempt(&app, THERE, "alice", PASSWORD).await.status(), 303);
}

#[tokio::test]
async fn when_the_window_is_over_the_right_password_counts_again() {
    let app = app(MANY, 3, MANY).await;
    app.user("alice").create().await;
    for _ in 0..4 {
        attempt(&app, HERE, "alice", "wrong").await;
    }
    app.advance(Duration::from_mins(10));
    let wait = expect_wait(&attempt(&app, HERE, "alice", PASSWORD).await);
    assert_eq!(
        wait,
        Duration::from_mins(5),
        "trying does not make it longer"
    );
    app.advance(wait);
    assert_eq!(attempt(&app, HERE, "alice", PASSWORD).await.status(), 303);
}

#[tokio::test]
async fn the_right_password_forgives_the_wrong_ones_before_it() {
    let app = app(MANY, 3, MANY).await;
    app.user("alice").create().await;
    for _ in 0..3 {
        attempt(&app, HERE, "alice", "wrong").await;
        attempt(&app, HERE, "alice", "wrong").await;
        assert_eq!(attempt(&app, HERE, "alice", PASSWORD).await.status(), 303);
    }
}

#[tokio::test]
async fn names_that_do_not_exist_are_slowed_like_those_that_do() {
    let app = app(MANY, 3, MANY).await;
    for name in ["nobody", "nobody@example.com", "no body"] {
        for _ in 0..3 {
            assert_eq!(attempt(&app, HERE, name, "wrong").await.status(), 422);
        }
        expect_wait(&attempt(&app, HERE, name, "wrong").await);
    }
}

#[tokio::test]
async fn one_address_that_tries_many_names_has_to_wait() {
    let app = app(4, MANY, MANY).await;
    app.user("alice").create().await;
    for name in ["a", "b", "c", "d"] {
        assert_eq!(attempt(&app, HERE, name, "wrong").await.status(), 422);
    }
    expect_wait(&attempt(&app, HERE, "alice", PASSWORD).await);
    assert_eq!(attempt(&app, THERE, "alice", PASSWORD).await.status(), 303);
}

#[tokio::test]
async fn logging_in_oneself_does_not_free_an_address_to_guess_on() {
    let app = app(4, MANY, MANY).await;
    app.user("mallory").create().await;
    for _ in 0..4 {
        attempt(&app, HERE, "alice", "wrong").await;
        attempt(&app, HERE, "mallory", PASSWORD).await;
    }
    expect_wait(&attempt(&app, HERE, "alice", "wrong").await);
}

#[tokio::test]
async fn the_addresses_of_one_ipv6_network_count_as_one() {
    let app = app(MANY, 3, MANY).await;
    for host in ["1", "2", "3"] {
        let from = format!("2001:db8:0:1::{host}");
        assert_eq!(attempt(&app, &from, "alice", "wrong").await.status(), 422);
    }
    expect_wait(&attempt(&app, "2001:db8:0:1:ffff::", "alice", "wrong").await);
    let elsewhere = attempt(&app, "2001:db8:0:2::1", "alice", "wrong").await;
    assert_eq!(elsewhere.status(), 422);
}

#[tokio::test]
async fn one_account_that_is_tried_from_many_addresses_has_to_wait() {
    let app = app(MANY, MANY, 4).await;
    app.user("alice").create().await;
    for host in 1..=4 {
        let from = format!("192.0.2.{host}");
        assert_eq!(attempt(&app, &from, "alice", "wrong").await.status(), 422);
    }
    expect_wait(&attempt(&app, THERE, "alice", PASSWORD).await);
}

#[tokio::test]
async fn a_caller_that_is_no_proxy_does_not_choose_its_address() {
    let patient = |policies: &mut Policies| {
        policies.sessions.throttle.login_account_at_address.attempts = 3;
    };
    let app = Setup::default().policies(patient).app().await;
    app.user("alice").create().await;
    for host in 1..=3 {
        let from = format!("192.0.2.{host}");
        assert_eq!(attempt(&app, &from, "alice", "wrong").await.status(), 422);
    }
    expect_wait(&attempt(&app, "192.0.2.4", "alice", PASSWORD).await);
}

#[tokio::test]
async fn guesses_at_the_same_time_are_all_counted() {
    let app = app(MANY, 3, MANY).await;
    app.user("alice").create().await;
    let guesses = (0..20).map(|_| attempt(&app, HERE, "alice", "wrong"));
    let pages = futures_util::future::join_all(guesses).await;
    let tried = pages.iter().filter(|page| page.status() == 422).count();
    let put_off = pages.iter().filter(|page| page.status() == 429).count();
    assert_eq!((tried, put_off), (3, 17));
}
