//! The client: where the server is, and the limits of every call.

use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::redirect::Policy;

use crate::answer::{Answer, not_reached};
use crate::error::{BuildError, ClientError};
use crate::server_url::ServerUrl;

/// How long a connection may take to be made.
const CONNECT_TIME_LIMIT: Duration = Duration::from_secs(5);

/// How long a call may take, from the first attempt to connect to the last byte of the answer.
const CALL_TIME_LIMIT: Duration = Duration::from_secs(30);

/// Asks one server. Cheap to clone: clones share their connections.
#[derive(Debug, Clone)]
pub struct AdminClient {
    server: ServerUrl,
    http: reqwest::Client,
}

impl AdminClient {
    /// Begins a client of the server at this address.
    pub fn builder(server: ServerUrl) -> AdminClientBuilder {
        AdminClientBuilder {
            server,
            user_agent: concat!("authly-admin-client/", env!("CARGO_PKG_VERSION")).to_owned(),
            connect_time_limit: CONNECT_TIME_LIMIT,
            call_time_limit: CALL_TIME_LIMIT,
        }
    }

    /// The server that is asked.
    #[must_use]
    pub const fn server(&self) -> &ServerUrl {
        &self.server
    }

    /// Asks for the document at `path`, which begins with a slash and stands below the server's own.
    pub(crate) async fn get(&self, path: &str) -> Result<Answer, ClientError> {
        let request = self
            .http
            .get(self.server.url_of(path))
            .header(ACCEPT, HeaderValue::from_static("application/json"));
        let response = request
            .send()
            .await
            .map_err(|error| not_reached(&self.server, error))?;
        Answer::read(&self.server, response).await
    }
}

/// What a client is made of.
#[derive(Debug)]
#[must_use]
pub struct AdminClientBuilder {
    server: ServerUrl,
    user_agent: String,
    connect_time_limit: Duration,
    call_time_limit: Duration,
}

impl AdminClientBuilder {
    /// How the client names itself in the server's log, such as `reports/1.2`.
    pub fn user_agent(mut self, name: &str) -> Self {
        name.clone_into(&mut self.user_agent);
        self
    }

    /// How long a connection may take to be made; 5 seconds unless said.
    pub const fn connect_time_limit(mut self, limit: Duration) -> Self {
        self.connect_time_limit = limit;
        self
    }

    /// How long a call may take as a whole; 30 seconds unless said.
    pub const fn call_time_limit(mut self, limit: Duration) -> Self {
        self.call_time_limit = limit;
        self
    }

    /// Makes the client. Nothing is sent yet.
    ///
    /// # Errors
    /// The name cannot stand in a header, or this machine's trusted certificates cannot be read.
    pub fn build(self) -> Result<AdminClient, BuildError> {
        let mut http = reqwest::Client::builder()
            .user_agent(self.user_agent)
            .connect_timeout(self.connect_time_limit)
            .timeout(self.call_time_limit)
            .redirect(Policy::none());
        if self.server.is_loopback() {
            // A proxy would look for the server on its own machine.
            http = http.no_proxy();
        }
        let http = http.build().map_err(|error| BuildError(error.into()))?;
        Ok(AdminClient {
            server: self.server,
            http,
        })
    }
}
