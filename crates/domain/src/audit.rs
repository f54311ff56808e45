//! Events worth keeping: who did what, to what, from where.

use std::net::IpAddr;

use crate::clock::Timestamp;
use crate::id::{AuditEventId, ClientKey, GrantId, SessionId, UserId};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditAction {
    /// A spent refresh token was presented again, and its grant revoked.
    RefreshTokenReuse,
    /// A redeemed code was presented again, and its grant revoked.
    CodeReplay,
    /// A user changed their password; their other sessions and grants ended.
    PasswordChanged,
    /// The first administrator was created.
    AdministratorCreated,
    /// The signing keys were rotated.
    KeysRotated,
}

impl AuditAction {
    /// Its name in the column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RefreshTokenReuse => "refresh_token.reused",
            Self::CodeReplay => "code.replayed",
            Self::PasswordChanged => "password.changed",
            Self::AdministratorCreated => "administrator.created",
            Self::KeysRotated => "keys.rotated",
        }
    }
}

/// A row of `audit_events`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its key.
    pub id: AuditEventId,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub action: AuditAction,
    /// The user it concerns.
    pub user: Option<UserId>,
    /// The client it concerns.
    pub client: Option<ClientKey>,
    /// The grant it concerns.
    pub grant: Option<GrantId>,
    /// The session it concerns.
    pub session: Option<SessionId>,
    /// Where the request came from.
    pub address: Option<IpAddr>,
}
