//! Administration: who acts, and whether what they ask for is meant.

use crate::audit::{Actor, Origin};
use crate::clients::ClientId;
use crate::id::{ClientKey, UserId};
use crate::users::Username;

/// Who administers: a person with `is_admin`, or a service client that an administrator entitled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Administrator {
    /// A person.
    User {
        /// Who.
        id: UserId,
        /// Their name.
        username: Username,
        /// The request by which they act.
        origin: Origin,
    },
    /// A service client.
    Client {
        /// Which.
        key: ClientKey,
        /// Its name on the wire.
        client_id: ClientId,
        /// The request by which it acts.
        origin: Origin,
    },
}

impl Administrator {
    /// The person who acts, if it is one.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        match self {
            Self::User { id, .. } => Some(*id),
            Self::Client { .. } => None,
        }
    }

    /// The service client that acts, if it is one.
    #[must_use]
    pub const fn client(&self) -> Option<ClientKey> {
        match self {
            Self::User { .. } => None,
            Self::Client { key, .. } => Some(*key),
        }
    }

    /// Who acts, for the audit trail.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        match self {
            Self::User { id, .. } => Actor::User(*id),
            Self::Client { key, .. } => Actor::Client(*key),
        }
    }

    /// The request by which they act.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        match self {
            Self::User { origin, .. } | Self::Client { origin, .. } => origin,
        }
    }

    /// The same administrator, who acts by this request.
    #[must_use]
    pub fn by_request(mut self, request: Origin) -> Self {
        match &mut self {
            Self::User { origin, .. } | Self::Client { origin, .. } => *origin = request,
        }
        self
    }

    /// Whether the person with this id is who acts.
    #[must_use]
    pub fn is_user(&self, user: UserId) -> bool {
        matches!(self, Self::User { id, .. } if *id == user)
    }

    /// Whether this client is who acts.
    #[must_use]
    pub fn is_client(&self, client: ClientKey) -> bool {
        matches!(self, Self::Client { key, .. } if *key == client)
    }
}

/// Whether a change is meant, or only what it would do is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// It is meant.
    ForReal,
    /// It is done and undone: checked as a real one is, answered alike, and nothing is stored.
    Dry,
}
