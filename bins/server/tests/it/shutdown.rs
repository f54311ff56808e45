//! A server that is told to stop first finishes what it has begun.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::program::{Folder, Server};

#[test]
fn a_request_under_way_is_answered_after_new_ones_are_refused() {
    let folder = Folder::new();
    let server = Server::start(&folder.path("data"), &[]);
    let address = server.url("").replace("http://", "");

    let mut request = TcpStream::connect(&address).unwrap();
    request
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let body = "grant_type=client_credentials&client_id=nobody&client_secret=nothing";
    let head = format!(
        "POST /api/v1/oauth/token HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    request.write_all(head.as_bytes()).unwrap();
    // This answer says that the request has begun.
    let mut begun = [0; 25];
    request.read_exact(&mut begun).unwrap();
    assert!(begun.starts_with(b"HTTP/1.1 100"));

    server.signal("TERM");
    let patience = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(&address).is_ok() {
        assert!(
            Instant::now() < patience,
            "new connections are still accepted"
        );
    }
    request.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    request.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert_eq!(server.wait().code(), Some(0));
}

#[tokio::test]
async fn after_sigterm_requests_are_taken_until_the_next_signal_while_balancers_notice() {
    let folder = Folder::new();
    let patient = [("AUTHLY_LISTEN__DRAIN_TIME", "300")];
    let server = Server::start_with(&folder.path("data"), &[], &patient);
    assert_eq!(server.get("/health/ready").await.0, 200);

    server.signal("TERM");
    let told = async { while server.get("/health/ready").await.0 == 200 {} };
    let told = tokio::time::timeout(Duration::from_secs(30), told).await;
    told.expect("balancers are told");
    // Each of these is a new connection.
    assert_eq!(server.get("/health/ready").await.0, 503);
    assert_eq!(server.get("/health/live").await.0, 200);
    assert_eq!(server.get("/.well-known/jwks.json").await.0, 200);

    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn whoever_presses_ctrl_c_does_not_wait_for_balancers() {
    let folder = Folder::new();
    let patient = [("AUTHLY_LISTEN__DRAIN_TIME", "300")];
    let server = Server::start_with(&folder.path("data"), &[], &patient);
    server.signal("INT");
    assert_eq!(server.wait().code(), Some(0));
    let log = std::fs::read_to_string(folder.path("data.log")).unwrap();
    assert!(log.contains("stopping"), "{log}");
    assert!(!log.contains("about to stop"), "{log}");
}
