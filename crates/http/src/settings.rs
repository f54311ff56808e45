//! What an operator decides about listening and answering.

use std::time::Duration;

use authly_domain::issuer::Issuer;
use authly_domain::network::Network;

/// How requests are taken and answered.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// The origin and path from which every URL is made, never from `Host`.
    pub issuer: Issuer,
    /// The peers whose `X-Forwarded-For` and `X-Request-Id` are believed.
    pub trusted_proxies: Vec<Network>,
    /// The most bytes of a request's body, and of its query, which never has more than 32 kB.
    pub max_body_bytes: usize,
    /// How long answering may take, the reading of the body included.
    pub request_time_limit: Duration,
    /// How long a client may take to send the head of a request.
    pub client_request_timeout: Duration,
    /// How long an idle connection is kept.
    pub keep_alive: Duration,
    /// How long a client may take no byte of what is sent to it (on Linux; elsewhere such a
    /// connection ends when it has been quiet for too long).
    pub unread_timeout: Duration,
    /// How long requests that are under way may take to end once the server stops; counted in whole
    /// seconds.
    pub shutdown_timeout: Duration,
    /// The most connections in all, rounded down to a multiple of the number of workers. Each takes
    /// two file descriptors.
    pub max_connections: usize,
}

impl HttpSettings {
    /// The settings for this issuer that suit most: no proxy is trusted, bodies hold 64 kB,
    /// answering takes at most 30 seconds.
    #[must_use]
    pub const fn new(issuer: Issuer) -> Self {
        Self {
            issuer,
            trusted_proxies: Vec::new(),
            max_body_bytes: 65_536,
            request_time_limit: Duration::from_secs(30),
            client_request_timeout: Duration::from_secs(10),
            keep_alive: Duration::from_secs(75),
            unread_timeout: Duration::from_secs(10),
            shutdown_timeout: Duration::from_secs(30),
            max_connections: 4_096,
        }
    }
}
