//! Who calls.

use authly_domain::id::{ClientKey, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, Moment};
use crate::endpoint::{Access, endpoint};

endpoint! {
    /// Says who the caller is and what the access token allows. Every access token for this server
    /// opens it.
    pub WhoAmI = "whoami", Get "/admin/whoami", Access::AnyToken;
    answer: 200 Caller;
}

/// Who calls, and with what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Caller {
    /// The issuer that gave the token.
    pub issuer: String,
    /// The user; absent for a service client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<CallingUser>,
    /// The client that got the token.
    pub client: CallingClient,
    /// What the access token allows.
    pub scope: String,
    /// When the access token ends.
    pub expires_at: Moment,
    /// Whether the caller may administer, as far as the token's scope goes: the user is an
    /// administrator, or the service client is entitled to all of the token's admin scopes.
    pub is_admin: bool,
}

/// The user who calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallingUser {
    /// Their id.
    pub id: Id<UserId>,
    /// Their name.
    pub username: String,
}

/// The client that calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallingClient {
    /// Its id.
    pub id: Id<ClientKey>,
    /// Its name on the wire.
    pub client_id: String,
}
