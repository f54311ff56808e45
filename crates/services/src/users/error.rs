//! Why users are not administered as asked.

use authly_crypto::password::PasswordError;
use authly_domain::users::{AccountConflict, AccountProtection, NewPasswordError};
use authly_repositories::DbError;

use super::ImportFlaw;
use crate::idempotency::IdempotencyError;
use crate::paging::CursorError;

/// What another user has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenName {
    /// The user name.
    Username,
    /// The e-mail address.
    Email,
    /// Both.
    Both,
}

/// Why something is not done.
#[derive(Debug, thiserror::Error)]
pub enum UserAdminError {
    /// There is no such user.
    #[error("there is no such user")]
    NotFound,
    /// The user has answered nothing to this client.
    #[error("the user has agreed to nothing for this client")]
    NoConsent,
    /// The user is no longer in the version that the caller has seen.
    #[error("the user was changed meanwhile")]
    VersionMismatch,
    /// The caller may not do this, whatever their scopes.
    #[error(transparent)]
    Protected(#[from] AccountProtection),
    /// No active administrator would be left.
    #[error("no active administrator would be left")]
    LastAdministrator,
    /// Another user has the name, the address, or both.
    #[error("another user has the name or the address")]
    Taken(TakenName),
    /// The user's state does not allow it.
    #[error(transparent)]
    Conflict(#[from] AccountConflict),
    /// The password is not good enough.
    #[error("the password is refused")]
    Password(#[from] NewPasswordError),
    /// Something is wrong about users of an import: all of it.
    #[error("{} things are wrong about imported users", .0.len())]
    Import(Vec<ImportFlaw>),
    /// Too many passwords are hashed at the moment: 503.
    #[error("too many passwords wait to be hashed")]
    Busy,
    /// The password could not be hashed.
    #[error("the password could not be hashed")]
    Hashing(#[source] PasswordError),
    /// The idempotency key is of no use.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The cursor is none of ours, or of another list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[source] DbError),
}

impl From<DbError> for UserAdminError {
    fn from(error: DbError) -> Self {
        if error.violates("users_username_normal_key") {
            return Self::Taken(TakenName::Username);
        }
        if error.violates("users_email_normal_key") {
            return Self::Taken(TakenName::Email);
        }
        Self::Storage(error)
    }
}

impl From<PasswordError> for UserAdminError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Form(form) => Self::Password(form.into()),
            PasswordError::Busy | PasswordError::Stopped => Self::Busy,
            PasswordError::Malformed | PasswordError::Failed { .. } => Self::Hashing(error),
        }
    }
}
