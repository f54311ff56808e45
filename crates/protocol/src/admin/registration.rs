//! Initial access tokens: what lets clients register themselves (RFC 7591 §3).

use authly_domain::id::InitialAccessTokenId;
use authly_domain::scopes::AdminScope::{ClientsRead, ClientsWrite};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, Moment, Page};
use crate::endpoint::Access::Scope;
use crate::endpoint::{endpoint, path_values};
use crate::oauth::WireSecret;

endpoint! {
    /// Lists the tokens that let clients register themselves, the newest first.
    pub List = "initial_access_tokens.list", Get "/admin/initial-access-tokens", Scope(ClientsRead);
    query: ListQuery;
    answer: 200 Page<InitialAccessToken>;
}

endpoint! {
    /// Makes a token that lets clients register themselves. This answer shows it and no other.
    pub Create = "initial_access_tokens.create", Post "/admin/initial-access-tokens", Scope(ClientsWrite);
    headers: [IdempotencyKey];
    body: NewInitialAccessToken;
    answer: 201 MadeInitialAccessToken;
}

endpoint! {
    /// Deletes a token: nobody registers by it any more. Clients that have stay.
    pub Delete = "initial_access_tokens.delete", Delete "/admin/initial-access-tokens/{initial_access_token}", Scope(ClientsWrite);
    path: InitialAccessTokenPath;
    answer: 204;
}

/// Its id, as it is written.
pub type TokenId = Id<InitialAccessTokenId>;

path_values! {
    /// One initial access token.
    pub InitialAccessTokenPath {
        /// Its id.
        initial_access_token: Id<InitialAccessTokenId>,
    }
}

/// Which part of the list is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListQuery {
    /// How many tokens a page holds: 1 to 200, 50 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A token that lets clients register themselves, without itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InitialAccessToken {
    /// Its id here, which paths use.
    pub id: Id<InitialAccessTokenId>,
    /// What administrators know it as.
    pub name: String,
    /// The most that the clients may ask for, names divided by spaces.
    pub scope: String,
    /// The grants that they may use.
    pub grant_types: Vec<String>,
    /// The hosts that their `redirect_uris` and `post_logout_redirect_uris` may have; empty for any.
    pub redirect_hosts: Vec<String>,
    /// The rules that they go by: `strict`, `oidc` or `fapi2`.
    pub profile: String,
    /// Whether requests of confidential OpenID clients have to carry a code challenge; others always do.
    pub require_pkce: bool,
    /// Whether they have to carry a nonce where they carry no challenge.
    pub require_nonce: bool,
    /// How many more clients it lets register.
    pub clients_left: u32,
    /// How many it has let.
    pub clients_made: u32,
    /// When it ends.
    pub expires_at: Moment,
    /// When it was made.
    pub created_at: Moment,
}

/// A token to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInitialAccessToken {
    /// What administrators know it as.
    pub name: String,
    /// The most that the clients may ask for, names divided by spaces.
    pub scope: String,
    /// The grants that they may use: `authorization_code` and `refresh_token` unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_types: Option<Vec<String>>,
    /// The hosts that their `redirect_uris` and `post_logout_redirect_uris` may have, such as
    /// `app.example.com`; any unless said, at most 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_hosts: Option<Vec<String>>,
    /// The rules that they go by: `strict` unless said, `oidc` or `fapi2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// `false` to exempt confidential OpenID clients from PKCE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_pkce: Option<bool>,
    /// `false` to exempt them from a nonce too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_nonce: Option<bool>,
    /// How many clients it lets register: 1 unless said, at most 1,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_clients: Option<u32>,
    /// How many seconds it lives: a day unless said, at most 90 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u64>,
}

/// A token that was made.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MadeInitialAccessToken {
    /// What is known of it.
    #[serde(flatten)]
    pub record: InitialAccessToken,
    /// The token, shown this once.
    pub token: WireSecret,
}
