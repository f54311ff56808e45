//! What can go wrong anywhere, in the shape of the place where it does.

use actix_web::http::StatusCode;
use authly_domain::refusals::{Explanation, Facts, Reason};
use authly_protocol::admin::ProblemCode;
use authly_protocol::oauth::ErrorCode;

use super::{AdminProblem, Cause, OAuthFailure, PageFailure, PageProblem};
use crate::places::Surface;

/// What can go wrong anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble<'m> {
    /// Nothing is there.
    #[error("nothing is at this path")]
    NotFound,
    /// Other methods work there.
    #[error("the method is not one of {0}")]
    MethodNotAllowed(&'m str),
    /// The request's parts cannot be read, as the web server found.
    #[error("the request cannot be read")]
    Malformed,
    /// A handler panicked.
    #[error("a handler panicked")]
    Panicked,
    /// Answering took too long.
    #[error("the time limit for a request is over")]
    TimedOut,
    /// The web server failed.
    #[error("the web server failed")]
    Failed,
}

/// The answer to `trouble`.
pub(crate) fn trouble(surface: Surface, trouble: Trouble<'_>) -> actix_web::Error {
    match surface {
        Surface::Page => as_page(trouble).into(),
        Surface::Json => as_json(trouble).into(),
        Surface::Problem => as_problem(trouble).into(),
    }
}

impl Trouble<'_> {
    /// What lies behind it.
    fn cause(self) -> Cause {
        match self {
            Self::NotFound => Reason::NotFound.into(),
            Self::MethodNotAllowed(methods) => {
                let facts = Facts::default().expected(format!("one of: {methods}"));
                Explanation::new(Reason::MethodNotAllowed, facts).into()
            }
            Self::Malformed => Reason::UnreadableRequest.into(),
            Self::TimedOut => Cause::outage(Reason::TimedOut, self.to_string()),
            Self::Panicked | Self::Failed => Cause::fault(self.to_string()),
        }
    }
}

fn as_page(trouble: Trouble<'_>) -> PageFailure {
    let problem = match trouble {
        Trouble::NotFound => PageProblem::NotFound,
        Trouble::MethodNotAllowed(methods) => {
            let failure = PageFailure::new(PageProblem::MethodNotAllowed, trouble.cause());
            return failure.allowing(methods);
        }
        Trouble::Malformed => PageProblem::Malformed,
        Trouble::TimedOut => PageProblem::TimedOut,
        Trouble::Panicked | Trouble::Failed => PageProblem::Failed,
    };
    PageFailure::new(problem, trouble.cause())
}

fn as_json(trouble: Trouble<'_>) -> OAuthFailure {
    let refused = OAuthFailure::of(ErrorCode::InvalidRequest);
    let answer = match trouble {
        Trouble::NotFound => refused
            .with_status(StatusCode::NOT_FOUND)
            .describe("Nothing is at this path."),
        Trouble::MethodNotAllowed(methods) => refused
            .with_status(StatusCode::METHOD_NOT_ALLOWED)
            .describe("The method is not allowed here.")
            .allowing(methods),
        Trouble::Malformed => refused,
        Trouble::TimedOut => OAuthFailure::of(ErrorCode::TemporarilyUnavailable),
        Trouble::Panicked | Trouble::Failed => OAuthFailure::of(ErrorCode::ServerError),
    };
    answer.because(trouble.cause())
}

fn as_problem(trouble: Trouble<'_>) -> AdminProblem {
    let problem = match trouble {
        Trouble::NotFound => AdminProblem::new(ProblemCode::NotFound, "Nothing is at this path."),
        Trouble::MethodNotAllowed(methods) => {
            let detail = format!("The methods that work here are {methods}.");
            AdminProblem::new(ProblemCode::MethodNotAllowed, detail).allowing(methods)
        }
        Trouble::Malformed => AdminProblem::new(
            ProblemCode::MalformedRequest,
            "The web server could not read the request.",
        ),
        Trouble::TimedOut => AdminProblem::unavailable(),
        Trouble::Panicked | Trouble::Failed => return AdminProblem::failed(trouble.to_string()),
    };
    problem.caused_by(trouble.cause())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::ALLOW;
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn each_trouble_has_the_same_status_everywhere() {
        for (what, status) in [
            (Trouble::NotFound, 404),
            (Trouble::MethodNotAllowed("POST"), 405),
            (Trouble::Malformed, 400),
            (Trouble::Panicked, 500),
            (Trouble::TimedOut, 503),
            (Trouble::Failed, 500),
        ] {
            for surface in [Surface::Page, Surface::Json, Surface::Problem] {
                let response = trouble(surface, what).error_response();
                assert_eq!(response.status().as_u16(), status, "{what:?} {surface:?}");
            }
        }
    }

    #[test]
    fn a_wrong_method_is_told_the_right_ones() {
        for surface in [Surface::Page, Surface::Json, Surface::Problem] {
            let response =
                trouble(surface, Trouble::MethodNotAllowed("GET, HEAD")).error_response();
            assert_eq!(response.headers().get(ALLOW).unwrap(), "GET, HEAD");
        }
    }
}
