//! Whether somebody is logged in.

use serde::{Deserialize, Serialize};

/// What is answered about the login in a browser; nobody's name where nobody is logged in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SessionCheckResponse {
    /// Whether somebody is logged in.
    pub active: bool,
    /// The user's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// When they logged in, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// How strongly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
}
