//! The listener itself: one path, two methods, and nothing that could hurt the server.

use std::io::{Read, Write};
use std::net::TcpStream;

use authly_testing::rp::{http_client, send};
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use reqwest::Method;

use super::serving::Serving;

#[tokio::test]
async fn it_answers_in_the_format_that_it_names() {
    let app = TestApp::start().await;
    let metrics = Serving::metrics(&app.deps);
    let shown = metrics.get("/metrics").await;
    assert_eq!(shown.status, 200);
    let format = "text/plain; version=0.0.4; charset=utf-8";
    assert_eq!(shown.header("content-type"), format);
    assert_eq!(shown.header("cache-control"), "no-store");

    let head = send(http_client().head(metrics.url("/metrics"))).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.header("content-type"), format);
}

#[tokio::test]
async fn everything_else_is_not_there_and_other_methods_are_told_which_work() {
    let app = TestApp::start().await;
    let metrics = Serving::metrics(&app.deps);
    for path in [
        "/",
        "/health",
        "/metrics/",
        "/metrics/more",
        "/api/v1/oauth/token",
    ] {
        assert_eq!(metrics.get(path).await.status, 404, "{path}");
    }
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let request = http_client().request(method.clone(), metrics.url("/metrics"));
        let answer = send(request.body("text")).await;
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), "GET, HEAD");
    }
}

#[tokio::test]
async fn the_endpoints_for_others_do_not_show_it() {
    let app = TestApp::start().await;
    let answer = send(http_client().get(app.url("/metrics"))).await;
    assert_eq!(answer.status, 404);
    assert!(!answer.body.contains("authly_http"), "{}", answer.body);
}

#[tokio::test]
async fn it_asks_nothing_of_the_database_and_works_while_that_is_away() {
    let app = Setup::default().through_relay().app().await;
    let metrics = Serving::metrics(&app.deps);
    let (_shown, round_trips) = app.round_trips_of(metrics.read()).await;
    assert_eq!(round_trips, 0);
    app.relay().cut().await;
    metrics.read().await;
}

#[tokio::test]
async fn connections_that_say_nothing_do_not_keep_others_out_for_long() {
    let app = TestApp::start().await;
    let metrics = Serving::metrics(&app.deps);
    let mut idle: Vec<_> = (0..40)
        .map(|number| {
            let mut stream = TcpStream::connect(metrics.address).unwrap();
            if number % 2 == 0 {
                stream
                    .write_all(b"GET /metrics HTTP/1.1\r\nHost: ")
                    .unwrap();
            }
            stream
        })
        .collect();
    metrics.read().await;
    for stream in &mut idle {
        // Closed by the server: with a word about it where a request had begun.
        let mut said = String::new();
        let _ = stream.read_to_string(&mut said);
        assert!(
            said.is_empty() || said.starts_with("HTTP/1.1 408"),
            "{said}"
        );
    }
}
