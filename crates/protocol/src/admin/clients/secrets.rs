//! Secrets, and rights of service clients.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::Moment;
use crate::oauth::WireSecret;

/// How a secret is replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateSecret {
    /// How many seconds the old secret stays valid, at most 7776000 (90 days); 0 ends it, and any
    /// other, at once.
    pub old_secret_valid_for: u64,
}

/// A secret that has just been made.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct NewSecret {
    /// The client's name on the wire.
    pub client_id: String,
    /// The secret, shown this once.
    pub client_secret: WireSecret,
    /// When the old secret ends; absent where it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_secret_expires_at: Option<Moment>,
    /// The client's version now.
    pub version: i64,
}

/// A secret that was made elsewhere, and is to be the client's.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenSecret {
    /// The secret: 32 to 512 random characters of printable ASCII.
    pub client_secret: WireSecret,
    /// How many seconds another secret stays valid, at most 7776000 (90 days); 0 ends all others at
    /// once.
    #[serde(default)]
    pub old_secret_valid_for: u64,
}

/// What became of a secret that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeptSecret {
    /// The client's name on the wire.
    pub client_id: String,
    /// Whether it was the client's secret before, so that nothing changed.
    pub was_known: bool,
    /// The client's version now.
    pub version: i64,
}

/// What a service client may administer for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntitledScopes {
    /// Scopes of administration, such as `admin:users:read`; they are assigned to the client too, so
    /// that it can ask for them. Empty takes all rights away.
    pub entitled_admin_scopes: Vec<String>,
}
