//! Users and clients as other things name them.

use authly_domain::id::{ClientKey, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Id;

/// A user, as other things name them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamedUser {
    /// Their id.
    pub id: Id<UserId>,
    /// Their name.
    pub username: String,
}

/// A client, as other things name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamedClient {
    /// Its id.
    pub id: Id<ClientKey>,
    /// Its name on the wire.
    pub client_id: String,
}
