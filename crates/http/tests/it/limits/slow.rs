//! Clients that take their time: what stands on a connection, and for how long.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use authly_testing::policies::Policies;
use authly_testing::rp::send;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use socket2::{Domain, Socket, Type};

use super::bytes::{HEAD, answer, assert_unharmed, connection};
use crate::machine_support::{assert_issued, get};

const LIVE: &[u8] = b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n";

/// A server that waits for nobody longer than a second.
pub(super) async fn impatient(change: impl FnOnce(&mut Policies) + 'static) -> TestApp {
    let hasty = |policies: &mut Policies| {
        let second = Duration::from_secs(1);
        policies.http.client_request_timeout = second;
        policies.http.keep_alive = second;
        policies.http.unread_timeout = second;
        change(policies);
    };
    Setup::default().policies(hasty).app().await
}

/// Sends a request and reads its answer, after which the connection goes on.
pub(super) fn ask(connection: &mut TcpStream) -> String {
    connection.write_all(LIVE).unwrap();
    let mut read = Vec::new();
    while !read.ends_with(b"}") {
        let mut byte = [0];
        connection.read_exact(&mut byte).unwrap();
        read.extend(byte);
    }
    String::from_utf8(read).unwrap()
}

#[tokio::test]
async fn while_hundreds_of_slow_clients_hold_connections_others_are_answered() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let body = format!("{HEAD}Content-Length: 100\r\n\r\ngrant_type=");
    let beginnings = [&b""[..], b"G", b"GET / HTTP/1.1\r\nHo", body.as_bytes()];
    let slow: Vec<_> = (0..400)
        .map(|number| connection(&app, beginnings[number % beginnings.len()]))
        .collect();
    for _ in 0..5 {
        assert_issued(&app.rp(&client).client_credentials().await);
        assert_eq!(send(get(&app, "/login")).await.status, 200);
    }
    // They were there all the time.
    for connection in &slow {
        connection.set_nonblocking(true).unwrap();
        let waits = (&mut &*connection).read(&mut [0]).unwrap_err();
        assert_eq!(waits.kind(), ErrorKind::WouldBlock);
    }
    assert_unharmed(&app).await;
}

#[tokio::test]
async fn who_drips_the_head_of_a_request_is_hung_up_on() {
    let app = impatient(|_policies| {}).await;
    let mut slow = connection(&app, b"GET /health/live HTTP/1.1\r\n");
    let answer = loop {
        // As fast as it may: what counts is that the head never ends.
        let sent = slow.write_all(b"X: y\r\n");
        slow.set_read_timeout(Some(Duration::from_millis(20)))
            .unwrap();
        let mut answer = String::new();
        let read = slow.read_to_string(&mut answer);
        if !answer.is_empty() || sent.is_err() || read.is_ok() {
            break answer;
        }
    };
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    assert_unharmed(&app).await;
}

#[tokio::test]
async fn a_later_request_of_a_connection_may_not_take_longer_to_arrive() {
    let app = impatient(|_policies| {}).await;
    let mut slow = connection(&app, b"");
    assert!(ask(&mut slow).starts_with("HTTP/1.1 200"));
    slow.write_all(b"GET /health/live HTTP/1.1\r\nHo").unwrap();
    assert_eq!(answer(slow), "");
    assert_unharmed(&app).await;
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let app = impatient(|_policies| {}).await;
    let mut idle = connection(&app, b"");
    assert!(ask(&mut idle).starts_with("HTTP/1.1 200"));
    assert_eq!(answer(idle), "");
    // One that never said anything counts as slow.
    let silent = answer(connection(&app, b""));
    assert!(silent.starts_with("HTTP/1.1 408"), "{silent}");
}

#[tokio::test]
async fn an_answer_that_takes_longer_than_idling_may_is_given_all_the_same() {
    let app = impatient(|policies| policies.http.request_time_limit = Duration::from_secs(4)).await;
    let body = format!("{HEAD}Content-Length: 100\r\n\r\ngrant_type=");
    let answer = answer(connection(&app, body.as_bytes()));
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
}

#[tokio::test]
async fn a_page_whose_form_never_arrives_whole_is_a_page_that_says_so() {
    let app = impatient(|policies| policies.http.request_time_limit = Duration::from_millis(100));
    let app = app.await;
    let before = app.stored().protocol_state().await;
    for path in ["/login", "/consent", "/logout", "/api/v1/oauth/authorize"] {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\ncsrf="
        );
        let answer = answer(connection(&app, request.as_bytes()));
        assert!(answer.starts_with("HTTP/1.1 503"), "{path}: {answer}");
        assert!(
            answer.contains("content-type: text/html"),
            "{path}: {answer}"
        );
        assert!(answer.contains("connection: close"), "{path}: {answer}");
    }
    assert_eq!(app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn requests_that_come_all_at_once_are_answered_in_their_order() {
    let app = TestApp::start().await;
    let mut requests: Vec<_> = (0..40)
        .map(|number| format!("GET /nothing/{number} HTTP/1.1\r\nHost: a\r\n\r\n"))
        .collect();
    requests.push("GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned());
    let answer = answer(connection(&app, requests.concat().as_bytes()));
    assert_eq!(answer.matches("HTTP/1.1 404").count(), 40, "{answer}");
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 1, "{answer}");
    assert!(answer.rfind("HTTP/1.1 200") > answer.rfind("HTTP/1.1 404"));
}

/// A connection that keeps few bytes for its program, which reads none.
fn deaf(app: &TestApp) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let address: SocketAddr = app.root_url("").replace("http://", "").parse().unwrap();
    socket.connect(&address.into()).unwrap();
    socket.set_nonblocking(true).unwrap();
    socket.into()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn who_reads_no_answers_loses_the_connection() {
    let app = impatient(|policies| {
        policies.http.max_connections = 1;
        // Quiet connections have all the time in the world.
        policies.http.keep_alive = Duration::from_hours(1);
    })
    .await;
    let mut deaf = deaf(&app);
    let pages = b"GET /login HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1_000);
    // Until nothing more goes in, since nothing comes out.
    while deaf.write(&pages).is_ok() {}
    // There is one place, which the deaf one has.
    let other = connection(&app, b"GET /health/live HTTP/1.0\r\nHost: a\r\n\r\n");
    assert!(answer(other).contains("200 OK"));
    drop(deaf);
    assert_unharmed(&app).await;
}
