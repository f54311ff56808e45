//! A listener that gives one prepared answer to whoever asks.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

/// Answers every request with this status line and body, and returns its address.
pub(crate) fn answering(status: &str, body: &str) -> String {
    let length = body.len();
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut peer in listener.incoming().map_while(Result::ok) {
            let head = BufReader::new(&peer).lines().map_while(Result::ok);
            head.take_while(|line| !line.is_empty()).for_each(drop);
            // A caller that has gone away has had what its test is about.
            let _ = peer.write_all(answer.as_bytes());
        }
    });
    address
}

/// A server whose parts all work.
pub(crate) fn healthy() -> String {
    let body = r#"{"status":"up","version":"0.1.0","parts":{"database":"up","migrations":"up","keys":"up"},"panics":0}"#;
    answering("200 OK", body)
}

/// A server that has lost its database.
pub(crate) fn without_database() -> String {
    let body = r#"{"status":"down","version":"0.1.0","parts":{"database":"down","migrations":"down","keys":"up"},"panics":2}"#;
    answering("503 Service Unavailable", body)
}

/// An address where nobody listens.
pub(crate) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
