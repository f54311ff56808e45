//! Bytes that are no request, or only the beginning of one.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use authly_testing::policies::Policies;
use authly_testing::rp::send;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::machine_support::get;

/// The head of a token request, but for how long its body is.
pub(super) const HEAD: &str = "POST /api/v1/oauth/token HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
                    Content-Type: application/x-www-form-urlencoded\r\n";

/// A connection that has sent these bytes.
pub(super) fn connection(app: &TestApp, bytes: &[u8]) -> TcpStream {
    let address = app.root_url("").replace("http://", "");
    let mut connection = TcpStream::connect(address).unwrap();
    // A server that never answers makes the test fail instead of waiting with it.
    let patience = Some(Duration::from_secs(20));
    connection.set_read_timeout(patience).unwrap();
    // The server may have hung up before it has read everything.
    let _ = connection.write_all(bytes);
    connection
}

/// What comes back until the server hangs up.
pub(super) fn answer(mut connection: TcpStream) -> String {
    let mut answer = Vec::new();
    // A connection that is reset has been hung up on as well.
    let read = connection.read_to_end(&mut answer);
    let waited = |error: &std::io::Error| error.kind() == std::io::ErrorKind::WouldBlock;
    assert!(
        !read.as_ref().is_err_and(waited),
        "the server does not answer"
    );
    String::from_utf8_lossy(&answer).into_owned()
}

/// What comes back for these bytes, after which nothing more is sent.
pub(super) fn exchange(app: &TestApp, bytes: &[u8]) -> String {
    let connection = connection(app, bytes);
    let _ = connection.shutdown(Shutdown::Write);
    answer(connection)
}

pub(super) async fn assert_unharmed(app: &TestApp) {
    let health = send(get(app, "/health")).await;
    assert_eq!((health.status, &health.json()["panics"]), (200, &json!(0)));
}

#[tokio::test]
async fn what_is_no_http_does_no_harm() {
    let app = TestApp::start().await;
    let long = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(300_000));
    for bytes in [
        &b""[..],
        b"\0\0\0\0",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET http://[::bad HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /\xFF\xFE HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic \xFF\xFE\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        long.as_bytes(),
    ] {
        let answer = exchange(&app, bytes);
        assert!(!answer.starts_with("HTTP/1.1 5"), "{answer}");
    }
    assert_unharmed(&app).await;
}

#[tokio::test]
async fn a_body_that_is_not_what_its_head_says_does_no_harm() {
    let app = TestApp::start().await;
    for rest in [
        "Content-Length: 100\r\n\r\ngrant_type=",
        "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Content-Length: -1\r\n\r\na",
        "Content-Length: 99999999999999999999999\r\n\r\na",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\nab\r\n0\r\n\r\n",
        "Transfer-Encoding: gzip\r\n\r\nab",
    ] {
        let answer = exchange(&app, format!("{HEAD}{rest}").as_bytes());
        assert!(!answer.starts_with("HTTP/1.1 5"), "{rest}: {answer}");
        assert!(!answer.starts_with("HTTP/1.1 2"), "{rest}: {answer}");
    }
    assert_unharmed(&app).await;
}

#[tokio::test]
async fn who_never_ends_the_head_of_a_request_is_hung_up_on() {
    let hasty = |policies: &mut Policies| {
        policies.http.client_request_timeout = Duration::from_secs(1);
    };
    let app = Setup::default().policies(hasty).app().await;
    let answer = answer(connection(&app, b"GET / HTTP/1.1\r\nHost: a\r\n"));
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn who_never_ends_the_body_of_a_request_is_told_so_and_hung_up_on() {
    let hasty = |policies: &mut Policies| {
        policies.http.request_time_limit = Duration::from_millis(100);
    };
    let app = Setup::default().policies(hasty).app().await;
    let body = format!("{HEAD}Content-Length: 100\r\n\r\ngrant_type=");
    let answer = answer(connection(&app, body.as_bytes()));
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("temporarily_unavailable"), "{answer}");
    assert!(answer.contains("retry-after: 2"), "{answer}");
}
