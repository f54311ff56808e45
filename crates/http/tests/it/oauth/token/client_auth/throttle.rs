//! Guessing a client's secret is slowed (OAuth 2.1 §2.4.1).

use std::time::Duration;

use authly_testing::answer::Answer;
use authly_testing::fixtures::TestClient;
use authly_testing::policies::Policies;
use authly_testing::rp::send;
use authly_testing::{Setup, TestApp};
use futures_util::future::join_all;
use pretty_assertions::assert_eq;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};

use super::{ASK, ask, header_of};
use crate::machine_support::{
    FORM, INTROSPECT, REVOKE, TOKEN, assert_refused, basic, post, post_form, unchanged,
};

/// How many wrong secrets are let through.
const GUESSES: usize = 20;

async fn guess(app: &TestApp, client: &TestClient) -> Answer {
    let header = basic(format!("{}:wrong", client.id));
    ask(app, Some(&header), ASK).await
}

async fn use_up(app: &TestApp, client: &TestClient) {
    for _ in 0..GUESSES {
        assert_refused(&guess(app, client).await, 401, "invalid_client");
    }
}

#[track_caller]
fn assert_throttled(answer: &Answer, seconds: &str) {
    assert_refused(answer, 429, "temporarily_unavailable");
    assert_eq!(answer.header("retry-after"), seconds);
}

#[tokio::test]
async fn after_twenty_wrong_secrets_even_the_right_one_waits_until_the_window_is_over() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    use_up(&app, &client).await;
    app.advance(Duration::from_mins(5));
    assert_throttled(&unchanged(&app, guess(&app, &client)).await, "600");
    let right = header_of(&client);
    let answer = unchanged(&app, ask(&app, Some(&right), ASK)).await;
    assert_throttled(&answer, "600");

    app.advance(Duration::from_mins(10));
    assert_eq!(ask(&app, Some(&right), ASK).await.status, 200);
    use_up(&app, &client).await;
    assert_throttled(&guess(&app, &client).await, "900");
}

#[tokio::test]
async fn guesses_at_every_endpoint_that_takes_a_secret_are_counted_together() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let wrong = basic(format!("{}:wrong", client.id));
    let right = header_of(&client);
    for turn in 0..GUESSES {
        let (path, body) = match turn % 3 {
            0 => (TOKEN, ASK),
            1 => (INTROSPECT, "token=t"),
            _ => (REVOKE, "token=t"),
        };
        let answer = post_form(&app, path, Some(&wrong), body).await;
        assert_refused(&answer, 401, "invalid_client");
    }
    assert_throttled(&guess(&app, &client).await, "900");
    for (path, body) in [(TOKEN, ASK), (INTROSPECT, "token=t"), (REVOKE, "token=t")] {
        let answer = unchanged(&app, post_form(&app, path, Some(&right), body)).await;
        assert_throttled(&answer, "900");
    }
}

#[tokio::test]
async fn right_secrets_are_not_counted() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let right = header_of(&client);
    for _ in 0..2 * GUESSES {
        assert_eq!(ask(&app, Some(&right), ASK).await.status, 200);
    }
    assert_eq!(app.stored().throttles().await, []);
}

#[tokio::test]
async fn other_clients_and_other_addresses_are_let_through() {
    let proxied = Setup::default().trusted_proxies(&["127.0.0.0/8"]);
    let app = proxied.app().await;
    let client = app.client().create().await;
    let other = app.client().id("other").create().await;
    let from = |address: &'static str, header: String| {
        let request = post(&app, TOKEN)
            .header("X-Forwarded-For", address)
            .header(AUTHORIZATION, header)
            .header(CONTENT_TYPE, FORM)
            .body(ASK);
        send(request)
    };
    for _ in 0..GUESSES {
        from("192.0.2.1", basic("web:wrong")).await;
    }
    assert_throttled(&from("192.0.2.1", basic("web:wrong")).await, "900");
    assert_throttled(&from("192.0.2.1", header_of(&client)).await, "900");

    assert_eq!(from("192.0.2.1", header_of(&other)).await.status, 200);
    assert_eq!(from("192.0.2.2", header_of(&client)).await.status, 200);
    let answer = from("192.0.2.2", basic("web:wrong")).await;
    assert_refused(&answer, 401, "invalid_client");
}

#[tokio::test]
async fn guesses_at_the_same_moment_are_all_counted() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let answers = join_all((0..2 * GUESSES).map(|_| guess(&app, &client))).await;
    let refused = answers.iter().filter(|answer| answer.status == 401);
    assert_eq!(refused.count(), GUESSES);
    let throttled = answers.iter().filter(|answer| answer.status == 429);
    assert_eq!(throttled.count(), GUESSES);
}

#[tokio::test]
async fn guesses_at_several_nodes_are_counted_together() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    use_up(&app, &client).await;
    let another = app.another_node().await;
    assert_throttled(&guess(&another, &client).await, "900");
}

#[tokio::test]
async fn guesses_at_the_same_moment_at_two_nodes_are_all_counted() {
    let app = TestApp::start().await;
    let another = app.another_node().await;
    let client = app.client().create().await;
    let guesses = (0..6 * GUESSES).map(|number| {
        let node = if number % 2 == 0 { &app } else { &another };
        guess(node, &client)
    });
    let answers = join_all(guesses).await;
    let with = |status| answers.iter().filter(|one| one.status == status).count();
    assert_eq!((with(401), with(429)), (GUESSES, 5 * GUESSES));
    // At the address those are counted as well that lost the last places of the client's counter to
    // others at that very moment: no more than are under way at once.
    let counted = app.stored().throttles().await;
    let [(_, client), (_, address)] = counted.as_slice() else {
        panic!("{counted:?}");
    };
    assert_eq!(*client, 20);
    assert!((20..=28).contains(address), "{counted:?}");
}

#[tokio::test]
async fn who_walks_through_client_ids_has_to_wait() {
    let few = |policies: &mut Policies| policies.sessions.throttle.clients.address.attempts = 30;
    let app = Setup::default().policies(few).app().await;
    let client = app.client().create().await;
    let walk = async |number: usize| {
        let header = basic(format!("client-{number}:secret"));
        ask(&app, Some(&header), ASK).await
    };
    for number in 0..30 {
        assert_refused(&walk(number).await, 401, "invalid_client");
    }
    assert_throttled(&unchanged(&app, walk(30)).await, "900");
    let right = header_of(&client);
    assert_throttled(&ask(&app, Some(&right), ASK).await, "900");
}

#[tokio::test]
async fn a_wrong_secret_costs_two_round_trips_and_a_throttled_guess_none() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    for _ in 0..2 {
        let (_answer, refused) = app.round_trips_of(guess(&app, &client)).await;
        assert_eq!(refused, 2, "the client is read, the guess is counted");
    }
    for _ in 0..GUESSES {
        guess(&app, &client).await;
    }
    let (answer, throttled) = app.round_trips_of(guess(&app, &client)).await;
    assert_throttled(&answer, "900");
    assert_eq!(throttled, 0);
}
