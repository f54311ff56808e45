//! One server, and how requests get to it: what is sent, repeated and read.

use std::time::Duration;

use reqwest::{Method, Request, RequestBuilder};

use crate::answer::{Answer, not_reached};
use crate::error::ClientError;
use crate::server_url::ServerUrl;

/// How long is waited before each repetition. A server that restarts is back within a second.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];

/// Whether doing it twice is as good as doing it once (RFC 9110 §9.2.2): only then a request is
/// repeated whose answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repetition {
    Safe,
    Unsafe,
}

/// The way to one server. Clones share their connections.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    pub(crate) server: ServerUrl,
    pub(crate) http: reqwest::Client,
}

impl Connection {
    /// Begins a request to `path`, which begins with a slash and stands below the server's own.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.server.url_of(path))
    }

    /// Completes a request.
    pub(crate) fn build(&self, request: RequestBuilder) -> Result<Request, ClientError> {
        request.build().map_err(|error| ClientError::Request {
            server: self.server.clone(),
            source: error.without_url().into(),
        })
    }

    /// Sends a request, and again where that is safe and the answer was lost or put off.
    pub(crate) async fn send(
        &self,
        request: Request,
        repetition: Repetition,
    ) -> Result<Answer, ClientError> {
        let mut pauses = PAUSES.iter();
        loop {
            let again = match repetition {
                Repetition::Safe => request.try_clone().zip(pauses.next()),
                Repetition::Unsafe => None,
            };
            let Some((next, pause)) = again else {
                return self.send_once(request).await;
            };
            match self.send_once(next).await {
                Ok(answer) if !answer.is_put_off() => return Ok(answer),
                Ok(_) | Err(ClientError::Transport { .. }) => tokio::time::sleep(*pause).await,
                Err(error) => return Err(error),
            }
        }
    }

    async fn send_once(&self, request: Request) -> Result<Answer, ClientError> {
        let response = self.http.execute(request).await;
        let response = response.map_err(|error| not_reached(&self.server, error))?;
        Answer::read(&self.server, response).await
    }
}
