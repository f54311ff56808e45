//! Requests that are too large, or large in an unusual way: each is answered on purpose, and stores
//! nothing.

use authly_testing::TestApp;
use authly_testing::rp::{http_client, send};
use pretty_assertions::assert_eq;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, COOKIE};

use super::bytes::{HEAD, answer, assert_unharmed, connection, exchange};
use super::slow::impatient;
use crate::machine_support::{
    FORM, INTROSPECT, REVOKE, TOKEN, assert_issued, assert_refused, get, post, unchanged,
};
use crate::support::{Asking, expect_error_page, refused};

/// What every client may send is limited to this.
const LIMIT: usize = 65_536;

#[tokio::test]
async fn more_headers_than_can_be_meant_are_too_many() {
    let app = TestApp::start().await;
    let headers = |count: usize| -> String {
        let lines = (0..count).map(|number| format!("X-{number}: y\r\n"));
        lines.collect()
    };
    let request = |headers: &str| {
        let line = "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
        exchange(&app, format!("{line}{headers}\r\n").as_bytes())
    };
    assert!(request(&headers(90)).starts_with("HTTP/1.1 200"));
    assert!(request(&headers(200)).starts_with("HTTP/1.1 431"));
    let long = format!("X: {}\r\n", "y".repeat(200_000));
    let answer = request(&long);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 431"),
        "{answer}"
    );
    assert_unharmed(&app).await;
}

#[tokio::test]
async fn a_header_of_many_kilobytes_is_taken_for_what_it_says() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let cookies = format!(
        "a={}; authly-session-1={}",
        "b".repeat(30_000),
        "c".repeat(30_000)
    );
    let page = send(get(&app, "/login").header(COOKIE, &cookies)).await;
    assert_eq!(page.status, 200);
    let secret = format!("Basic {}", "QUFB".repeat(15_000));
    let answer = unchanged(&app, async {
        let request = post(&app, TOKEN).header(CONTENT_TYPE, FORM);
        send(
            request
                .header("Authorization", &secret)
                .body("grant_type=client_credentials"),
        )
        .await
    });
    assert_refused(&answer.await, 401, "invalid_client");
    let token = "t".repeat(60_000);
    let answer = send(get(&app, "/oidc/userinfo").bearer_auth(token)).await;
    assert_eq!(answer.status, 401);
    assert_issued(&app.rp(&client).client_credentials().await);
    assert_unharmed(&app).await;
}

#[tokio::test]
async fn an_address_that_is_too_long_is_said_to_be_so() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let mut browser = app.browser();
    let long = Asking::of(&client, "openid").with("state", &"s".repeat(LIMIT / 2));
    let page = refused(&app, &mut browser, &long).await;
    expect_error_page(&page, 414);
    // The web server's own limit.
    let longer = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(LIMIT));
    assert!(exchange(&app, longer.as_bytes()).starts_with("HTTP/1.1 400"));
    let path = "/nothing".repeat(5_000);
    assert_eq!(send(get(&app, &path)).await.status, 404);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_too_large_announced_or_not() {
    let app = impatient(|_policies| {}).await;
    for path in [TOKEN, INTROSPECT, REVOKE] {
        let answer = unchanged(&app, async {
            let body = format!("token={}", "t".repeat(LIMIT));
            send(post(&app, path).header(CONTENT_TYPE, FORM).body(body)).await
        });
        assert_refused(&answer.await, 413, "invalid_request");
    }
    let announced = format!("{HEAD}Content-Length: 4000000000\r\n\r\n");
    let chunk = "a".repeat(0x1000);
    let chunks = format!("1000\r\n{chunk}\r\n").repeat(17);
    let streamed = format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n{chunks}");
    for request in [announced, streamed] {
        let answer = answer(connection(&app, request.as_bytes()));
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        assert!(answer.contains(r#""error":"invalid_request""#), "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
    }
    for path in ["/login", "/consent", "/logout", "/api/v1/oauth/authorize"] {
        let request = http_client().post(app.url(path)).header(CONTENT_TYPE, FORM);
        let answer = send(request.body("a".repeat(LIMIT + 1))).await;
        assert_eq!(answer.status, 413, "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    }
    assert_unharmed(&app).await;
}

#[tokio::test]
async fn what_is_compressed_or_in_many_parts_is_no_form() {
    let app = TestApp::start().await;
    // A few bytes that would become a hundred times as many.
    let bomb =
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xed\xc1\x01\x0d\0\0\0\xc2\xa0\xf7Om\x0e7\xa0".to_vec();
    for coding in ["gzip", "deflate", "br", "zstd"] {
        let request = post(&app, TOKEN).header(CONTENT_TYPE, FORM);
        let request = request.header(CONTENT_ENCODING, coding).body(bomb.clone());
        let answer = unchanged(&app, send(request)).await;
        assert_refused(&answer, 415, "invalid_request");
    }
    let parts = "--x\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\n\
                 client_credentials\r\n--x--\r\n";
    let request = post(&app, TOKEN).header(CONTENT_TYPE, "multipart/form-data; boundary=x");
    let answer = unchanged(&app, send(request.body(parts))).await;
    assert_refused(&answer, 415, "invalid_request");
    let request = post(&app, "/login").header(CONTENT_TYPE, FORM);
    let page = send(request.header(CONTENT_ENCODING, "gzip").body(bomb)).await;
    assert_eq!(page.status, 415);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_unharmed(&app).await;
}

#[tokio::test]
async fn parameters_without_number_and_meaning_change_nothing() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let names: Vec<String> = (0..3_000).map(|number| format!("p{number}")).collect();
    let mut form: Vec<_> = names.iter().map(|name| (name.as_str(), "v")).collect();
    form.push(("grant_type", "client_credentials"));
    assert_issued(&app.rp(&client).token(&form).await);

    let mut resources = vec![("resource", "https://api.example.com/x"); 1_000];
    resources.push(("grant_type", "client_credentials"));
    let answer = unchanged(&app, app.rp(&client).token(&resources)).await;
    assert_refused(&answer, 400, "invalid_target");

    // However often it was encoded, it is decoded once.
    let state = format!("%{}", "25".repeat(10_000));
    let asking = Asking::of(&client, "openid").with("state", &state);
    let login = app.browser().get(&asking.target()).await;
    assert_eq!(login.status(), 303, "{login:?}");
    assert_unharmed(&app).await;
}
