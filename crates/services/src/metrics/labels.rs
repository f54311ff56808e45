//! What the numbers of services are told apart by.

use authly_domain::clients::GrantType;
use authly_domain::jobs::{JobName, JobOutcome};
use authly_domain::keys::SigningAlgorithm;
use authly_domain::throttle::ThrottleKind;

use super::Label;
use crate::clients::RefusedClient;
use crate::sessions::LoginError;

impl Label for GrantType {
    const NAME: &'static str = "grant_type";
    const ALL: &'static [Self] = &Self::ALL;

    fn value(self) -> &'static str {
        self.as_str()
    }
}

impl Label for JobName {
    const NAME: &'static str = "job";
    const ALL: &'static [Self] = &Self::ALL;

    fn value(self) -> &'static str {
        self.as_str()
    }
}

impl Label for JobOutcome {
    const NAME: &'static str = "outcome";
    const ALL: &'static [Self] = &Self::ALL;

    fn value(self) -> &'static str {
        self.as_str()
    }
}

impl Label for ThrottleKind {
    const NAME: &'static str = "kind";
    const ALL: &'static [Self] = &Self::ALL;

    fn value(self) -> &'static str {
        self.as_str()
    }
}

impl Label for SigningAlgorithm {
    const NAME: &'static str = "alg";
    const ALL: &'static [Self] = &Self::ALL;

    fn value(self) -> &'static str {
        self.as_str()
    }
}

/// Why a client was refused, as it is counted: what is wrong with an assertion is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientRefusal {
    /// There is no such client.
    Unknown,
    /// It is disabled.
    Inactive,
    /// The secret is wrong.
    WrongSecret,
    /// The assertion is wrong.
    WrongAssertion,
    /// It is registered for another method.
    WrongMethod,
    /// It is being changed.
    Changing,
}

impl From<RefusedClient> for ClientRefusal {
    fn from(reason: RefusedClient) -> Self {
        match reason {
            RefusedClient::Unknown => Self::Unknown,
            RefusedClient::Inactive => Self::Inactive,
            RefusedClient::WrongSecret => Self::WrongSecret,
            RefusedClient::WrongAssertion(_flaw) => Self::WrongAssertion,
            RefusedClient::WrongMethod => Self::WrongMethod,
            RefusedClient::Changing => Self::Changing,
        }
    }
}

impl Label for ClientRefusal {
    const NAME: &'static str = "reason";
    const ALL: &'static [Self] = &[
        Self::Unknown,
        Self::Inactive,
        Self::WrongSecret,
        Self::WrongAssertion,
        Self::WrongMethod,
        Self::Changing,
    ];

    fn value(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Inactive => "inactive",
            Self::WrongSecret => "wrong_secret",
            Self::WrongAssertion => "wrong_assertion",
            Self::WrongMethod => "wrong_method",
            Self::Changing => "changing",
        }
    }
}

/// How a login ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginOutcome {
    /// The password was right.
    Succeeded,
    /// User name or password was wrong, or the account is disabled.
    WrongCredentials,
    /// What was typed cannot be a password.
    Malformed,
    /// Too many attempts came before.
    Throttled,
    /// Too many passwords waited to be checked.
    Busy,
    /// The server failed, or its database was away.
    Failed,
}

impl LoginOutcome {
    /// How a login ended that failed like this.
    pub(crate) const fn of(error: &LoginError) -> Self {
        match error {
            LoginError::WrongCredentials => Self::WrongCredentials,
            LoginError::Form(_) => Self::Malformed,
            LoginError::Throttled { .. } => Self::Throttled,
            LoginError::Busy => Self::Busy,
            LoginError::Hashing(_) | LoginError::Storage(_) => Self::Failed,
        }
    }
}

impl Label for LoginOutcome {
    const NAME: &'static str = "outcome";
    const ALL: &'static [Self] = &[
        Self::Succeeded,
        Self::WrongCredentials,
        Self::Malformed,
        Self::Throttled,
        Self::Busy,
        Self::Failed,
    ];

    fn value(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::WrongCredentials => "wrong_credentials",
            Self::Malformed => "malformed",
            Self::Throttled => "throttled",
            Self::Busy => "busy",
            Self::Failed => "failed",
        }
    }
}

/// What a connection to the database is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ConnectionState {
    Idle,
    InUse,
}

impl Label for ConnectionState {
    const NAME: &'static str = "state";
    const ALL: &'static [Self] = &[Self::Idle, Self::InUse];

    fn value(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::InUse => "in_use",
        }
    }
}
