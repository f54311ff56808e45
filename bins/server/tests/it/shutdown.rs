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
