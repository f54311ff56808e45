//! Tokens: what is known of each, and their end. Their values are nowhere in an answer.

use authly_domain::id::{ClientKey, GrantId, SessionId, TokenId, UserId};
use authly_domain::scopes::AdminScope::{TokensRead, TokensWrite};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ClientPath, Id, Moment, NamedClient, NamedUser, Page};
use crate::endpoint::Access::Scope;
use crate::endpoint::{endpoint, path_values};

mod value;

pub use value::TokenValue;

endpoint! {
    /// Lists tokens, the newest first: all of them, or those of a grant, a user or a client.
    pub List = "tokens.list", Get "/admin/tokens", Scope(TokensRead);
    query: ListQuery;
    answer: 200 Page<Token>;
}

endpoint! {
    /// Shows a token by its id, which is the `jti` of an access token.
    pub Get = "tokens.get", Get "/admin/tokens/{token}", Scope(TokensRead);
    path: TokenPath;
    answer: 200 Token;
}

endpoint! {
    /// Finds a token of either kind by its value, which stands in the body since addresses are
    /// logged. It changes nothing.
    pub LookUp = "tokens.look_up", Post "/admin/presented-tokens/look-up", Scope(TokensRead);
    body: PresentedToken;
    answer: 200 Token;
}

endpoint! {
    /// Revokes a token: an access token by itself, a refresh token (a spent one too) with its grant
    /// and every other token of that. What had ended before stays as it is.
    pub Revoke = "tokens.revoke", Post "/admin/tokens/{token}/revoke", Scope(TokensWrite);
    path: TokenPath;
    answer: 200 Token;
}

endpoint! {
    /// Revokes a token that is named by its value, as `tokens.revoke` does.
    pub RevokePresented = "tokens.revoke_presented", Post "/admin/presented-tokens/revoke", Scope(TokensWrite);
    body: PresentedToken;
    answer: 200 Token;
}

endpoint! {
    /// Revokes every token of a client: all grants that it got, the codes that could still become
    /// one, and the tokens that it got for itself.
    pub RevokeOfClient = "tokens.revoke_of_client", Post "/admin/clients/{client}/tokens/revoke", Scope(TokensWrite);
    path: ClientPath;
    answer: 200 RevokedTokens;
}

path_values! {
    /// One token.
    pub TokenPath {
        /// Its id, which is the `jti` of an access token.
        token: Id<TokenId>,
    }
}

/// Which tokens are listed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListQuery {
    /// Only those that belong to this grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<Id<GrantId>>,
    /// Only those that stand for this user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Id<UserId>>,
    /// Only those that this client got.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<Id<ClientKey>>,
    /// Only those of this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<TokenKind>,
    /// `alive` for those that still count, `all` (the default) for whatever is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show: Option<ShownTokens>,
    /// How many tokens a page holds: 1 to 200, 50 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Which tokens a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShownTokens {
    /// Those that still count.
    Alive,
    /// Whatever is stored.
    All,
}

/// The kinds of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// A signed JWT for resource servers.
    Access,
    /// An opaque text for the token endpoint.
    Refresh,
}

/// A token that is named by its value.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PresentedToken {
    /// The token as it was issued.
    pub token: TokenValue,
}

/// What is known of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Token {
    /// Its id, which is the `jti` of an access token.
    pub id: Id<TokenId>,
    /// Access or refresh.
    pub kind: TokenKind,
    /// Whether it counts: everything else is the first reason why not.
    pub status: TokenStatus,
    /// The same in a sentence.
    pub explanation: String,
    /// Who got it.
    pub client: NamedClient,
    /// For whom it stands; absent for what a client got for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<NamedUser>,
    /// What it belongs to; absent for what a client got for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<Id<GrantId>>,
    /// The session that it hangs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Id<SessionId>>,
    /// What it allows.
    pub scope: String,
    /// For whom it is: the `aud` of an access token; what a refresh token was granted for.
    pub audience: Vec<String>,
    /// The key that signed it; absent for a refresh token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// When it was issued.
    pub issued_at: Moment,
    /// When it ends.
    pub expires_at: Moment,
    /// When a refresh token was exchanged for its successor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spent_at: Option<Moment>,
    /// When it was revoked by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Moment>,
    /// Why it was revoked by itself: `by_client`, `by_administrator`; more may be added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_reason: Option<String>,
}

/// Whether a token counts: the first reason why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TokenStatus {
    /// It counts.
    Alive,
    /// Its time is over.
    Expired,
    /// It was exchanged for a successor.
    Spent,
    /// It was revoked by itself.
    Revoked,
    /// Its user is disabled.
    UserInactive,
    /// Its client is disabled.
    ClientInactive,
    /// Its grant was revoked.
    GrantRevoked,
    /// The session that its grant hangs on has ended.
    SessionEnded,
    /// The key that signed it was revoked.
    KeyRevoked,
    /// A status of a newer server; never sent.
    #[serde(other)]
    #[schemars(skip)]
    Unknown,
}

/// What a client has lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RevokedTokens {
    /// How many grants; every token of them is dead.
    pub grants: u64,
    /// How many tokens that the client got for itself.
    pub own_tokens: u64,
}
