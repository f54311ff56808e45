//! A session as administrators see it, whatever has become of it.

use std::net::IpAddr;
use std::str::FromStr;

use super::{Authentication, LoginStep, SessionRules};
use crate::clock::Timestamp;
use crate::id::{SessionId, UserId};
use crate::keys::UnknownValue;
use crate::users::Username;

/// Why a session was ended, as the column `ended_reason` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEnd {
    /// Its user logged out.
    LoggedOut,
    /// Somebody else logged in, in the same browser.
    Replaced,
    /// Its user's password was changed.
    PasswordChanged,
    /// An administrator ended it.
    ByAdministrator,
}

impl SessionEnd {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::LoggedOut,
        Self::Replaced,
        Self::PasswordChanged,
        Self::ByAdministrator,
    ];

    /// Its name in the column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LoggedOut => "logged_out",
            Self::Replaced => "replaced",
            Self::PasswordChanged => "password_changed",
            Self::ByAdministrator => "by_administrator",
        }
    }
}

impl FromStr for SessionEnd {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        let mut all = Self::ALL.into_iter();
        all.find(|one| one.as_str() == text).ok_or(UnknownValue)
    }
}

/// That a session was ended, and did not merely expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedSession {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: SessionEnd,
}

/// A row of `sessions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// Its key; the `sid` claim.
    pub id: SessionId,
    /// Who logged in.
    pub user: UserId,
    /// Their name.
    pub username: Username,
    /// Whether they are active.
    pub user_is_active: bool,
    /// How they proved who they are.
    pub authentication: Authentication,
    /// What is left to do before the session counts.
    pub pending: Vec<LoginStep>,
    /// From where they logged in.
    pub address: IpAddr,
    /// With which browser; empty where it did not say.
    pub user_agent: String,
    /// When they logged in.
    pub created_at: Timestamp,
    /// When it was last used, as far as that was written down.
    pub last_seen_at: Timestamp,
    /// Its absolute end.
    pub expires_at: Timestamp,
    /// That it was ended.
    pub ended: Option<EndedSession>,
}

/// What a session is good for at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// It opens what its user may.
    Active,
    /// A step of the login is left.
    Pending,
    /// It was ended.
    Ended,
    /// Its user is disabled.
    UserInactive,
    /// Its time is over.
    Expired,
    /// It was not used for too long.
    Idle,
}

impl SessionState {
    /// Whether the browser that holds it is taken for its user's.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Active | Self::Pending)
    }
}

impl SessionRecord {
    /// What it is good for at `now`, by the same conditions as a browser's cookie is looked up.
    #[must_use]
    pub fn state(&self, rules: &SessionRules, now: Timestamp) -> SessionState {
        if self.ended.is_some() {
            SessionState::Ended
        } else if !self.user_is_active {
            SessionState::UserInactive
        } else if now >= self.expires_at {
            SessionState::Expired
        } else if self.last_seen_at <= now.minus(rules.idle) {
            SessionState::Idle
        } else if self.pending.is_empty() {
            SessionState::Active
        } else {
            SessionState::Pending
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use pretty_assertions::assert_eq;
    use uuid::Uuid;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds).unwrap()
    }

    fn record() -> SessionRecord {
        SessionRecord {
            id: SessionId::from_uuid(Uuid::nil()),
            user: UserId::from_uuid(Uuid::nil()),
            username: "alice".parse().unwrap(),
            user_is_active: true,
            authentication: Authentication::by_password(at(0)),
            pending: Vec::new(),
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            user_agent: String::new(),
            created_at: at(0),
            last_seen_at: at(0),
            expires_at: at(100),
            ended: None,
        }
    }

    #[test]
    fn a_session_is_good_until_the_first_of_its_ends() {
        let rules = SessionRules {
            idle: Duration::from_mins(1),
            absolute: Duration::from_secs(100),
        };
        let mut one = record();
        assert_eq!(one.state(&rules, at(59)), SessionState::Active);
        assert_eq!(one.state(&rules, at(60)), SessionState::Idle);
        assert_eq!(one.state(&rules, at(100)), SessionState::Expired);
        one.pending = vec![LoginStep::ChangePassword];
        assert_eq!(one.state(&rules, at(59)), SessionState::Pending);
        one.user_is_active = false;
        assert_eq!(one.state(&rules, at(59)), SessionState::UserInactive);
        one.ended = Some(EndedSession {
            at: at(5),
            why: SessionEnd::ByAdministrator,
        });
        assert_eq!(one.state(&rules, at(59)), SessionState::Ended);
    }

    #[test]
    fn every_end_reads_back_from_its_name() {
        for end in SessionEnd::ALL {
            assert_eq!(end.as_str().parse(), Ok(end));
        }
        assert_eq!("vanished".parse::<SessionEnd>(), Err(UnknownValue));
    }
}
