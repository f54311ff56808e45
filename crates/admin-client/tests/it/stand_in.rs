//! A listener that gives one prepared answer to whoever asks, and remembers the requests.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use authly_admin_client::{AdminClient, AdminClientBuilder};

pub(crate) struct StandIn {
    pub(crate) address: String,
    requests: Receiver<String>,
}

impl StandIn {
    /// Answers every request with these bytes and closes the connection.
    pub(crate) fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (sender, requests) = channel();
        thread::spawn(move || {
            for mut peer in listener.incoming().map_while(Result::ok) {
                if sender.send(head(&peer)).is_err() {
                    break;
                }
                // Callers that stop reading early are part of some tests.
                let _ = peer.write_all(&answer);
            }
        });
        Self { address, requests }
    }

    /// Begins a client of it.
    pub(crate) fn client(&self) -> AdminClientBuilder {
        AdminClient::builder(self.address.parse().unwrap())
    }

    /// The head of the next request that came.
    pub(crate) fn request(&self) -> String {
        self.requests.recv().unwrap()
    }

    /// Whether nobody has asked anything.
    pub(crate) fn is_untouched(&self) -> bool {
        self.requests.try_recv().is_err()
    }
}

fn head(peer: &TcpStream) -> String {
    let lines = BufReader::new(peer).lines().map_while(Result::ok);
    let lines = lines.take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// An answer of this status line, with these header lines and this body.
pub(crate) fn http(status: &str, headers: &[&str], body: &str) -> String {
    let headers = headers.iter().map(|line| format!("{line}\r\n"));
    let headers = headers.collect::<String>();
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
}

/// The health document in which everything but the named part is up.
pub(crate) fn health_without(down: Option<&str>) -> String {
    let state = |part| if down == Some(part) { "down" } else { "up" };
    let all = if down.is_some() { "down" } else { "up" };
    format!(
        r#"{{"status":"{all}","version":"0.1.0","parts":{{"database":"{}","migrations":"{}","keys":"{}"}},"panics":0}}"#,
        state("database"),
        state("migrations"),
        state("keys"),
    )
}
