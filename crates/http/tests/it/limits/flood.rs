//! Floods of authorization requests that nobody ever answers.

use authly_testing::policies::Policies;
use authly_testing::rp::{http_client, send};
use authly_testing::{Setup, TestApp};
use futures_util::future::join_all;
use pretty_assertions::assert_eq;

use crate::support::{Asking, expect_error_page};

/// How many connections the pool of a test has: as many statements run at once, and each sees what
/// was there when it began.
const AT_ONCE: usize = 4;

/// Sends requests at once, each from the address that belongs to its number. Answers their statuses.
async fn flood(app: &TestApp, target: &str, addresses: &[String]) -> Vec<u16> {
    // Making a client takes long, and a connection that waits meanwhile is hung up on.
    let client = http_client();
    let requests = addresses.iter().map(async |address| {
        let request = client.get(app.url(target));
        send(request.header("X-Forwarded-For", address))
            .await
            .status
    });
    join_all(requests).await
}

/// A server behind a proxy, for which this many requests may wait.
async fn capped(per_address: u32, in_all: u32) -> TestApp {
    let caps = move |policies: &mut Policies| {
        policies.authorization.requests_per_address = per_address;
        policies.authorization.requests_in_all = in_all;
    };
    let setup = Setup::default().trusted_proxies(&["127.0.0.0/8"]);
    setup.policies(caps).app().await
}

fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|one| **one == status).count()
}

#[tokio::test]
async fn one_address_keeps_no_more_waiting_than_the_policy_says_and_bars_nobody_else() {
    let app = capped(10, 1_000).await;
    let client = app.client().create().await;
    let target = Asking::of(&client, "openid").target();
    // The addresses of one subscriber, who has a whole network.
    let mine: Vec<_> = (0..200).map(|n| format!("2001:db8:1:2::{n:x}")).collect();
    let statuses = flood(&app, &target, &mine).await;
    let kept = count(&statuses, 303);
    assert!((10..10 + AT_ONCE).contains(&kept), "{kept}");
    assert_eq!(count(&statuses, 429), 200 - kept);
    assert_eq!(app.stored().requests().await.len(), kept);

    let others = flood(&app, &target, &["192.0.2.1".to_owned()]).await;
    assert_eq!(others, [303]);
}

#[tokio::test]
async fn a_flood_from_everywhere_ends_at_the_cap_and_throws_out_nobody_who_waits() {
    let app = capped(10, 30).await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.browser();
    let asked = Asking::of(&client, "openid").asked();
    let login = browser.get(&asked.target).await.expect_location();

    let everywhere: Vec<_> = (0..200).map(|n| format!("198.51.100.{n}")).collect();
    let statuses = flood(&app, &asked.target, &everywhere).await;
    let kept = count(&statuses, 303) + 1;
    assert!((30..30 + AT_ONCE).contains(&kept), "{kept}");
    assert_eq!(count(&statuses, 503), 201 - kept);
    assert_eq!(app.stored().requests().await.len(), kept);

    // Whoever comes now is told to come back, and whoever waits goes on.
    let late = app.browser().get(&asked.target).await;
    expect_error_page(&late, 503);
    assert_eq!(late.answer.header("retry-after"), "2");
    let page = browser.get(login.as_str()).await;
    let consent = browser.fill_in_login(&page, "alice", &alice.password).await;
    assert_eq!(consent.status(), 303, "{consent:?}");

    app.advance(app.policies().authorization.request_lifetime);
    let after = flood(&app, &asked.target, &["192.0.2.9".to_owned()]).await;
    assert_eq!(after, [303]);
}

#[tokio::test]
async fn who_has_begun_too_many_is_told_when_to_come_back() {
    let app = capped(1, 1_000).await;
    let client = app.client().create().await;
    let mut browser = app.browser();
    let target = Asking::of(&client, "openid").target();
    let _login = browser.get(&target).await.expect_location();
    let page = browser.get(&target).await;
    expect_error_page(&page, 429);
    assert_eq!(page.answer.header("retry-after"), "60");
}
