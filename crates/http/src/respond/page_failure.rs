//! Refusals and failures where a person looks at a page.

use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use authly_services::authorizations::AuthorizeFailure;
use authly_services::logout::LogoutFailure;

use super::cause::Fault;
use super::page_problem::PageProblem;
use super::{Cause, RETRY_LATER, RETRY_SOON, retry_seconds};
use crate::extract::ParametersError;

/// A page that says what is wrong. The page itself is rendered at the very end, by the envelope
/// around all endpoints, since it shows the request's id.
#[derive(Debug)]
pub(crate) struct PageFailure {
    problem: PageProblem,
    retry_after: Option<Duration>,
    allow: Option<String>,
    cause: Cause,
}

impl PageFailure {
    /// A page about this, with what lies behind it for the log and for administrators.
    pub(crate) fn new(problem: PageProblem, cause: impl Into<Cause>) -> Self {
        let retry_after = match problem.entry().status {
            StatusCode::SERVICE_UNAVAILABLE => Some(RETRY_SOON),
            StatusCode::TOO_MANY_REQUESTS => Some(RETRY_LATER),
            _ => None,
        };
        Self {
            problem,
            retry_after,
            allow: None,
            cause: cause.into(),
        }
    }

    /// A fault of ours.
    pub(crate) fn failed(cause: impl Into<Fault>) -> Self {
        Self::new(PageProblem::Failed, Cause::fault(cause))
    }

    /// Names the methods that work here (RFC 9110 §15.5.6).
    pub(crate) fn allowing(mut self, methods: &str) -> Self {
        self.allow = Some(methods.to_owned());
        self
    }

    /// What is wrong.
    pub(crate) const fn problem(&self) -> PageProblem {
        self.problem
    }

    /// What lies behind it.
    pub(crate) const fn cause(&self) -> &Cause {
        &self.cause
    }
}

/// What is wrong, without its cause.
impl fmt::Display for PageFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.problem.entry().reason)
    }
}

impl ResponseError for PageFailure {
    fn status_code(&self) -> StatusCode {
        self.problem.entry().status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.problem.entry().status);
        response.insert_header((CACHE_CONTROL, "no-store"));
        if let Some(wait) = self.retry_after {
            response.insert_header((RETRY_AFTER, retry_seconds(wait)));
        }
        if let Some(methods) = &self.allow {
            response.insert_header((ALLOW, methods.as_str()));
        }
        response.body(self.problem.entry().reason)
    }
}

impl From<ParametersError> for PageFailure {
    fn from(error: ParametersError) -> Self {
        let problem = match &error {
            ParametersError::Malformed | ParametersError::Unreadable => PageProblem::Malformed,
            ParametersError::TooLong => PageProblem::TooLarge,
            ParametersError::AddressTooLong => PageProblem::AddressTooLong,
            ParametersError::ContentType | ParametersError::ContentCoding => {
                PageProblem::ContentType
            }
            ParametersError::Misconfigured(_) => PageProblem::Failed,
        };
        Self::new(problem, error)
    }
}

impl From<AuthorizeFailure> for PageFailure {
    fn from(error: AuthorizeFailure) -> Self {
        let problem = match &error {
            AuthorizeFailure::UnknownClient(_) => PageProblem::UnknownClient,
            AuthorizeFailure::RedirectUri(..) => PageProblem::RedirectUri,
            AuthorizeFailure::RequestObject(_) => PageProblem::RequestObject,
            AuthorizeFailure::RequestUnknown | AuthorizeFailure::RequestExpired => {
                PageProblem::RequestUnknown
            }
            AuthorizeFailure::AlreadyAnswered => PageProblem::AlreadyAnswered,
            AuthorizeFailure::SessionChanged => PageProblem::SessionChanged,
            AuthorizeFailure::TooManyRequests => PageProblem::TooManyRequests,
            AuthorizeFailure::Crowded => PageProblem::Busy,
            AuthorizeFailure::NoLongerAllowed => PageProblem::NoLongerAllowed,
            AuthorizeFailure::ClientChanging => PageProblem::ClientChanging,
            AuthorizeFailure::Storage(storage) if storage.is_unavailable() => {
                PageProblem::Unavailable
            }
            AuthorizeFailure::Storage(_) => PageProblem::Failed,
        };
        Self::new(problem, error)
    }
}

impl From<LogoutFailure> for PageFailure {
    fn from(error: LogoutFailure) -> Self {
        let problem = match &error {
            LogoutFailure::Repeated(_) => PageProblem::Malformed,
            LogoutFailure::UnknownClient(_) => PageProblem::UnknownClient,
            LogoutFailure::WayBack(_) => PageProblem::LogoutWayBack,
            LogoutFailure::Storage(storage) if storage.is_unavailable() => PageProblem::Unavailable,
            LogoutFailure::Storage(_) => PageProblem::Failed,
        };
        Self::new(problem, error)
    }
}

#[cfg(test)]
mod tests {
    use authly_domain::refusals::Reason;
    use authly_services::authorizations::{RedirectUriRefusal, UnknownClient};

    use super::super::Blame;
    use super::*;

    #[test]
    fn what_a_person_can_do_nothing_about_is_a_client_error_all_the_same() {
        for error in [
            AuthorizeFailure::UnknownClient(UnknownClient::Unknown),
            AuthorizeFailure::RedirectUri(RedirectUriRefusal::Missing, Box::default()),
            AuthorizeFailure::RequestObject(Box::new(Reason::RequestObject.into())),
            AuthorizeFailure::RequestUnknown,
            AuthorizeFailure::RequestExpired,
            AuthorizeFailure::AlreadyAnswered,
            AuthorizeFailure::SessionChanged,
            AuthorizeFailure::TooManyRequests,
            AuthorizeFailure::NoLongerAllowed,
        ] {
            let failure = PageFailure::from(error);
            assert!(failure.status_code().is_client_error(), "{failure}");
            assert_eq!(failure.problem().entry().blame, Blame::Request, "{failure}");
        }
    }

    #[test]
    fn where_waiting_helps_the_answer_says_how_long() {
        for problem in [
            PageProblem::Busy,
            PageProblem::Unavailable,
            PageProblem::TimedOut,
        ] {
            let response = PageFailure::new(problem, Reason::Busy).error_response();
            assert_eq!(response.headers().get(RETRY_AFTER).unwrap(), "2");
        }
        let failure = PageFailure::new(PageProblem::TooManyRequests, Reason::TooManyRequests);
        let response = failure.error_response();
        assert_eq!(response.headers().get(RETRY_AFTER).unwrap(), "60");
    }
}
