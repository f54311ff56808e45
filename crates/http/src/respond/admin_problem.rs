//! Refusals and failures of the admin API: problem documents (RFC 9457).

use std::error::Error;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use authly_domain::refusals::{Explanation, Facts, Reason, shown};
use authly_domain::scopes::AdminScope;
use authly_protocol::admin::{FieldError, Problem, ProblemCode};

use super::cause::Fault;
use super::{Cause, RETRY_SOON, retry_seconds};
use crate::extract::{Misconfigured, ParametersError};

/// The content type of problem documents.
const PROBLEM_JSON: &str = "application/problem+json";

/// A refusal or failure: what is sent, and apart from it what is logged. The document is completed at
/// the very end, by the envelope around all endpoints, since it shows the request's id.
#[derive(Debug)]
pub(crate) struct AdminProblem {
    problem: Box<Problem>,
    challenge: Option<String>,
    allow: Option<String>,
    cause: Option<Cause>,
}

impl AdminProblem {
    /// A problem of this code; `detail` says what happened here, in a sentence for the person.
    pub(crate) fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        let challenge = match code {
            ProblemCode::Unauthenticated => Some(r#"Bearer realm="Authly""#.to_owned()),
            ProblemCode::InvalidToken => {
                Some(r#"Bearer realm="Authly", error="invalid_token""#.to_owned())
            }
            _ => None,
        };
        Self {
            problem: Box::new(Problem::new(code, detail.into())),
            challenge,
            allow: None,
            cause: None,
        }
    }

    /// Nothing is there, or not any more; `what` is a noun such as `client`.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(ProblemCode::NotFound, format!("There is no such {what}."))
    }

    /// A fault of ours.
    pub(crate) fn failed(cause: impl Into<Fault>) -> Self {
        let detail = "The server failed. Its log has the reason under the request id.";
        Self::new(ProblemCode::ServerError, detail).caused_by(Cause::fault(cause))
    }

    /// Something that we need is away for now.
    pub(crate) fn unavailable() -> Self {
        let detail = "The server or its database cannot answer now. Please ask again.";
        Self::new(ProblemCode::TemporarilyUnavailable, detail)
    }

    /// Storage failed with `cause`, for now or for good.
    pub(crate) fn storage(is_unavailable: IsUnavailable, cause: impl Into<Fault>) -> Self {
        match is_unavailable {
            IsUnavailable(true) => {
                Self::unavailable().caused_by(Cause::outage(Reason::Unavailable, cause))
            }
            IsUnavailable(false) => Self::failed(cause),
        }
    }

    /// The token lacks this scope (RFC 6750 §3.1).
    pub(crate) fn insufficient_scope(scope: AdminScope) -> Self {
        let detail = format!("The access token has to allow {scope}.");
        let challenge =
            format!(r#"Bearer realm="Authly", error="insufficient_scope", scope="{scope}""#);
        Self {
            challenge: Some(challenge),
            ..Self::new(ProblemCode::InsufficientScope, detail)
        }
    }

    /// Names everything that is wrong about the body or the query.
    pub(crate) fn about(mut self, errors: Vec<FieldError>) -> Self {
        self.problem.errors = errors;
        self
    }

    /// Names the methods that work here (RFC 9110 §15.5.6).
    pub(crate) fn allowing(mut self, methods: &str) -> Self {
        self.allow = Some(methods.to_owned());
        self
    }

    /// Keeps what lies behind it, for the log.
    pub(crate) fn caused_by(mut self, cause: impl Into<Cause>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// What kind it is.
    pub(crate) const fn code(&self) -> ProblemCode {
        self.problem.code
    }

    /// What lies behind it, where that is more than it says.
    pub(crate) const fn cause(&self) -> Option<&Cause> {
        self.cause.as_ref()
    }

    /// Why, for administrators: its cause where there is one, else what it says itself.
    pub(crate) fn explanation(&self) -> Explanation {
        if let Some(cause) = &self.cause {
            return cause.explanation().clone();
        }
        // A test holds the codes against the reasons.
        let reason = self.code().as_str().parse().unwrap_or(Reason::ServerError);
        let wrong = self.problem.errors.iter();
        let wrong: Vec<_> = wrong.map(|one| &*one.pointer).collect();
        let facts = Facts::default().more(shown(&self.problem.detail));
        let facts = if wrong.is_empty() {
            facts
        } else {
            facts.came(format!("wrong: {}", wrong.join(" ")))
        };
        Explanation::new(reason, facts)
    }

    /// The document, with the request's id.
    pub(crate) fn document(&self, request_id: &str) -> Vec<u8> {
        let problem = Problem {
            request_id: Some(request_id.to_owned()),
            ..(*self.problem).clone()
        };
        // Strings and numbers always become JSON.
        serde_json::to_vec(&problem).unwrap_or_default()
    }
}

/// Whether storage is away for now rather than broken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IsUnavailable(pub(crate) bool);

/// What was refused, without its cause.
impl fmt::Display for AdminProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.problem.code.as_str())
    }
}

impl Error for AdminProblem {}

impl ResponseError for AdminProblem {
    fn status_code(&self) -> StatusCode {
        let status = StatusCode::from_u16(self.problem.status);
        status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((CACHE_CONTROL, "no-store"));
        response.insert_header((CONTENT_TYPE, PROBLEM_JSON));
        if let Some(challenge) = &self.challenge {
            response.insert_header((WWW_AUTHENTICATE, challenge.as_str()));
        }
        if self.code() == ProblemCode::TemporarilyUnavailable {
            response.insert_header((RETRY_AFTER, retry_seconds(RETRY_SOON)));
        }
        if let Some(methods) = &self.allow {
            response.insert_header((ALLOW, methods.as_str()));
        }
        response.finish()
    }
}

impl From<Misconfigured> for AdminProblem {
    fn from(error: Misconfigured) -> Self {
        Self::failed(error)
    }
}

impl From<ParametersError> for AdminProblem {
    fn from(error: ParametersError) -> Self {
        let (code, detail) = match error {
            ParametersError::Malformed => (
                ProblemCode::MalformedRequest,
                "The address is not well encoded.",
            ),
            ParametersError::Unreadable => (
                ProblemCode::MalformedRequest,
                "The body could not be read to its end.",
            ),
            ParametersError::TooLong => (ProblemCode::BodyTooLong, "The body is too long."),
            ParametersError::AddressTooLong => {
                (ProblemCode::AddressTooLong, "The address is too long.")
            }
            ParametersError::ContentCoding => (
                ProblemCode::UnsupportedMediaType,
                "The body must not be compressed.",
            ),
            ParametersError::ContentType => (
                ProblemCode::UnsupportedMediaType,
                "The body has to be JSON, with the content type application/json.",
            ),
            ParametersError::Misconfigured(error) => return error.into(),
        };
        Self::new(code, detail).caused_by(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_reason_of_its_name() {
        for code in ProblemCode::ALL {
            let problem = AdminProblem::new(*code, "What happened.");
            let explanation = problem.explanation();
            assert_eq!(explanation.reason.as_str(), code.as_str());
            assert!(explanation.sentence().ends_with("What happened."));
        }
    }
}
