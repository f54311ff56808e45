//! What the server said when it refused.

use std::fmt;

use authly_protocol::admin::{Problem, ProblemCode};
use authly_protocol::oauth::{ErrorCode, ErrorResponse};

/// What the server said when it refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status: 400 to 599.
    pub status: u16,
    /// The problem document, where an endpoint of the admin API answered (RFC 9457).
    pub problem: Option<Problem>,
    /// The code and its description, where the answer has the form of OAuth 2.1 §3.2.4.
    pub error: Option<ErrorResponse>,
    /// The id under which the server's log has the request.
    pub request_id: Option<String>,
}

impl Refusal {
    /// Why the admin API refused; `None` where something else answered.
    #[must_use]
    pub fn code(&self) -> Option<ProblemCode> {
        self.problem.as_ref().map(|problem| problem.code)
    }

    /// Why an OAuth endpoint refused; `None` where something else answered.
    #[must_use]
    pub fn oauth_code(&self) -> Option<ErrorCode> {
        self.error.as_ref().map(|error| error.error)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.status)?;
        if let Some(problem) = &self.problem {
            write!(f, ", {}: {}", problem.code, problem.detail)?;
            for error in &problem.errors {
                write!(f, " {}: {}", error.pointer, error.detail)?;
            }
        } else if let Some(error) = &self.error {
            let description = error.error_description.as_deref();
            let description = description.unwrap_or_else(|| error.error.description());
            write!(f, ", {}: {description}", error.error.as_str())?;
        }
        match &self.request_id {
            Some(id) => write!(f, " (request id {id})"),
            None => Ok(()),
        }
    }
}
