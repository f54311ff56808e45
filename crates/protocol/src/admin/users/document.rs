//! A user as they are shown.

use authly_domain::id::{ClientKey, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{Id, Moment};
use crate::oauth::WireSecret;

/// A user. Claims have the names of OpenID Connect Core §5.1, and absent ones are absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a member of the document by itself"
)]
pub struct User {
    /// Their id here, which paths use.
    pub id: Id<UserId>,
    /// Their `sub` in tokens.
    pub sub: String,
    /// What they log in with.
    pub username: String,
    /// The e-mail address, which they can log in with as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the address is verified.
    pub is_verified: bool,
    /// Whether they may log in, and what was granted in their name counts.
    pub is_active: bool,
    /// Whether they are an administrator.
    pub is_admin: bool,
    /// Whether they have to change the password at the next login.
    pub requires_password_change: bool,
    /// The full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// The family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// The middle name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// What friends call them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// The address of a page about them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The address of a picture of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The address of their own page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// The gender, such as `female` or `male`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// The day of birth, as `YYYY-MM-DD`, `0000-MM-DD` or `YYYY`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birthdate: Option<String>,
    /// The time zone, such as `Europe/Berlin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zoneinfo: Option<String>,
    /// The language, such as `de-AT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Whether the number is verified.
    pub phone_number_verified: bool,
    /// The postal address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// When they last logged in; absent if they never did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login_at: Option<Moment>,
    /// When they were made.
    pub created_at: Moment,
    /// When what applications see of them was changed last.
    pub updated_at: Moment,
    /// Goes up at each change: what `If-Match` names.
    pub version: i64,
}

/// A postal address (OpenID Connect Core §5.1.1).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Address {
    /// The whole, as it stands on a letter, with line breaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    /// The town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// The state or province.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// The country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// A user who has just been made.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CreatedUser {
    /// The user.
    pub user: User,
    /// The temporary password, shown this once; absent where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporary_password: Option<WireSecret>,
}

/// What came of another password.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PasswordAnswer {
    /// The user.
    pub user: User,
    /// The temporary password, shown this once; absent where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporary_password: Option<WireSecret>,
}

/// What a user has agreed to for a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Consent {
    /// The id of the client here, which paths use.
    pub client: Id<ClientKey>,
    /// Its name on the wire.
    pub client_id: String,
    /// What people know it as.
    pub client_name: String,
    /// What the user agreed to, names divided by spaces.
    pub granted: String,
    /// What the user declined.
    pub declined: String,
    /// The resource servers that they allowed it for; none where it is for the server itself.
    #[serde(default)]
    pub resources: Vec<String>,
    /// When they first answered.
    pub created_at: Moment,
    /// When they last answered.
    pub updated_at: Moment,
}
