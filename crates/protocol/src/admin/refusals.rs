//! Why requests were refused: for administrators alone.

use authly_domain::id::UserId;
use authly_domain::scopes::AdminScope::SystemRead;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, Moment, Page};
use crate::endpoint::Access::Scope;
use crate::endpoint::{endpoint, path_values};

endpoint! {
    /// Lists refused requests, the newest first: all, or those about one client.
    pub List = "refusals.list", Get "/admin/system/requests", Scope(SystemRead);
    query: ListQuery;
    answer: 200 Page<Refusal>;
}

endpoint! {
    /// Explains why a request was refused, by the id that its answer carried. Nothing is known of a
    /// request that was not refused, or longer than seven days ago, or before 100,000 others.
    pub Explain = "refusals.explain", Get "/admin/system/requests/{request}", Scope(SystemRead);
    path: RequestPath;
    answer: 200 Refusal;
}

path_values! {
    /// One request.
    pub RequestPath {
        /// The id of the request: `X-Request-Id` of its answer, also shown on error pages.
        request: String,
    }
}

/// Which refusals are listed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListQuery {
    /// Only those about this `client_id`, as requests named it; there need be no such client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// How many refusals a page holds: 1 to 200, 50 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A request that was refused, and why. No value of it is a secret: what could be one is cut short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// The id of the request.
    pub request_id: String,
    /// When it was answered.
    pub at: Moment,
    /// Its method.
    pub method: String,
    /// The endpoint that it asked.
    pub endpoint: String,
    /// The HTTP status of its answer.
    pub status: u16,
    /// What the answer said: an error code, or the name of the page.
    pub error: String,
    /// Why, for programs: one of the reasons of `docs/explain.md`; more may be added.
    pub reason: String,
    /// Why, for people.
    pub explanation: String,
    /// What would have been right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What came instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came: Option<String>,
    /// The client that it was about, as it named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Whose request it was, where that was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Id<UserId>>,
    /// The address that it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}
