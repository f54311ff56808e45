//! What a host does when it is asked.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};

use super::Seen;

/// What is done when a path is asked for.
#[derive(Clone)]
pub enum Conduct {
    /// It is answered.
    Answer(Answer),
    /// It is answered once the test adds a permit, which this uses up.
    Held(Arc<Semaphore>, Answer),
    /// Nothing is ever said.
    Silent,
    /// The head comes, and then a byte now and then, for ever.
    Drips,
    /// The head comes, without a length, and then as much as is taken.
    Endless,
    /// A line of the head that never ends.
    EndlessHead,
}

impl From<Answer> for Conduct {
    fn from(answer: Answer) -> Self {
        Self::Answer(answer)
    }
}

/// A request that has reached the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The method.
    pub method: String,
    /// The path, with its query.
    pub path: String,
    /// `Content-Type`; empty where absent.
    pub content_type: String,
    /// The body.
    pub body: String,
}

/// An answer, byte for byte.
#[derive(Debug, Clone)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    /// A document of JSON.
    #[must_use]
    pub fn json(document: &str) -> Self {
        Self {
            status: 200,
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: document.as_bytes().to_vec(),
        }
    }

    /// A page.
    #[must_use]
    pub fn page(html: &str) -> Self {
        Self::json(html).header("Content-Type", "text/html; charset=utf-8")
    }

    /// With another status.
    #[must_use]
    pub const fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// With this header, in the place of one of its name.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers
            .retain(|(other, _value)| !other.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without a header.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(other, _value)| !other.eq_ignore_ascii_case(name));
        self
    }

    /// With another body.
    #[must_use]
    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    /// The head; its length is the body's unless the test has said another, or chunks.
    fn head(&self) -> String {
        let mut head = format!("HTTP/1.1 {} Said\r\nConnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        let has = |wanted: &str| self.headers.iter().any(|(name, _)| name == wanted);
        if !has("Content-Length") && !has("Transfer-Encoding") {
            let length = self.body.len().to_string();
            head.extend(["Content-Length: ", &length, "\r\n"]);
        }
        head.push_str("\r\n");
        head
    }
}

/// Reads a request and does what the host does at its path.
pub(super) async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    paths: &Mutex<HashMap<String, Conduct>>,
    (seen, log): (&watch::Sender<Seen>, &Mutex<Vec<Received>>),
) -> io::Result<()> {
    let Some(received) = asked_for(&mut stream).await? else {
        return Ok(());
    };
    let path = received.path.clone();
    log.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(received);
    let conduct = {
        let paths = paths.lock().unwrap_or_else(PoisonError::into_inner);
        let without_query = path.split('?').next().unwrap_or_default();
        let conduct = paths.get(&path).or_else(|| paths.get(without_query));
        conduct.cloned()
    };
    seen.send_modify(|seen| seen.requests += 1);
    let conduct = conduct.unwrap_or_else(|| Answer::json("{}").status(404).into());
    match conduct {
        Conduct::Answer(answer) => say(&mut stream, &answer).await,
        Conduct::Held(gate, answer) => {
            let Ok(permit) = gate.acquire().await else {
                return Ok(());
            };
            permit.forget();
            say(&mut stream, &answer).await
        }
        Conduct::Silent => std::future::pending().await,
        Conduct::Drips => {
            stream.write_all(HEAD_WITHOUT_END).await?;
            loop {
                stream.write_all(b" ").await?;
                stream.flush().await?;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        Conduct::Endless => {
            stream.write_all(HEAD_WITHOUT_END).await?;
            loop {
                stream.write_all(&[b' '; 4_096]).await?;
            }
        }
        Conduct::EndlessHead => {
            stream.write_all(b"HTTP/1.1 200 Said\r\nX-Long: ").await?;
            loop {
                stream.write_all(&[b'a'; 4_096]).await?;
            }
        }
    }
}

/// Says that this was no request, as a host of plain HTTP does.
pub(super) async fn refuse(mut stream: TcpStream) -> io::Result<()> {
    say(&mut stream, &Answer::json("{}").status(400)).await
}

/// The body goes on until the connection ends.
const HEAD_WITHOUT_END: &[u8] =
    b"HTTP/1.1 200 Said\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, answer: &Answer) -> io::Result<()> {
    stream.write_all(answer.head().as_bytes()).await?;
    stream.write_all(&answer.body).await?;
    stream.shutdown().await
}

/// What is asked for, once it has come to its end; `None` when the peer has gone.
async fn asked_for<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<Option<Received>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    let head = String::from_utf8_lossy(&head);
    let mut words = head.split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let path = words.next().unwrap_or_default().to_owned();
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(other, _value)| other.eq_ignore_ascii_case(name));
        found.map_or("", |(_name, value)| value)
    };
    let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
    stream.read_exact(&mut body).await?;
    Ok(Some(Received {
        method,
        path,
        content_type: header("content-type").to_owned(),
        body: String::from_utf8_lossy(&body).into_owned(),
    }))
}
