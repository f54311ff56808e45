//! A grant as administrators see it.

use super::{LivenessFacts, NotAlive, Revocation, grant_is_alive};
use crate::clients::ClientId;
use crate::clock::Timestamp;
use crate::id::{ClientKey, GrantId, SessionId, UserId};
use crate::scopes::{Resource, Scope};
use crate::sessions::Authentication;
use crate::users::Username;

/// That something was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revoked {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: Revocation,
}

/// A row of `grants`, with everything that its life depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRecord {
    /// Its key.
    pub id: GrantId,
    /// Who may use it.
    pub client: ClientKey,
    /// Who may use it, on the wire.
    pub client_id: ClientId,
    /// Who gave it.
    pub user: UserId,
    /// Their name.
    pub username: Username,
    /// The session that it ends with; `None` for offline access.
    pub session: Option<SessionId>,
    /// What was granted.
    pub scope: Scope,
    /// For which resource servers.
    pub resources: Vec<Resource>,
    /// How the user had proved who they are.
    pub authentication: Authentication,
    /// When it was made.
    pub created_at: Timestamp,
    /// That it was revoked.
    pub revoked: Option<Revoked>,
    /// What its life depends on.
    pub liveness: LivenessFacts,
}

impl GrantRecord {
    /// Whether it still stands.
    ///
    /// # Errors
    /// The first reason why it does not.
    pub const fn is_alive(&self) -> Result<(), NotAlive> {
        grant_is_alive(&self.liveness)
    }
}
