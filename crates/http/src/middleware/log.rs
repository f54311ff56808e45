//! What the log says of a request: one line for all, and one more for a refusal or failure.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::Method;

use crate::respond::{Blame, Cause, OAuthFailure, PageFailure, chain};

/// How much of a path is written down, in characters.
const MAX_PATH: usize = 200;

/// What is known of a request once it is answered.
pub(super) struct Access<'r> {
    pub(super) method: &'r Method,
    /// Without the query, which may hold what is nobody's business.
    pub(super) path: &'r str,
    pub(super) address: Option<IpAddr>,
    pub(super) took: Duration,
}

impl Access<'_> {
    /// The line that every request gets.
    pub(super) fn write(&self, response: &HttpResponse) {
        let path: String = self.path.chars().take(MAX_PATH).collect();
        let address = self.address.map(|address| address.to_string());
        tracing::info!(
            http.method = %self.method,
            http.path = path,
            http.status = response.status().as_u16(),
            client.address = address.unwrap_or_default(),
            duration_ms = milliseconds(self.took),
            "request answered"
        );
    }
}

fn milliseconds(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

/// Writes down what lies behind a refusal or failure, once, with everything below it.
pub(super) fn write_cause(response: &HttpResponse) {
    let Some(error) = response.error() else {
        return;
    };
    if let Some(failure) = error.as_error::<OAuthFailure>() {
        let blame = if response.status().is_server_error() {
            Blame::Server
        } else {
            Blame::Request
        };
        write(blame, failure.code().as_str(), failure.cause());
    } else if let Some(failure) = error.as_error::<PageFailure>() {
        let entry = failure.problem().entry();
        write(entry.blame, entry.reason, failure.cause());
    }
}

fn write(blame: Blame, reason: &str, cause: Option<&Cause>) {
    let cause = cause.map(|cause| chain(cause.as_ref())).unwrap_or_default();
    match blame {
        Blame::Request => tracing::info!(reason, cause, "request refused"),
        Blame::Server => tracing::error!(reason, cause, "request failed"),
    }
}
