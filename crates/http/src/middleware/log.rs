//! What the log says of a request: one line for all, and one more for a refusal or failure.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::Method;
use authly_domain::refusals::{Explanation, Reason};

use crate::respond::{AdminProblem, Blame, Cause, OAuthFailure, PageFailure, Refused};

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

/// A refusal or failure, as it is told to those who run the server.
pub(super) struct Told {
    blame: Blame,
    /// What the answer says: a code, or the name of a page's problem.
    pub(super) error: &'static str,
    /// Why.
    pub(super) explanation: Explanation,
    /// What the log says of a failure; a refusal says its sentence.
    failure: Option<String>,
}

impl Told {
    /// What lies behind an answer, if that is a refusal or failure.
    pub(super) fn of(response: &HttpResponse) -> Option<Self> {
        let blame = if response.status().is_server_error() {
            Blame::Server
        } else {
            Blame::Request
        };
        let Some(error) = response.error() else {
            let extensions = response.extensions();
            let refused = extensions.get::<Refused>()?;
            return Some(Self::new(Blame::Request, refused.error, &refused.cause));
        };
        if let Some(failure) = error.as_error::<OAuthFailure>() {
            return Some(Self::new(blame, failure.code().as_str(), failure.cause()));
        }
        if let Some(problem) = error.as_error::<AdminProblem>() {
            let code = problem.code().as_str();
            return Some(Self {
                blame,
                error: code,
                explanation: problem.explanation(),
                failure: problem.cause().and_then(failure),
            });
        }
        let failure = error.as_error::<PageFailure>()?;
        let entry = failure.problem().entry();
        Some(Self::new(entry.blame, entry.reason, failure.cause()))
    }

    fn new(blame: Blame, error: &'static str, cause: &Cause) -> Self {
        Self {
            blame,
            error,
            explanation: cause.explanation().clone(),
            failure: failure(cause),
        }
    }

    /// Writes it down, once.
    pub(super) fn write(&self) {
        let (reason, why) = (self.error, self.explanation.reason.as_str());
        let facts = &self.explanation.facts;
        let expected = facts.what_was_expected().unwrap_or_default();
        let came = facts.what_came().unwrap_or_default();
        let sentence = self.explanation.sentence();
        let cause = self.failure.as_deref().unwrap_or(&sentence);
        match self.blame {
            Blame::Request => {
                tracing::info!(reason, why, cause, expected, came, "request refused");
            }
            Blame::Server => tracing::error!(reason, why, cause, "request failed"),
        }
    }
}

/// What only the log says: of failures of ours, whose sentence says nothing of their cause.
fn failure(cause: &Cause) -> Option<String> {
    let reason = cause.explanation().reason;
    let is_ours = matches!(
        reason,
        Reason::ServerError | Reason::Unavailable | Reason::TimedOut
    );
    is_ours.then(|| cause.chain())
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
