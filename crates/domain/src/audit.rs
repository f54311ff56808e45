//! Events worth keeping: who did what, to what, from where, and with what result.

mod action;
mod record;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::str::FromStr;

use crate::clock::Timestamp;
use crate::configuration::ConfigurationName;
use crate::id::{AuditEventId, ClientKey, GrantId, SessionId, UserId};
use crate::keys::UnknownValue;
use crate::users::Username;

pub use action::AuditAction;
pub use record::{AuditRecord, Link, Personal, Seal};

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuditOutcome {
    /// It was done.
    Succeeded,
    /// It was refused.
    Refused,
}

impl AuditOutcome {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Succeeded, Self::Refused];

    /// Its name in the column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Refused => "refused",
        }
    }
}

impl FromStr for AuditOutcome {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        let mut all = Self::ALL.into_iter();
        all.find(|one| one.as_str() == text).ok_or(UnknownValue)
    }
}

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A person who was logged in.
    User(UserId),
    /// A client that had proven itself.
    Client(ClientKey),
    /// Whoever works on the server's own machine.
    Machine,
    /// The server, by itself.
    Server,
    /// Nobody was proven to be anybody.
    Anonymous,
}

impl Actor {
    /// The name of its kind in the column.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Client(_) => "client",
            Self::Machine => "machine",
            Self::Server => "server",
            Self::Anonymous => "anonymous",
        }
    }

    /// The person, if it is one.
    #[must_use]
    pub const fn user(self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(id),
            _ => None,
        }
    }

    /// The client, if it is one.
    #[must_use]
    pub const fn client(self) -> Option<ClientKey> {
        match self {
            Self::Client(key) => Some(key),
            _ => None,
        }
    }
}

/// The request behind an event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// Its number in the log.
    pub request: Option<String>,
    /// Where it came from.
    pub address: Option<IpAddr>,
    /// `User-Agent`.
    pub user_agent: Option<String>,
}

impl From<IpAddr> for Origin {
    fn from(address: IpAddr) -> Self {
        Self {
            address: Some(address),
            ..Self::default()
        }
    }
}

/// An event about to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its key.
    pub id: AuditEventId,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub action: AuditAction,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// Who did it.
    pub actor: Actor,
    /// The user it concerns.
    pub user: Option<UserId>,
    /// The client it concerns.
    pub client: Option<ClientKey>,
    /// The grant it concerns.
    pub grant: Option<GrantId>,
    /// The session it concerns.
    pub session: Option<SessionId>,
    /// What else it concerns, by name: a scope, a key, a token.
    pub target: Option<String>,
    /// What else there is to say. Nothing of it tells of a person, and none is a secret.
    pub details: BTreeMap<&'static str, String>,
    /// The request behind it.
    pub origin: Origin,
    /// The name of the account that was tried.
    pub username: Option<Username>,
}

impl AuditEvent {
    /// Something that was done, and concerns nobody yet.
    #[must_use]
    pub const fn new(
        id: AuditEventId,
        at: Timestamp,
        action: AuditAction,
        actor: Actor,
        origin: Origin,
    ) -> Self {
        Self {
            id,
            at,
            action,
            outcome: AuditOutcome::Succeeded,
            actor,
            user: None,
            client: None,
            grant: None,
            session: None,
            target: None,
            details: BTreeMap::new(),
            origin,
            username: None,
        }
    }

    /// It was refused.
    #[must_use]
    pub const fn refused(mut self) -> Self {
        self.outcome = AuditOutcome::Refused;
        self
    }

    /// It concerns this user.
    #[must_use]
    pub fn of_user(mut self, user: impl Into<Option<UserId>>) -> Self {
        self.user = user.into();
        self
    }

    /// It concerns this client.
    #[must_use]
    pub fn of_client(mut self, client: impl Into<Option<ClientKey>>) -> Self {
        self.client = client.into();
        self
    }

    /// It concerns this grant.
    #[must_use]
    pub fn of_grant(mut self, grant: impl Into<Option<GrantId>>) -> Self {
        self.grant = grant.into();
        self
    }

    /// It concerns this session.
    #[must_use]
    pub fn of_session(mut self, session: impl Into<Option<SessionId>>) -> Self {
        self.session = session.into();
        self
    }

    /// It concerns what has this name.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "numbers and names are given as they are"
    )]
    pub fn of(mut self, target: impl ToString) -> Self {
        self.target = Some(target.to_string());
        self
    }

    /// Says more about it.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "numbers and names are given as they are"
    )]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.details.insert(name, value.to_string());
        self
    }

    /// What was marked with the configuration that looks after it, or as nobody's, if it was.
    #[must_use]
    pub fn marked(self, mark: Option<Option<&ConfigurationName>>) -> Self {
        match mark {
            None => self,
            Some(name) => self.with("managed_by", name.map_or("", ConfigurationName::as_str)),
        }
    }

    /// Whose the personal values are: the actor's, or those of the account that was tried.
    #[must_use]
    pub const fn person(&self) -> Option<UserId> {
        match self.actor {
            Actor::User(id) => Some(id),
            Actor::Anonymous => self.user,
            Actor::Client(_) | Actor::Machine | Actor::Server => None,
        }
    }

    /// What of it tells of a person; `None` for nothing.
    #[must_use]
    pub fn personal(&self) -> Option<Personal> {
        let personal = Personal {
            username: self.username.as_ref().map(ToString::to_string),
            address: self.origin.address,
            user_agent: self.origin.user_agent.clone(),
        };
        (personal != Personal::default()).then_some(personal)
    }
}
