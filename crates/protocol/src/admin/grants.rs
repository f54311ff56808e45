//! Grants: what users have authorized clients to do, each with the tokens that belong to it.

use authly_domain::id::{ClientKey, GrantId, SessionId, UserId};
use authly_domain::scopes::AdminScope::{TokensRead, TokensWrite};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ClientPath, Id, Moment, NamedClient, NamedUser, Page, UserPath};
use crate::endpoint::Access::Scope;
use crate::endpoint::{endpoint, path_values};

endpoint! {
    /// Lists grants, the newest first: all of them, a user's, a client's, or those between the two.
    pub List = "grants.list", Get "/admin/grants", Scope(TokensRead);
    query: ListQuery;
    answer: 200 Page<Grant>;
}

endpoint! {
    /// Shows a grant.
    pub Get = "grants.get", Get "/admin/grants/{grant}", Scope(TokensRead);
    path: GrantPath;
    answer: 200 Grant;
}

endpoint! {
    /// Revokes a grant: every token of it is dead. One that was revoked before stays as it is.
    pub Revoke = "grants.revoke", Post "/admin/grants/{grant}/revoke", Scope(TokensWrite);
    path: GrantPath;
    answer: 200 Grant;
}

endpoint! {
    /// Revokes all grants that a user gave, or those to one client, with every token, and ends the
    /// codes that could still become one.
    pub RevokeOfUser = "grants.revoke_of_user", Post "/admin/users/{user}/grants/revoke", Scope(TokensWrite);
    path: UserPath;
    body: RevocationOfUser;
    answer: 200 RevokedGrants;
}

endpoint! {
    /// Revokes all grants that a client got, with every token, and ends the codes that could still
    /// become one. What the client got for itself stays.
    pub RevokeOfClient = "grants.revoke_of_client", Post "/admin/clients/{client}/grants/revoke", Scope(TokensWrite);
    path: ClientPath;
    body: RevocationOfClient;
    answer: 200 RevokedGrants;
}

path_values! {
    /// One grant.
    pub GrantPath {
        /// Its id.
        grant: Id<GrantId>,
    }
}

/// Which grants are listed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListQuery {
    /// Only those that this user gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Id<UserId>>,
    /// Only those that this client got.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<Id<ClientKey>>,
    /// `alive` for those that still stand, `all` (the default) for whatever is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show: Option<ShownGrants>,
    /// How many grants a page holds: 1 to 200, 50 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Which grants a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShownGrants {
    /// Those that still stand.
    Alive,
    /// Whatever is stored.
    All,
}

/// What a user has authorized a client to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Grant {
    /// Its id.
    pub id: Id<GrantId>,
    /// Who gave it.
    pub user: NamedUser,
    /// Who got it.
    pub client: NamedClient,
    /// Whether it still stands, and why not.
    pub status: GrantStatus,
    /// The session that it ends with; absent for offline access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Id<SessionId>>,
    /// What was granted.
    pub scope: String,
    /// For which resource servers (RFC 8707).
    pub resources: Vec<String>,
    /// When the user had proved who they are.
    pub auth_time: Moment,
    /// How strongly.
    pub acr: String,
    /// By which methods (RFC 8176).
    pub amr: Vec<String>,
    /// When it was made.
    pub created_at: Moment,
    /// When it was revoked; absent where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Moment>,
    /// Why it was revoked: `refresh_token_reuse`, `code_replay`, `by_client`, `password_changed`,
    /// `by_administrator`, `by_user`; more may be added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_reason: Option<String>,
}

/// Whether a grant still stands: the first reason why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GrantStatus {
    /// It stands.
    Alive,
    /// Its user is disabled.
    UserInactive,
    /// Its client is disabled.
    ClientInactive,
    /// It was revoked.
    Revoked,
    /// The session that it hangs on has ended.
    SessionEnded,
    /// A status of a newer server; never sent.
    #[serde(other)]
    #[schemars(skip)]
    Unknown,
}

/// Which of the grants of a user are revoked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RevocationOfUser {
    /// Only those to this client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<Id<ClientKey>>,
    /// What becomes of the user's answers on the consent page; they are kept by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consents: Option<Consents>,
}

/// How the grants of a client are revoked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RevocationOfClient {
    /// What becomes of the users' answers on the consent page; they are kept by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consents: Option<Consents>,
}

/// What becomes of answers that were given on the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Consents {
    /// They are remembered: the client gets its next grant without asking.
    Keep,
    /// They are forgotten: the client has to ask again.
    Forget,
}

/// What was revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RevokedGrants {
    /// How many grants; those that had been revoked before are not counted.
    pub grants: u64,
    /// How many answers were forgotten.
    pub consents: u64,
}
