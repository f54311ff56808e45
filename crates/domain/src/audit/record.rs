//! Events as they are stored, and what of them is sealed.

use std::net::IpAddr;

use crate::clock::Timestamp;
use crate::id::{AuditEventId, ClientKey, GrantId, SessionId, UserId, UuidBacked};

/// A place in the chain: everything up to it is sealed by its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// How many events led here.
    pub position: i64,
    /// What seals all of them.
    pub hash: [u8; 32],
}

/// How an event hangs in the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seal {
    /// Its place, and what seals it and all before it.
    pub link: Link,
    /// The hash of the event before it.
    pub previous: [u8; 32],
}

/// What of an event tells of a person. Erasure removes it, and leaves the commitment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Personal {
    /// The name of the account that was tried.
    pub username: Option<String>,
    /// Where the request came from.
    pub address: Option<IpAddr>,
    /// What the program called itself.
    pub user_agent: Option<String>,
}

impl Personal {
    /// The values as bytes of which no two differ by accident.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = Canonical::default();
        bytes.text(self.username.as_deref());
        bytes.text(self.address.map(|address| address.to_string()).as_deref());
        bytes.text(self.user_agent.as_deref());
        bytes.0
    }
}

/// An event as it is stored. Words are as the columns hold them, so that whatever somebody has written
/// there can still be held against the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its key.
    pub id: AuditEventId,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub action: String,
    /// How it ended.
    pub outcome: String,
    /// What kind of actor did it.
    pub actor_kind: String,
    /// The person who did it.
    pub actor_user: Option<UserId>,
    /// The client that did it.
    pub actor_client: Option<ClientKey>,
    /// The user it concerns.
    pub user: Option<UserId>,
    /// The client it concerns.
    pub client: Option<ClientKey>,
    /// The grant it concerns.
    pub grant: Option<GrantId>,
    /// The session it concerns.
    pub session: Option<SessionId>,
    /// What else it concerns, by name.
    pub target: Option<String>,
    /// A JSON object of texts.
    pub details: Option<String>,
    /// The number of the request.
    pub request: Option<String>,
    /// The digest of the personal values.
    pub commitment: Option<Vec<u8>>,
    /// The personal values with their salt; absent where there were none, or they were erased.
    pub personal: Option<(Vec<u8>, Personal)>,
    /// How it hangs in the chain; `None` until it is sealed.
    pub seal: Option<Seal>,
}

impl AuditRecord {
    /// Whose the personal values beside it are: the actor's, or those of the account that was tried.
    #[must_use]
    pub fn person(&self) -> Option<UserId> {
        match self.actor_kind.as_str() {
            "user" => self.actor_user,
            "anonymous" => self.user,
            _ => None,
        }
    }

    /// What is sealed of it, as bytes of which no two differ by accident. Each field is a mark of
    /// whether it is there, its length, and the field.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = Canonical::default();
        bytes.field(Some(self.id.as_uuid().as_bytes()));
        let micros = self.at.as_date_time().unix_timestamp_nanos() / 1_000;
        bytes.field(Some(&micros.to_be_bytes()));
        bytes.text(Some(&self.action));
        bytes.text(Some(&self.outcome));
        bytes.text(Some(&self.actor_kind));
        bytes.id(self.actor_user);
        bytes.id(self.actor_client);
        bytes.id(self.user);
        bytes.id(self.client);
        bytes.id(self.grant);
        bytes.id(self.session);
        bytes.text(self.target.as_deref());
        bytes.text(self.details.as_deref());
        bytes.text(self.request.as_deref());
        bytes.field(self.commitment.as_deref());
        bytes.0
    }
}

/// Fields one after the other.
#[derive(Default)]
struct Canonical(Vec<u8>);

impl Canonical {
    fn field(&mut self, value: Option<&[u8]>) {
        match value {
            None => self.0.push(0),
            Some(value) => {
                self.0.push(1);
                self.0.extend((value.len() as u64).to_be_bytes());
                self.0.extend(value);
            }
        }
    }

    fn id(&mut self, id: Option<impl UuidBacked>) {
        self.field(
            id.map(|id| id.bare())
                .as_ref()
                .map(|id| id.as_bytes().as_slice()),
        );
    }

    fn text(&mut self, value: Option<&str>) {
        self.field(value.map(str::as_bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_read_alike_side_by_side_are_told_apart() {
        let of = |username: Option<&str>, user_agent: Option<&str>| {
            let personal = Personal {
                username: username.map(str::to_owned),
                address: None,
                user_agent: user_agent.map(str::to_owned),
            };
            personal.canonical()
        };
        let all = [
            of(None, None),
            of(Some(""), None),
            of(None, Some("")),
            of(Some("ab"), Some("c")),
            of(Some("a"), Some("bc")),
        ];
        for (index, one) in all.iter().enumerate() {
            let others = all.iter().skip(index + 1);
            assert!(others.into_iter().all(|other| other != one), "{index}");
        }
    }
}
