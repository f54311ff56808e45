//! The database is away: every endpoint says so and says when to come back, nothing is a 500, and all
//! goes on once it is there again.

use std::time::Duration;

use authly_testing::answer::Answer;
use authly_testing::fixtures::TestClient;
use authly_testing::rp::send;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::machine_support::{
    INTROSPECT, OPENID, REVOKE, TOKEN, assert_issued, assert_json, assert_refused, get,
    published_keys, unchanged,
};

async fn started() -> TestApp {
    Setup::default().through_relay().app().await
}

/// Holds an answer to be the one of a program that has to come back.
#[track_caller]
fn assert_away(answer: &Answer) {
    assert_refused(answer, 503, "temporarily_unavailable");
    assert_eq!(answer.header("retry-after"), "2");
}

/// Requests of a client that every endpoint for programs gets, each with what proves the client.
async fn ask_everything(app: &TestApp, client: &TestClient) -> Vec<Answer> {
    let rp = app.rp(client);
    vec![
        rp.client_credentials().await,
        rp.redeem("code", &"v".repeat(43)).await,
        rp.refresh("refresh-token").await,
        rp.introspect("token").await,
        rp.revoke("token").await,
        rp.userinfo("token").await,
    ]
}

#[tokio::test]
async fn every_endpoint_for_programs_says_when_to_come_back() {
    let app = started().await;
    let known = app.client().create().await;
    let unknown = app.client().id("not-seen-yet").create().await;
    assert_issued(&app.rp(&known).client_credentials().await);

    app.relay().cut().await;
    // Whether the client is at hand or would have to be read makes no difference.
    for client in [&known, &unknown] {
        for answer in unchanged(&app, ask_everything(&app, client)).await {
            assert_away(&answer);
        }
    }
    let wrong = [("client_id", "web"), ("client_secret", "wrong")];
    for path in [TOKEN, INTROSPECT, REVOKE] {
        // Nor is anything refused that cannot be looked up and counted: the client is registered for
        // the header.
        assert_away(&app.rp(&known).post_bare(path, &wrong).await);
    }
}

#[tokio::test]
async fn a_guess_that_cannot_be_counted_is_not_answered() {
    let app = started().await;
    let mut client = app.client().create().await;
    assert_issued(&app.rp(&client).client_credentials().await);
    client.secret = Some("wrong".to_owned());
    app.relay().cut().await;
    assert_away(&app.rp(&client).client_credentials().await);
}

#[tokio::test]
async fn pages_say_it_to_people() {
    let app = started().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let asked = app.ask(&client, OPENID, &[]);
    let mut browser = app.logged_in(&alice).await;
    let logout = browser.get("/logout").await;
    let mut stranger = app.browser();
    let stranger_login = stranger.get("/login").await;

    app.relay().cut().await;
    let mut pages = vec![browser.get(&asked.target).await];
    for path in ["/login", "/logout", "/consent?request=r", "/login/password"] {
        pages.push(browser.get(path).await);
    }
    pages.push(browser.submit(&logout.form("logout")).await);
    let form = stranger_login.form("login");
    let form = form
        .fill("username", "alice")
        .fill("password", &alice.password);
    pages.push(stranger.submit(&form).await);
    for page in pages {
        assert_eq!(page.status(), 503, "{}", page.address);
        assert_eq!(page.answer.header("retry-after"), "2", "{}", page.address);
        assert_eq!(
            page.answer.header("content-type"),
            "text/html; charset=utf-8"
        );
        assert_eq!(page.answer.header("cache-control"), "no-store");
        assert!(page.html().contains(page.answer.header("x-request-id")));
    }
}

#[tokio::test]
async fn the_process_lives_and_is_not_ready() {
    let app = started().await;
    app.relay().cut().await;
    let answer = send(get(&app, "/health")).await;
    assert_eq!(answer.status, 503);
    assert_json(&answer);
    let health = answer.json();
    assert_eq!(health["status"], "down");
    assert_eq!(
        health["parts"],
        json!({ "database": "down", "migrations": "down", "keys": "up" })
    );
    assert_eq!(health["panics"], 0);
    let answer = send(get(&app, "/health/ready")).await;
    assert_eq!(
        (answer.status, answer.json()),
        (503, json!({ "status": "down" }))
    );
    let answer = send(get(&app, "/health/live")).await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({ "status": "up" }))
    );
}

#[tokio::test]
async fn what_is_in_memory_is_still_given_out() {
    let app = started().await;
    let keys = published_keys(&app).await;
    app.relay().cut().await;
    assert_eq!(published_keys(&app).await, keys);
    let answer = send(get(&app, "/.well-known/openid-configuration")).await;
    assert_away(&answer);
}

#[tokio::test]
async fn all_goes_on_once_the_database_is_back() {
    let app = started().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let rp = app.rp(&client);
    let tokens = app.tokens(&client, &alice, OPENID).await;
    for _ in 0..2 {
        app.relay().cut().await;
        assert_away(&rp.refresh(tokens.refresh()).await);
        assert_away(&rp.client_credentials().await);

        app.relay().restore().await;
        assert_eq!(send(get(&app, "/health/ready")).await.status, 200);
        assert!(rp.is_active(&tokens.access_token).await);
        assert_eq!(rp.userinfo(&tokens.access_token).await.status, 200);
        assert_issued(&rp.client_credentials().await);
    }
    // The refused exchanges spent nothing.
    app.advance(Duration::from_mins(1));
    assert_issued(&rp.refresh(tokens.refresh()).await);
    app.tokens(&client, &alice, OPENID).await;
}
