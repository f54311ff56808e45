//! Access tokens, and what introspection and UserInfo learn of any token.

use std::str::FromStr;

use crate::clients::ClientId;
use crate::clock::Timestamp;
use crate::grants::{LivenessFacts, NotAlive, grant_is_alive};
use crate::id::{ClientKey, GrantId, SessionId, TokenId, UserId};
use crate::keys::{KeyId, UnknownValue};
use crate::scopes::{Resource, Scope};
use crate::secret::SecretDigest;
use crate::sessions::Authentication;
use crate::users::{Subject, Username};

/// The kinds of token that are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A signed JWT for resource servers.
    Access,
    /// An opaque text for the token endpoint.
    Refresh,
}

impl TokenKind {
    /// Its name in the column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }
}

impl FromStr for TokenKind {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        match text {
            "access" => Ok(Self::Access),
            "refresh" => Ok(Self::Refresh),
            _ => Err(UnknownValue),
        }
    }
}

/// An access token about to be stored: its digest, never itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccessToken {
    /// Its key, and its `jti`.
    pub id: TokenId,
    /// Under which it is found.
    pub digest: SecretDigest,
    /// Which key signed it.
    pub kid: KeyId,
    /// The grant it belongs to; `None` for client credentials.
    pub grant: Option<GrantId>,
    /// Who may use it.
    pub client: ClientKey,
    /// Who gave it; `None` for client credentials.
    pub user: Option<UserId>,
    /// What it allows.
    pub scope: Scope,
    /// For whom it is: `aud`.
    pub audience: Vec<String>,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A stored token of either kind, with everything that its life depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// Its key.
    pub id: TokenId,
    /// Access or refresh.
    pub kind: TokenKind,
    /// The grant it belongs to; `None` for client credentials.
    pub grant: Option<GrantId>,
    /// Whose it is.
    pub client: ClientKey,
    /// Whose it is, on the wire.
    pub client_id: ClientId,
    /// The user's `sub`; `None` for client credentials.
    pub subject: Option<Subject>,
    /// The user's name.
    pub username: Option<Username>,
    /// The session it hangs on.
    pub session: Option<SessionId>,
    /// What it allows.
    pub scope: Scope,
    /// For whom it is.
    pub audience: Vec<String>,
    /// How the user had proved who they are.
    pub authentication: Option<Authentication>,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was spent or revoked by itself.
    pub ended_at: Option<Timestamp>,
    /// What else its life depends on.
    pub liveness: LivenessFacts,
}

/// Why a token does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenNotAlive {
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// It was spent or revoked.
    #[error("the token was spent or revoked")]
    Ended,
    /// What it hangs on has ended.
    #[error("what the token hangs on has ended")]
    Grant(#[from] NotAlive),
}

impl TokenRecord {
    /// Whether the token counts at `now`.
    ///
    /// # Errors
    /// The reason why it does not.
    pub fn is_alive(&self, now: Timestamp) -> Result<(), TokenNotAlive> {
        if now >= self.expires_at {
            return Err(TokenNotAlive::Expired);
        }
        if self.ended_at.is_some() {
            return Err(TokenNotAlive::Ended);
        }
        Ok(grant_is_alive(&self.liveness)?)
    }
}

/// A `resource` that was not granted (RFC 8707 §2.2: `invalid_target`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a resource was not granted")]
pub struct InvalidTarget;

/// The resources of a token: those asked for, which must be among those granted, or all granted.
///
/// # Errors
/// When one that was not granted is asked for.
pub fn narrow_resources(
    granted: &[Resource],
    asked: &[Resource],
) -> Result<Vec<Resource>, InvalidTarget> {
    if asked.is_empty() {
        return Ok(granted.to_vec());
    }
    if asked.iter().all(|resource| granted.contains(resource)) {
        Ok(asked.to_vec())
    } else {
        Err(InvalidTarget)
    }
}
