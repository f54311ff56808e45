//! Users whom another server had.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::object;
use super::NewUser;
use crate::oauth::WireSecret;

/// The most users of one import.
pub const MAX_IMPORTED_USERS: usize = 5_000;

/// Users to be added.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportUsers {
    /// The users, at most 5000.
    #[serde(deserialize_with = "object::list")]
    pub users: Vec<ImportedUser>,
}

/// A user whom another server had.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportedUser {
    /// What is said of a new user; without a password, and of no administrator.
    #[serde(deserialize_with = "object::required")]
    pub user: NewUser,
    /// By which name applications know them, a UUID in small letters; made where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// Whether they may log in; `true` unless it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    /// The hash of their password, as the other server has it: bcrypt (`$2b$…`), PBKDF2
    /// (`$pbkdf2-sha256$i=27500$SALT$VALUE`, also `-sha1` and `-sha512`) or Argon2
    /// (`$argon2id$v=19$m=7168,t=5,p=1$SALT$VALUE`), salt and value in base64. It is replaced at the next
    /// login. Without one they cannot log in until somebody gives them a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<WireSecret>,
}

/// What became of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImportReport {
    /// How many users were added.
    pub added: u64,
    /// Who was passed over, since they are here already.
    pub skipped: Vec<SkippedUser>,
}

/// A user who was passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SkippedUser {
    /// Their name in the import.
    pub username: String,
    /// What of theirs another user here has: `username`, `email` or `sub`.
    pub taken: String,
}
