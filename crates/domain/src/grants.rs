//! Grants: one authorization each, the family its tokens belong to; and whether one is alive.

mod application;
mod record;

use std::str::FromStr;

use crate::clock::Timestamp;
use crate::id::{ClientKey, GrantId, SessionId, UserId};
use crate::keys::UnknownValue;
use crate::scopes::{Resource, Scope};
use crate::sessions::Authentication;
use crate::users::{RequestedClaim, Subject};

pub use application::Application;
pub use record::{GrantRecord, Revoked};

/// Everything that a token's life depends on beside its own expiry, as one statement read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LivenessFacts {
    /// Whether the user is active; `None` where there is no user (client credentials).
    pub user_is_active: Option<bool>,
    /// Whether the client is active.
    pub client_is_active: bool,
    /// When the grant was revoked; `None` where it was not or there is none.
    pub grant_revoked_at: Option<Timestamp>,
    /// When the session that the grant hangs on was logged out or revoked; `None` where it was not,
    /// or where the grant is offline. Mere expiry does not count.
    pub session_ended_at: Option<Timestamp>,
    /// When the key that signed the token was revoked; `None` where it was not or none did.
    pub key_revoked_at: Option<Timestamp>,
}

/// Why a grant is not alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAlive {
    /// The user was disabled.
    #[error("the user is not active")]
    UserInactive,
    /// The client was disabled.
    #[error("the client is not active")]
    ClientInactive,
    /// The grant was revoked.
    #[error("the grant was revoked")]
    GrantRevoked,
    /// The session was logged out or revoked.
    #[error("the session has ended")]
    SessionEnded,
    /// The signing key was revoked.
    #[error("the signing key was revoked")]
    KeyRevoked,
}

/// The one rule on whether what was granted still stands (decisions 2). Code exchange, refresh,
/// introspection and UserInfo ask it, and so does every path that is added.
///
/// # Errors
/// The first reason why it does not.
pub const fn grant_is_alive(facts: &LivenessFacts) -> Result<(), NotAlive> {
    if let Some(false) = facts.user_is_active {
        return Err(NotAlive::UserInactive);
    }
    if !facts.client_is_active {
        return Err(NotAlive::ClientInactive);
    }
    if facts.grant_revoked_at.is_some() {
        return Err(NotAlive::GrantRevoked);
    }
    if facts.session_ended_at.is_some() {
        return Err(NotAlive::SessionEnded);
    }
    if facts.key_revoked_at.is_some() {
        return Err(NotAlive::KeyRevoked);
    }
    Ok(())
}

/// Why a grant or a token was revoked, as the column `revoked_reason` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// A spent refresh token was presented again.
    RefreshTokenReuse,
    /// A redeemed code was presented again.
    CodeReplay,
    /// The client asked for it (RFC 7009).
    ByClient,
    /// The user's password was changed.
    PasswordChanged,
    /// An administrator ended it.
    ByAdministrator,
    /// Its user took the access back.
    ByUser,
}

impl Revocation {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::RefreshTokenReuse,
        Self::CodeReplay,
        Self::ByClient,
        Self::PasswordChanged,
        Self::ByAdministrator,
        Self::ByUser,
    ];

    /// Its name in the column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RefreshTokenReuse => "refresh_token_reuse",
            Self::CodeReplay => "code_replay",
            Self::ByClient => "by_client",
            Self::PasswordChanged => "password_changed",
            Self::ByAdministrator => "by_administrator",
            Self::ByUser => "by_user",
        }
    }
}

impl FromStr for Revocation {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        let mut all = Self::ALL.into_iter();
        all.find(|one| one.as_str() == text).ok_or(UnknownValue)
    }
}

/// A grant about to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGrant {
    /// Its key.
    pub id: GrantId,
    /// Who may use it.
    pub client: ClientKey,
    /// Who gave it.
    pub user: UserId,
    /// The session that it ends with; `None` for offline access.
    pub session: Option<SessionId>,
    /// What was granted.
    pub scope: Scope,
    /// For which resource servers (RFC 8707).
    pub resources: Vec<Resource>,
    /// The claims that were asked for beside scopes, and allowed.
    pub claims: Vec<RequestedClaim>,
    /// The `sub` of its tokens where that is not the user's own: what a pairwise client knows.
    pub pairwise_subject: Option<Subject>,
    /// How the user had proved who they are.
    pub authentication: Authentication,
    /// When.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alive() -> LivenessFacts {
        LivenessFacts {
            user_is_active: Some(true),
            client_is_active: true,
            grant_revoked_at: None,
            session_ended_at: None,
            key_revoked_at: None,
        }
    }

    #[test]
    fn a_grant_lives_while_everything_it_hangs_on_does() {
        assert_eq!(grant_is_alive(&alive()), Ok(()));
        assert_eq!(
            grant_is_alive(&LivenessFacts {
                user_is_active: None,
                ..alive()
            }),
            Ok(())
        );
    }

    #[test]
    fn each_thing_that_ends_ends_the_grant() {
        let then = Timestamp::from_unix_seconds(1);
        for (facts, reason) in [
            (
                LivenessFacts {
                    user_is_active: Some(false),
                    ..alive()
                },
                NotAlive::UserInactive,
            ),
            (
                LivenessFacts {
                    client_is_active: false,
                    ..alive()
                },
                NotAlive::ClientInactive,
            ),
            (
                LivenessFacts {
                    grant_revoked_at: then,
                    ..alive()
                },
                NotAlive::GrantRevoked,
            ),
            (
                LivenessFacts {
                    session_ended_at: then,
                    ..alive()
                },
                NotAlive::SessionEnded,
            ),
            (
                LivenessFacts {
                    key_revoked_at: then,
                    ..alive()
                },
                NotAlive::KeyRevoked,
            ),
        ] {
            assert_eq!(grant_is_alive(&facts), Err(reason));
        }
    }
}
