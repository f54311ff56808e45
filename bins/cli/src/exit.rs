//! How a command ends.

use std::error::Error;
use std::process::ExitCode;

use authly_admin_client::{BuildError, ClientError};

/// The exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Ok = 0,
    /// The server refused, is not healthy or is none of ours; or the result could not be written.
    Refused = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// Nobody is logged in, or not any more.
    NotLoggedIn = 3,
    /// The server cannot be reached.
    Unreachable = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not do what was asked: how it ends, and what is said to the person.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
}

impl Failure {
    /// A failure that ends in [`Exit::Refused`].
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Refused,
            message: message.into(),
        }
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let said = with_root(&error);
        match error {
            ClientError::Transport { .. } => Self {
                exit: Exit::Unreachable,
                message: format!(
                    "{said}\nIs the server running? Name another with --server or AUTHLY_SERVER."
                ),
            },
            ClientError::NotLoggedIn { .. } => Self {
                exit: Exit::NotLoggedIn,
                message: said,
            },
            ClientError::Refused { .. } | ClientError::Store(_) | ClientError::Request { .. } => {
                Self::refused(said)
            }
            ClientError::Unexpected { .. } => Self::refused(format!(
                "{said}\nCheck the address: --server and AUTHLY_SERVER take the server's issuer."
            )),
        }
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        Self::refused(with_root(&error))
    }
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
