//! What the log says of a request: one line for all, and one more for a refusal or failure.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::Method;

use crate::respond::{AdminProblem, Blame, Cause, OAuthFailure, PageFailure, chain};

/// How much of a path is written down, in characters.
const MAX_PATH: usize = 200;
/// The longest part of a path that is written down. Nothing of ours has a longer one but for ids and
/// names in the admin API, and every token, code and client secret is longer: some callers put one
/// where it does not belong.
const MAX_SEGMENT: usize = 31;

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
        let address = self.address.map(|address| address.to_string());
        tracing::info!(
            http.method = %self.method,
            http.path = written(self.path),
            http.status = response.status().as_u16(),
            client.address = address.unwrap_or_default(),
            duration_ms = milliseconds(self.took),
            "request answered"
        );
    }
}

/// A path as it is written down, with `…` for each part that is too long to be one of ours.
fn written(path: &str) -> String {
    let segments = path.split('/').map(|segment| {
        if segment.len() > MAX_SEGMENT {
            "…"
        } else {
            segment
        }
    });
    let path = segments.collect::<Vec<_>>().join("/");
    path.chars().take(MAX_PATH).collect()
}

fn milliseconds(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

/// Writes down what lies behind a refusal or failure, once, with everything below it.
pub(super) fn write_cause(response: &HttpResponse) {
    let Some(error) = response.error() else {
        return;
    };
    let blame = if response.status().is_server_error() {
        Blame::Server
    } else {
        Blame::Request
    };
    if let Some(failure) = error.as_error::<OAuthFailure>() {
        write(blame, failure.code().as_str(), failure.cause());
    } else if let Some(problem) = error.as_error::<AdminProblem>() {
        write(blame, problem.code().as_str(), problem.cause());
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

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn a_path_is_written_down_without_what_could_be_a_secret() {
        for path in [
            "/",
            "/.well-known/oauth-authorization-server",
            "/static/authly.0123456789abcdef.css",
            "/favicon.ico",
        ] {
            assert_eq!(written(path), path);
        }
        let secret = "x".repeat(32);
        let path = format!("/oidc/userinfo/{secret}//{secret}/y");
        assert_eq!(written(&path), "/oidc/userinfo/…//…/y");
        assert_eq!(written(&"/y".repeat(1_000)).len(), MAX_PATH);
    }
}
