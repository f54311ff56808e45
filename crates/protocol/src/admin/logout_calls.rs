//! Calls that tell clients of the end of a session (OpenID Connect Back-Channel Logout).

use authly_domain::id::{ClientKey, LogoutCallId, SessionId};
use authly_domain::scopes::AdminScope::{ClientsRead, ClientsWrite};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, Moment, NamedClient, Page};
use crate::endpoint::Access::Scope;
use crate::endpoint::{endpoint, path_values};

endpoint! {
    /// Lists logout calls that did not reach their clients yet, the newest first: for all clients or for
    /// one, all or those that were given up.
    pub List = "logout_calls.list", Get "/admin/logout-calls", Scope(ClientsRead);
    query: ListQuery;
    answer: 200 Page<LogoutCall>;
}

endpoint! {
    /// Shows a logout call. One that has reached its client is gone.
    pub Get = "logout_calls.get", Get "/admin/logout-calls/{call}", Scope(ClientsRead);
    path: CallPath;
    answer: 200 LogoutCall;
}

endpoint! {
    /// Has a logout call made again at once, also one that was given up; its attempts are counted anew.
    /// One that is due within seconds stays as it is, and one for a client that is disabled or has no
    /// address for it any more is not made.
    pub Retry = "logout_calls.retry", Post "/admin/logout-calls/{call}/retry", Scope(ClientsWrite);
    path: CallPath;
    answer: 200 RetriedCall;
}

path_values! {
    /// One call.
    pub CallPath {
        /// Its id.
        call: Id<LogoutCallId>,
    }
}

/// Which calls are listed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListQuery {
    /// Only those for this client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<Id<ClientKey>>,
    /// `given_up` for those that are not made again by themselves, `all` (the default) for those that
    /// wait, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show: Option<ShownCalls>,
    /// How many calls a page holds: 1 to 200, 50 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Which calls a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShownCalls {
    /// Those that were given up.
    GivenUp,
    /// Those that wait, too.
    All,
}

/// A call that did not reach its client yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LogoutCall {
    /// Its id.
    pub id: Id<LogoutCallId>,
    /// Whom it is for.
    pub client: NamedClient,
    /// The session that has ended.
    pub session: Id<SessionId>,
    /// When it ended.
    pub created_at: Moment,
    /// What becomes of the call.
    pub state: CallState,
    /// When it is made next; absent where it was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Moment>,
    /// How often it was begun.
    pub attempts: i64,
    /// When it failed last; absent where it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failed_at: Option<Moment>,
    /// Why: `forbidden_address`, `no_answer`, `timed_out`, `no_token`, or the status of the answer, such
    /// as `status_503`; more may be added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<String>,
}

/// A call that was wanted made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RetriedCall {
    /// As it is now.
    #[serde(flatten)]
    pub call: LogoutCall,
    /// Whether it is made again for that; `false` where it was due within seconds anyway.
    pub is_retried: bool,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallState {
    /// It is made, or made again.
    Waiting,
    /// It has failed too often, and is made again when an administrator says so.
    GivenUp,
    /// A state of a newer server; never sent.
    #[serde(other)]
    #[schemars(skip)]
    Unknown,
}
