//! The audit trail: who did what, and whether what is stored of it is what was sealed.

mod verification;

use std::collections::BTreeMap;

use authly_domain::id::{AuditEventId, ClientKey, GrantId, SessionId, UserId};
use authly_domain::scopes::AdminScope::AuditRead;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, Moment, Page};
use crate::endpoint::Access::Scope;
use crate::endpoint::endpoint;

pub use verification::{Fault, FaultKind, Place, Unsealed, Verification, VerifyQuery};

endpoint! {
    /// Lists events, the newest first, sealed or not.
    pub List = "audit.list", Get "/admin/audit", Scope(AuditRead);
    query: ListQuery;
    answer: 200 Page<Event>;
}

endpoint! {
    /// Reads sealed events in the order of the chain, after a place in it: to follow the trail, and to
    /// export it. Nothing is missed: an event gets its place when it is sealed, which is within a second.
    pub Follow = "audit.follow", Get "/admin/audit/follow", Scope(AuditRead);
    query: FollowQuery;
    answer: 200 Followed;
}

endpoint! {
    /// Holds a part of the trail against its chain, and names what was altered, removed, inserted or
    /// put in another order. A long trail takes several calls, each of which goes on where the one
    /// before has ended.
    pub Verify = "audit.verify", Get "/admin/audit/verify", Scope(AuditRead);
    query: VerifyQuery;
    answer: 200 Verification;
}

/// Which events are listed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListQuery {
    /// Only what is called so, such as `users.disable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Only what was done by the user or the client with this id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Id<UserId>>,
    /// Only what concerns this user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Id<UserId>>,
    /// Only what concerns this client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<Id<ClientKey>>,
    /// Only what ended so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Only what the request of this number did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Only what happened at this moment or later, to the millisecond.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Moment>,
    /// Only what happened before this moment, to the millisecond.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// How many events a page holds: 1 to 200, 50 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Which events are followed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FollowQuery {
    /// The place after which to read; the beginning if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<i64>,
    /// Only what is called so, such as `users.disable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Only what was done by the user or the client with this id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Id<UserId>>,
    /// Only what concerns this user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Id<UserId>>,
    /// Only what concerns this client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<Id<ClientKey>>,
    /// Only what ended so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Only what the request of this number did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Only what happened at this moment or later, to the millisecond.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Moment>,
    /// Only what happened before this moment, to the millisecond.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// How many events an answer holds: 1 to 200, 50 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

/// How something ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It was done.
    Succeeded,
    /// It was refused.
    Refused,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// Its id.
    pub id: Id<AuditEventId>,
    /// When it happened.
    pub at: Moment,
    /// What happened, such as `users.disable`; what is done through the admin API is called as its
    /// endpoint.
    pub action: String,
    /// How it ended: `succeeded` or `refused`.
    pub outcome: String,
    /// Who did it.
    pub actor: Actor,
    /// The user it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<ConcernedUser>,
    /// The client it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ConcernedClient>,
    /// The grant it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<Id<GrantId>>,
    /// The session it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Id<SessionId>>,
    /// What else it concerns, by name: a scope, a key, settings, or what was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What else there is to say.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, String>,
    /// The number of the request, as the log has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The name of the account that was tried. Goes with its user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Where the request came from. Goes with its user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What the program called itself. Goes with its user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Its place in the chain and the hash that seals it; absent until it is sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Place>,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// `user`, `client`, `machine` (whoever works on the server's own machine), `server` (by itself) or
    /// `anonymous` (nobody was proven to be anybody).
    pub kind: String,
    /// The id of the user or the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Id<UserId>>,
    /// The user's name or the client's `client_id`, while they are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A user whom an event concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConcernedUser {
    /// Their id.
    pub id: Id<UserId>,
    /// Their name, while they are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
}

/// A client that an event concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConcernedClient {
    /// Its id.
    pub id: Id<ClientKey>,
    /// Its name on the wire, while it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

/// Events in the order of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Followed {
    /// Those that fit.
    pub items: Vec<Event>,
    /// How far was looked: the `after` of the next call.
    pub position: i64,
    /// Whether that was all that is sealed by now.
    pub is_all: bool,
    /// The newest sealed event.
    pub head: Place,
}
