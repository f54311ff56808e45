//! Why a command did not do what was asked, in words for people.

use std::error::Error;

use authly_admin_client::admin::ProblemCode;
use authly_admin_client::{
    BuildError, ClientError, ErrorCode, NotLoggedIn, Refusal, ServerUrl, StoreError,
};

use crate::exit::Exit;

/// Why a command did not do what was asked: how it ends, and what is said to the person. The first
/// line of the message says what happened; each further one is a wrong field, or a hint.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
}

impl Failure {
    /// A failure that ends in [`Exit::Refused`].
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::new(Exit::Refused, message)
    }

    /// A failure that ends in [`Exit::Usage`]: the command line asks for what cannot be.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// A failure that ends like this.
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
        }
    }

    /// The failure, with one more line.
    pub(crate) fn hint(mut self, line: &str) -> Self {
        self.message = format!("{}\n{line}", self.message);
        self
    }
}

/// What to do about an ended login.
const LOG_IN: &str = "Log in with: authly login";

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let said = with_root(&error);
        match error {
            ClientError::Transport { .. } => Self::new(Exit::Unreachable, said)
                .hint("Is the server running? Name another with --server or AUTHLY_SERVER."),
            ClientError::NotLoggedIn { server, reason } => not_logged_in(&server, &reason),
            ClientError::Refused { server, refusal } => refused(&server, &refusal),
            ClientError::Store(error) => error.into(),
            ClientError::Request { .. } => Self::refused(said),
            ClientError::Unexpected { .. } => Self::refused(said)
                .hint("Check the address: --server and AUTHLY_SERVER take the server's issuer."),
        }
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        Self::refused(with_root(&error))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::refused(with_root(&error))
    }
}

fn not_logged_in(server: &ServerUrl, reason: &NotLoggedIn) -> Failure {
    let message = match reason {
        NotLoggedIn::NoCredentials => format!("you are not logged in to {server}"),
        NotLoggedIn::Ended => format!("the login to {server} has ended"),
        NotLoggedIn::Refused(refusal) => {
            let why = refusal.oauth_code().map(ErrorCode::as_str);
            let why = why.map_or_else(|| refusal.status.to_string(), str::to_owned);
            format!(
                "{server} does not accept the login any more ({why}{})",
                id_of(refusal)
            )
        }
    };
    Failure::new(Exit::NotLoggedIn, message).hint(LOG_IN)
}

/// What the server said: one line, and one for each wrong field.
fn refused(server: &ServerUrl, refusal: &Refusal) -> Failure {
    let Some(problem) = &refusal.problem else {
        return Failure::new(exit_of(refusal), format!("{server} refused: {refusal}"));
    };
    let mut message = format!("{} ({}{})", problem.detail, problem.code, id_of(refusal));
    for error in &problem.errors {
        let field = error.pointer.trim_start_matches('/');
        message = format!("{message}\n  {field}: {}", error.detail);
    }
    let failure = Failure::new(exit_of(refusal), message);
    match problem.code {
        ProblemCode::Unauthenticated | ProblemCode::InvalidToken => failure.hint(LOG_IN),
        ProblemCode::InsufficientScope => failure.hint("Log in again and allow more: authly login"),
        _ => failure,
    }
}

fn exit_of(refusal: &Refusal) -> Exit {
    let is_away = refusal.code() == Some(ProblemCode::TemporarilyUnavailable)
        || refusal.oauth_code() == Some(ErrorCode::TemporarilyUnavailable);
    match refusal.status {
        401 => Exit::NotLoggedIn,
        _ if is_away => Exit::Unreachable,
        _ => Exit::Refused,
    }
}

fn id_of(refusal: &Refusal) -> String {
    let id = refusal.request_id.as_ref();
    id.map_or_else(String::new, |id| format!(", request id {id}"))
}

/// What failed, and the reason at the bottom: what lies between is for those who know the libraries.
fn with_root(error: &dyn Error) -> String {
    let Some(mut root) = error.source() else {
        return error.to_string();
    };
    while let Some(deeper) = root.source() {
        root = deeper;
    }
    format!("{error}: {root}")
}

#[cfg(test)]
mod tests {
    use authly_admin_client::admin::{FieldError, Problem};
    use pretty_assertions::assert_eq;

    use super::*;

    fn failure(problem: Problem) -> Failure {
        let refusal = Refusal {
            status: problem.code.status(),
            problem: Some(problem),
            error: None,
            request_id: Some("0198".to_owned()),
        };
        Failure::from(ClientError::Refused {
            server: "https://auth.example.com".parse().unwrap(),
            refusal: Box::new(refusal),
        })
    }

    #[test]
    fn every_wrong_field_has_a_line() {
        let failure = failure(Problem {
            errors: vec![
                FieldError {
                    pointer: "/redirect_uris/0".to_owned(),
                    detail: "It has a fragment.".to_owned(),
                },
                FieldError {
                    pointer: "limit".to_owned(),
                    detail: "It is above 1000.".to_owned(),
                },
            ],
            ..Problem::new(ProblemCode::InvalidBody, "Two things are wrong.".to_owned())
        });

        assert_eq!(failure.exit, Exit::Refused);
        assert_eq!(
            failure.message,
            "Two things are wrong. (invalid_body, request id 0198)\n  \
             redirect_uris/0: It has a fragment.\n  limit: It is above 1000."
        );
    }

    #[test]
    fn the_exit_status_tells_apart_what_a_script_has_to_do() {
        for (code, exit) in [
            (ProblemCode::InvalidToken, Exit::NotLoggedIn),
            (ProblemCode::Unauthenticated, Exit::NotLoggedIn),
            (ProblemCode::InsufficientScope, Exit::Refused),
            (ProblemCode::NotAnAdministrator, Exit::Refused),
            (ProblemCode::VersionMismatch, Exit::Refused),
            (ProblemCode::AdminApiDisabled, Exit::Refused),
            (ProblemCode::TemporarilyUnavailable, Exit::Unreachable),
            (ProblemCode::ServerError, Exit::Refused),
        ] {
            let failure = failure(Problem::new(code, "It is so.".to_owned()));
            assert_eq!(failure.exit, exit, "{code}");
        }
    }
}
