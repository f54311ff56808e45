//! Sessions: logins in browsers.

use authly_domain::id::{SessionId, UserId};
use authly_domain::scopes::AdminScope::{UsersRead, UsersWrite};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, Moment, NamedUser, Page, UserPath};
use crate::endpoint::Access::Scope;
use crate::endpoint::{endpoint, path_values};

endpoint! {
    /// Lists sessions, the newest first: everybody's or one user's, all or those that are live.
    pub List = "sessions.list", Get "/admin/sessions", Scope(UsersRead);
    query: ListQuery;
    answer: 200 Page<Session>;
}

endpoint! {
    /// Shows a session.
    pub Get = "sessions.get", Get "/admin/sessions/{session}", Scope(UsersRead);
    path: SessionPath;
    answer: 200 Session;
}

endpoint! {
    /// Ends a session, as logout does: the browser is logged out, and every grant that hangs on the
    /// session is dead with its tokens. Offline grants live on. One that has ended stays as it is.
    pub End = "sessions.end", Post "/admin/sessions/{session}/end", Scope(UsersWrite);
    path: SessionPath;
    answer: 200 Session;
}

endpoint! {
    /// Ends all sessions of a user, or all but one. Those that have merely expired end too, since
    /// grants may hang on them.
    pub EndAll = "sessions.end_all", Post "/admin/users/{user}/sessions/end", Scope(UsersWrite);
    path: UserPath;
    body: EndSessions;
    answer: 200 EndedSessions;
}

path_values! {
    /// One session.
    pub SessionPath {
        /// Its id, which is the `sid` of ID tokens.
        session: Id<SessionId>,
    }
}

/// Which sessions are listed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListQuery {
    /// Only those of this user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Id<UserId>>,
    /// `live` for those that a browser can still use, `all` (the default) for whatever is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show: Option<ShownSessions>,
    /// How many sessions a page holds: 1 to 200, 50 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Which sessions a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShownSessions {
    /// Those that a browser can still use.
    Live,
    /// Whatever is stored.
    All,
}

/// A login in a browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Session {
    /// Its id, which is the `sid` of ID tokens.
    pub id: Id<SessionId>,
    /// Who logged in.
    pub user: NamedUser,
    /// What it is good for now.
    pub state: SessionState,
    /// When they proved who they are.
    pub auth_time: Moment,
    /// How strongly.
    pub acr: String,
    /// By which methods (RFC 8176).
    pub amr: Vec<String>,
    /// The address that they logged in from.
    pub address: String,
    /// What their browser called itself; empty where it did not.
    pub user_agent: String,
    /// When the session began.
    pub created_at: Moment,
    /// When it was last used, give or take five minutes.
    pub last_seen_at: Moment,
    /// When it ends at the latest.
    pub expires_at: Moment,
    /// When it was ended; absent where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Moment>,
    /// Why it was ended: `logged_out`, `replaced`, `password_changed`, `by_administrator`; more may
    /// be added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_reason: Option<String>,
}

/// What a session is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
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
    /// A state of a newer server; never sent.
    #[serde(other)]
    #[schemars(skip)]
    Unknown,
}

/// Which of a user's sessions end.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EndSessions {
    /// A session of this user that goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub except: Option<Id<SessionId>>,
}

/// What has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndedSessions {
    /// How many sessions; those that had ended before are not counted.
    pub sessions: u64,
}
