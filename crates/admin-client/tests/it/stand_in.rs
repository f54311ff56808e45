//! A listener that gives prepared answers to whoever asks, and remembers the requests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use authly_admin_client::{AdminClient, AdminClientBuilder};

pub(crate) struct StandIn {
    pub(crate) address: String,
    requests: Receiver<String>,
}

/// Hangs up after the request, as a server does that dies before it answers.
pub(crate) const NOTHING: &str = "";

impl StandIn {
    /// Answers every request with these bytes and closes the connection.
    pub(crate) fn answering(answer: impl Into<Vec<u8>>) -> Self {
        Self::serving(std::iter::repeat(answer.into()))
    }

    /// Answers each request with the next of these, and listens no more after the last.
    pub(crate) fn answering_in_turn(answers: &[&str]) -> Self {
        let answers = answers.iter().map(|answer| answer.as_bytes().to_vec());
        Self::serving(answers.collect::<Vec<_>>().into_iter())
    }

    fn serving(answers: impl Iterator<Item = Vec<u8>> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (sender, requests) = channel();
        thread::spawn(move || {
            for answer in answers {
                let Ok((mut peer, _)) = listener.accept() else {
                    break;
                };
                if sender.send(request(&peer)).is_err() {
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

    /// The next request that came: its head, an empty line and its body.
    pub(crate) fn request(&self) -> String {
        self.requests.recv().unwrap()
    }

    /// Whether nobody has asked anything.
    pub(crate) fn is_untouched(&self) -> bool {
        self.requests.try_recv().is_err()
    }
}

fn request(peer: &TcpStream) -> String {
    let mut peer = BufReader::new(peer);
    let lines = peer.by_ref().lines().map_while(Result::ok);
    let lines = lines.take_while(|line| !line.is_empty());
    let head = lines.collect::<Vec<_>>().join("\n");
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    peer.read_exact(&mut body).unwrap();
    format!("{head}\n\n{}", String::from_utf8(body).unwrap())
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
