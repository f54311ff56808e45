//! Why the token endpoint, introspection or revocation refuses.

use authly_crypto::encryption::EncryptionError;
use authly_crypto::jws::SigningError;
use authly_domain::authorizations::CodeRefusal;
use authly_domain::clients::GrantType;
use authly_domain::id::GrantId;
use authly_domain::refusals::Facts;
use authly_domain::tokens::InvalidRefresh;
use authly_repositories::DbError;

use crate::clients::ClientAuthError;

/// Why a request about tokens is refused.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The client may not use this grant: `unauthorized_client`.
    #[error("the client may not use the grant {}", .0.as_str())]
    GrantNotAllowed(GrantType, Box<Facts>),
    /// The code or refresh token is refused: `invalid_grant`.
    #[error("the grant was refused")]
    InvalidGrant(#[source] InvalidGrant, Box<Facts>),
    /// The scope is refused: `invalid_scope`.
    #[error("the scope was refused")]
    InvalidScope(#[source] InvalidScope, Box<Facts>),
    /// A resource is refused: `invalid_target` (RFC 8707 §2).
    #[error("the resource was refused")]
    InvalidTarget(#[source] InvalidTarget, Box<Facts>),
    /// The client is not one that may ask this (introspection is for confidential clients).
    #[error("the client may not ask this")]
    ClientNotAllowed,
    /// The client's cached record was stale, and it no longer passes authentication.
    #[error("the client was changed meanwhile")]
    Client(#[from] ClientAuthError),
    /// The token could not be signed.
    #[error("the token could not be signed")]
    Signing(#[from] SigningError),
    /// The token could not be encrypted to the client.
    #[error("the token could not be encrypted")]
    Encryption(#[from] EncryptionError),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

/// Why a scope is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidScope {
    /// The client may not ask for it.
    #[error("the client may not ask for the scope")]
    NotAllowed,
    /// None was asked for, and the client has no default.
    #[error("no scope was asked for, and the client has no default")]
    Missing,
    /// It is beyond what was granted.
    #[error("the scope is beyond what was granted")]
    Wider,
    /// An administrator has taken all of it from the client.
    #[error("the client may not have any of the granted scope any more")]
    TakenAway,
}

/// Why a resource is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTarget {
    /// No such resource server is registered.
    #[error("a resource is no registered resource server")]
    Unknown,
    /// It is disabled, or all that were granted are not to be had for such a reason.
    #[error("a resource server is disabled")]
    Disabled,
    /// The client does not list it, or it was not granted.
    #[error("a resource is not listed by the client, or was not granted")]
    NotAllowed,
    /// An administrator has taken all of them from the client.
    #[error("the client may not have tokens for any of the granted resources any more")]
    TakenAway,
}

impl From<InvalidGrant> for TokenError {
    fn from(why: InvalidGrant) -> Self {
        Self::InvalidGrant(why, Box::default())
    }
}

/// Why a code or refresh token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidGrant {
    /// There is no such code.
    #[error("there is no such code")]
    UnknownCode,
    /// The code is refused.
    #[error("the code is refused")]
    Code(#[from] CodeRefusal),
    /// The code was redeemed before; its grant is now revoked.
    #[error("the code was redeemed before: {grant} is revoked")]
    CodeReplay {
        /// What the first redemption made.
        grant: GrantId,
    },
    /// There is no such refresh token.
    #[error("there is no such refresh token")]
    UnknownRefreshToken,
    /// The refresh token is refused.
    #[error("the refresh token is refused")]
    Refresh(InvalidRefresh),
    /// The refresh token was spent before; its grant is now revoked.
    #[error("the refresh token was spent before: {grant} is revoked")]
    RefreshTokenReuse {
        /// What it belonged to.
        grant: GrantId,
    },
}
