//! `GET /health`, `GET /health/live` and `GET /health/ready`, while all is well; `outage` has the rest.

use authly_testing::TestApp;
use authly_testing::rp::{http_client, send};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::machine_support::{assert_json, get};

#[tokio::test]
async fn the_overview_names_every_part() {
    let app = TestApp::start().await;
    let answer = send(get(&app, "/health")).await;
    assert_eq!(answer.status, 200);
    assert_json(&answer);
    assert_eq!(
        answer.json(),
        json!({
            "status": "up",
            "version": env!("CARGO_PKG_VERSION"),
            "parts": { "database": "up", "migrations": "up", "keys": "up" },
            "panics": 0,
        })
    );
}

#[tokio::test]
async fn the_probes_say_little() {
    let app = TestApp::start().await;
    for path in ["/health/live", "/health/ready"] {
        let answer = send(get(&app, path)).await;
        assert_eq!(answer.status, 200);
        assert_json(&answer);
        assert_eq!(answer.json(), json!({ "status": "up" }));
        let head = send(http_client().head(app.url(path))).await;
        assert_eq!((head.status, head.body.as_str()), (200, ""));
    }
}

#[tokio::test]
async fn whether_the_process_lives_is_nobody_else_s_business() {
    let app = TestApp::start().await;
    let (_answer, round_trips) = app.round_trips_of(send(get(&app, "/health/live"))).await;
    assert_eq!(round_trips, 0);
    let (_answer, round_trips) = app.round_trips_of(send(get(&app, "/health/ready"))).await;
    assert_eq!(round_trips, 1);
}

#[tokio::test]
async fn a_server_whose_schema_is_behind_is_not_ready() {
    let app = TestApp::start().await;
    app.database().run("TRUNCATE refinery_schema_history").await;
    let answer = send(get(&app, "/health")).await;
    assert_eq!(answer.status, 503);
    let health = answer.json();
    assert_eq!(health["status"], "down");
    assert_eq!(
        health["parts"],
        json!({ "database": "up", "migrations": "down", "keys": "up" })
    );
    assert_eq!(send(get(&app, "/health/ready")).await.status, 503);
    assert_eq!(send(get(&app, "/health/live")).await.status, 200);
}

#[tokio::test]
async fn a_server_that_is_about_to_stop_answers_and_sends_callers_elsewhere() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let rp = app.rp(&client);
    assert_eq!(rp.client_credentials().await.header("connection"), "");

    app.deps.drain.begin();
    let answer = send(get(&app, "/health/ready")).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json(), json!({ "status": "down" }));
    assert_eq!(send(get(&app, "/health/live")).await.status, 200);
    for answer in [
        rp.client_credentials().await,
        rp.refresh("unknown").await,
        send(get(&app, "/login")).await,
    ] {
        assert!([200, 400].contains(&answer.status), "{}", answer.body);
        assert_eq!(answer.header("connection"), "close");
    }
}

#[tokio::test]
async fn other_methods_are_told_the_ones_that_work() {
    let app = TestApp::start().await;
    for path in ["/health", "/health/live", "/health/ready"] {
        let answer = send(http_client().post(app.url(path))).await;
        answer.expect_error(405, "invalid_request");
        assert_eq!(answer.header("allow"), "GET, HEAD");
    }
}
