//! Why a client is not changed.

use authly_domain::clients::Flaw;
use authly_domain::scopes::AdminScope;
use authly_repositories::DbError;

use crate::idempotency::IdempotencyError;
use crate::paging::CursorError;

/// Why a client is not shown or changed. Nothing is stored then.
#[derive(Debug, thiserror::Error)]
pub enum ClientAdminError {
    /// There is no such client.
    #[error("there is no such client")]
    NotFound,
    /// The name on the wire is taken.
    #[error("a client of this client_id exists")]
    AlreadyExists,
    /// The registration would not be right: everything that is wrong about it.
    #[error("{} member(s) are wrong", .0.len())]
    Invalid(Vec<Flaw>),
    /// It has another version than the caller has seen.
    #[error("the client was changed meanwhile")]
    VersionMismatch,
    /// The server depends on it.
    #[error("the server depends on the client")]
    Protected,
    /// It is the caller.
    #[error("a service client ends itself")]
    OwnRights,
    /// It has no secret and can have none.
    #[error("a public client has no secret")]
    NoSecret,
    /// Two of its secrets are valid: a third would leave nobody knowing which one is used.
    #[error("two secrets of the client are valid")]
    TwoSecrets,
    /// Only a person says what a service client may administer.
    #[error("a service client entitles nobody")]
    NotAPerson,
    /// The caller's own token does not allow it.
    #[error("the caller's own token does not allow {0}")]
    BeyondOwnRights(AdminScope),
    /// It cannot act for itself.
    #[error("only a confidential client with client_credentials can be entitled")]
    NoServiceClient,
    /// The cursor is none of this list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The idempotency key is of no use.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}
