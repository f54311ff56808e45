//! Browser sessions: one login in one browser, made of steps that the server keeps.

mod device;
mod known_browser;
mod record;

use std::str::FromStr;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::{SessionId, UserId};
use crate::keys::UnknownValue;
use crate::users::{Subject, Username};

pub use device::Device;
pub use known_browser::{KnownAccount, KnownBrowser, MAX_KNOWN_ACCOUNTS};
pub use record::{EndedSession, SessionEnd, SessionRecord, SessionState};

/// A step that stands between a right password and a session that counts. The steps left to do are
/// kept with the session, so that none can be skipped by asking for a later page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginStep {
    /// The password was made by somebody else and must be changed.
    ChangePassword,
}

impl LoginStep {
    /// Its name in the column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ChangePassword => "change_password",
        }
    }
}

impl FromStr for LoginStep {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        match text {
            "change_password" => Ok(Self::ChangePassword),
            _ => Err(UnknownValue),
        }
    }
}

/// How strongly somebody can prove who they are at present: the `acr` values, the weakest first.
pub const ACR_VALUES: [&str; 1] = ["1"];

/// How somebody proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authentication {
    /// When: the `auth_time` claim.
    pub auth_time: Timestamp,
    /// How strongly: the `acr` claim. `1` is a password (decisions 12).
    pub acr: String,
    /// By which methods: the `amr` claim (RFC 8176).
    pub amr: Vec<String>,
}

impl Authentication {
    /// By a password, at `auth_time`.
    #[must_use]
    pub fn by_password(auth_time: Timestamp) -> Self {
        Self {
            auth_time,
            acr: "1".to_owned(),
            amr: vec!["pwd".to_owned()],
        }
    }
}

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionRules {
    /// Without any use.
    pub idle: Duration,
    /// In all.
    pub absolute: Duration,
}

/// A row of `sessions` that has neither ended nor expired, with what pages say of its user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its key; the `sid` claim.
    pub id: SessionId,
    /// Who logged in.
    pub user: UserId,
    /// The user's `sub`.
    pub subject: Subject,
    /// The user's name on pages.
    pub username: Username,
    /// How they proved it.
    pub authentication: Authentication,
    /// What is left to do before the session counts.
    pub pending: Vec<LoginStep>,
    /// When it was last used, as far as that was written down.
    pub last_seen_at: Timestamp,
}

impl Session {
    /// The next step, if there is one: until it is done the session opens nothing else.
    #[must_use]
    pub fn next_step(&self) -> Option<LoginStep> {
        self.pending.first().copied()
    }

    /// Whether its use should be written down again: once in a while, not at each request.
    #[must_use]
    pub fn should_note_use(&self, now: Timestamp) -> bool {
        now.since(self.last_seen_at) >= Duration::from_mins(5)
    }
}
