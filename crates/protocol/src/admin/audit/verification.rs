//! What holding the trail against its chain shows.

use authly_domain::id::AuditEventId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::admin::{Id, Moment};

/// Which part is held against the chain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct VerifyQuery {
    /// A place whose hash was noted elsewhere, such as a head that the log has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noted_position: Option<i64>,
    /// That hash, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noted_hash: Option<String>,
    /// The `next_cursor` of the part before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// What a part of the trail has shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verification {
    /// What does not fit. Empty: this part is what was sealed.
    pub faults: Vec<Fault>,
    /// How many events were held against the chain.
    pub checked: u64,
    /// Of how many of them the personal values were erased.
    pub erased: u64,
    /// What the oldest event hangs on that is kept.
    pub anchor: Place,
    /// The newest sealed event.
    pub head: Place,
    /// What waits for its seal, and was held against nothing.
    pub unsealed: Unsealed,
    /// Where the next part begins; absent where this was the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A place in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// Its number.
    pub position: i64,
    /// The hash that seals everything up to it, in hexadecimal.
    pub hash: String,
}

/// What waits for its seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unsealed {
    /// How many events, counted up to 10,000.
    pub events: i64,
    /// When the oldest of them happened; absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest: Option<Moment>,
}

/// One thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// Where: the place in the chain.
    pub position: i64,
    /// The event, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Id<AuditEventId>>,
}

/// What does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultKind {
    /// The event does not say what was sealed.
    Altered,
    /// What the event tells of a person is not what was sealed.
    PersonalAltered,
    /// The event is missing.
    Removed,
    /// The event was never sealed there.
    Inserted,
    /// The event stands in another place than it was sealed in.
    Reordered,
    /// The head of the chain is not what its last event leads to.
    Head,
    /// The chain hangs on something else than the server has let it hang on.
    Anchor,
    /// The chain is another than the one whose place was noted.
    Rewritten,
    /// The place that was noted lies before the oldest event that is kept.
    NotKept,
    /// A fault that a newer server names; never sent.
    #[serde(other)]
    #[schemars(skip)]
    Unknown,
}
