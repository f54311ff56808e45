//! Refresh tokens as records.

use crate::clock::Timestamp;
use crate::grants::{LivenessFacts, Revocation};
use crate::id::{ClientKey, GrantId, SessionId, TokenId, UserId};
use crate::scopes::{Resource, Scope};
use crate::secret::SecretDigest;
use crate::sessions::Authentication;
use crate::users::{GrantedClaims, Subject};

/// A successor's value, sealed under its predecessor's (decisions 5): who does not hold the spent
/// token cannot open it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSuccessor(Vec<u8>);

impl SealedSuccessor {
    /// Wraps nonce and ciphertext.
    #[must_use]
    pub const fn new(sealed: Vec<u8>) -> Self {
        Self(sealed)
    }

    /// Nonce and ciphertext.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A refresh token about to be stored: its digest, never itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefreshToken {
    /// Its key.
    pub id: TokenId,
    /// Under which it is found.
    pub digest: SecretDigest,
    /// The grant it belongs to.
    pub grant: GrantId,
    /// Who may use it.
    pub client: ClientKey,
    /// Who gave it.
    pub user: UserId,
    /// What it can be exchanged for at most.
    pub scope: Scope,
    /// For which resource servers.
    pub resources: Vec<Resource>,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it ends, unless it is used before.
    pub expires_at: Timestamp,
}

/// Where in its life a refresh token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefreshState {
    /// It can be used.
    Live,
    /// It was exchanged for a successor.
    Spent {
        /// When.
        at: Timestamp,
        /// The successor's sealed value; `None` once that was used or the window was over.
        successor: Option<SealedSuccessor>,
    },
    /// It was revoked.
    Revoked,
}

/// A stored refresh token with everything that its exchange depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshTokenRecord {
    /// Its key.
    pub id: TokenId,
    /// The grant it belongs to.
    pub grant: GrantId,
    /// Whose it is.
    pub client: ClientKey,
    /// Who gave it.
    pub user: UserId,
    /// What the client may know of them.
    pub claims: GrantedClaims,
    /// The subject by which its client knows them, where that is not their own.
    pub pairwise_subject: Option<Subject>,
    /// The session it hangs on.
    pub session: Option<SessionId>,
    /// What it can be exchanged for at most.
    pub scope: Scope,
    /// For which resource servers.
    pub resources: Vec<Resource>,
    /// How the user had proved who they are.
    pub authentication: Authentication,
    /// The token it succeeded.
    pub predecessor: Option<TokenId>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When its grant was made: the absolute lifetime counts from here.
    pub grant_created_at: Timestamp,
    /// Where in its life it is.
    pub state: RefreshState,
    /// Why its grant was revoked, where it was.
    pub grant_revoked_for: Option<Revocation>,
    /// What else its life depends on.
    pub liveness: LivenessFacts,
    /// The present version of the client's row.
    pub client_version: i64,
}
