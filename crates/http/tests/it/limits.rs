//! What a request can do to the server at most: its number, the address it counts for, its time, and
//! what happens when a handler breaks or the bytes are no request.

pub(crate) mod broken;
mod bytes;
mod connections;
mod flood;
mod large;
mod logins;
mod slow;

use std::collections::BTreeSet;
use std::time::Duration;

use authly_testing::answer::Answer;
use authly_testing::rp::send;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};

use crate::machine_support::{
    FORM, OPENID, TOKEN, assert_issued, assert_refused, basic, get, post,
};

/// A server behind a proxy on this machine.
async fn proxied() -> TestApp {
    Setup::default()
        .trusted_proxies(&["127.0.0.0/8"])
        .app()
        .await
}

fn is_made_by_us(id: &str) -> bool {
    let hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    id.len() == 32 && id.bytes().all(hexadecimal)
}

#[tokio::test]
async fn every_answer_has_a_number_of_its_own() {
    let app = TestApp::start().await;
    let mut numbers = BTreeSet::new();
    let paths = [
        "/",
        "/login",
        "/health",
        "/oidc/userinfo",
        "/nothing",
        "/static/nothing",
        TOKEN,
    ];
    for path in paths {
        let request = get(&app, path).header("X-Request-Id", "mine-mine-mine");
        let number = send(request).await.header("x-request-id").to_owned();
        assert!(is_made_by_us(&number), "{path}: {number}");
        numbers.insert(number);
    }
    assert_eq!(numbers.len(), paths.len());
}

#[tokio::test]
async fn a_proxy_that_is_trusted_may_number_requests() {
    let app = proxied().await;
    for number in [
        "edge-0001",
        "00000000-0000-7000-8000-000000000000",
        &"a".repeat(64),
    ] {
        for path in ["/health/live", "/nothing", TOKEN] {
            let answer = send(get(&app, path).header("X-Request-Id", number)).await;
            assert_eq!(answer.header("x-request-id"), number);
        }
    }
    for unusable in [
        "short",
        "",
        "has spaces in it",
        "semi;colon",
        &"a".repeat(65),
    ] {
        let answer = send(get(&app, "/nothing").header("X-Request-Id", unusable)).await;
        assert!(is_made_by_us(answer.header("x-request-id")), "{unusable}");
    }
}

/// A wrong secret from behind this chain of proxies.
async fn guess(app: &TestApp, forwarded_for: &str) -> Answer {
    let request = post(app, TOKEN)
        .header("X-Forwarded-For", forwarded_for)
        .header(AUTHORIZATION, basic("web:wrong"))
        .header(CONTENT_TYPE, FORM)
        .body("grant_type=client_credentials");
    send(request).await
}

/// What the twenty-first guess gets when each comes with a header of its own.
async fn last_of_many_guesses(app: &TestApp, forwarded_for: impl Fn(usize) -> String) -> Answer {
    app.client().create().await;
    for number in 0..20 {
        let answer = guess(app, &forwarded_for(number)).await;
        assert_refused(&answer, 401, "invalid_client");
    }
    guess(app, &forwarded_for(20)).await
}

#[tokio::test]
async fn a_peer_that_is_no_trusted_proxy_counts_by_its_own_address() {
    let app = TestApp::start().await;
    let answer = last_of_many_guesses(&app, |number| format!("192.0.2.{number}")).await;
    assert_refused(&answer, 429, "temporarily_unavailable");
}

#[tokio::test]
async fn behind_trusted_proxies_what_the_caller_wrote_itself_does_not_count() {
    let app = proxied().await;
    let chain = |number| format!("203.0.113.{number}, 192.0.2.1, 127.0.0.2");
    let answer = last_of_many_guesses(&app, chain).await;
    assert_refused(&answer, 429, "temporarily_unavailable");
    let another = guess(&app, "192.0.2.1, 192.0.2.2").await;
    assert_refused(&another, 401, "invalid_client");
}

#[tokio::test]
async fn the_addresses_of_one_subscriber_count_as_one() {
    let app = proxied().await;
    let neighbours = |number| format!("2001:db8:1:2:{number:x}::{number:x}");
    let answer = last_of_many_guesses(&app, neighbours).await;
    assert_refused(&answer, 429, "temporarily_unavailable");
    let mapped = guess(&app, "::ffff:192.0.2.1").await;
    assert_refused(&mapped, 401, "invalid_client");
    let elsewhere = guess(&app, "2001:db8:1:3::1").await;
    assert_refused(&elsewhere, 401, "invalid_client");
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_given_up() {
    let hasty = |policies: &mut authly_testing::policies::Policies| {
        policies.http.request_time_limit = Duration::ZERO;
    };
    let setup = Setup::default().policies(hasty).pool_size(1);
    let app = setup.app().await;
    let client = app.client().create().await;
    // Nobody else gets the one connection, so that no answer is there before the time is over.
    let _taken = app.db.connect().await.unwrap();
    let answer = app.rp(&client).client_credentials().await;
    assert_refused(&answer, 503, "temporarily_unavailable");
    let asked = app.ask(&client, OPENID, &[]);
    let page = app.browser().get(&asked.target).await;
    assert_eq!(page.status(), 503);
    assert!(!page.answer.header("retry-after").is_empty());
    assert_eq!(send(get(&app, "/health/live")).await.status, 200);
}

#[tokio::test]
async fn a_limit_of_the_settings_counts() {
    let small = |policies: &mut authly_testing::policies::Policies| {
        policies.http.max_body_bytes = 64;
    };
    let app = Setup::default().policies(small).app().await;
    let client = app.client().create().await;
    let rp = app.rp(&client);
    assert_issued(&rp.client_credentials().await);
    let padding = "p".repeat(40);
    let form = [
        ("grant_type", "client_credentials"),
        ("padding", padding.as_str()),
    ];
    assert_refused(&rp.token(&form).await, 413, "invalid_request");
}
