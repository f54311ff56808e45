//! What is said of a user when they are made or changed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{Patch, object};
use super::Address;
use crate::oauth::WireSecret;

/// A user to be made. Either a password is given, or a temporary one is asked for, which has to be
/// changed at the first login.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a member of the document by itself"
)]
pub struct NewUser {
    /// What they log in with.
    pub username: String,
    /// The e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the address is verified; `false` unless it is said.
    #[serde(default)]
    pub is_verified: bool,
    /// Whether they are an administrator; only an administrator in person makes another.
    #[serde(default)]
    pub is_admin: bool,
    /// The password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<WireSecret>,
    /// `true` for a password that is made here, and shown in the answer alone.
    #[serde(default)]
    pub temporary_password: bool,
    /// Whether a given password has to be changed at the first login; a temporary one always has.
    #[serde(default)]
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
    /// Whether the number is verified; `false` unless it is said.
    #[serde(default)]
    pub phone_number_verified: bool,
    /// The postal address.
    #[serde(
        default,
        deserialize_with = "object::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub address: Option<Address>,
}

/// A change of a user: what is absent stays, and `null` clears what may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UserChange {
    /// What they log in with.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub username: Patch<String>,
    /// The e-mail address.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub email: Patch<String>,
    /// Whether the address is verified. A new address is not, unless this says so.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub is_verified: Patch<bool>,
    /// The full name.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub name: Patch<String>,
    /// The given name.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub given_name: Patch<String>,
    /// The family name.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub family_name: Patch<String>,
    /// The middle name.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub middle_name: Patch<String>,
    /// What friends call them.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub nickname: Patch<String>,
    /// The address of a page about them.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub profile: Patch<String>,
    /// The address of a picture of them.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub picture: Patch<String>,
    /// The address of their own page.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub website: Patch<String>,
    /// The gender, such as `female` or `male`.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub gender: Patch<String>,
    /// The day of birth, as `YYYY-MM-DD`, `0000-MM-DD` or `YYYY`.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub birthdate: Patch<String>,
    /// The time zone, such as `Europe/Berlin`.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub zoneinfo: Patch<String>,
    /// The language, such as `de-AT`.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub locale: Patch<String>,
    /// The phone number.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub phone_number: Patch<String>,
    /// Whether the number is verified. A new number is not, unless this says so.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub phone_number_verified: Patch<bool>,
    /// The postal address; what is absent of it stays.
    #[serde(
        deserialize_with = "object::patch",
        skip_serializing_if = "Patch::is_keep"
    )]
    pub address: Patch<AddressChange>,
}

/// A change of a postal address: what is absent stays, and `null` clears.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AddressChange {
    /// The whole, as it stands on a letter, with line breaks.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub formatted: Patch<String>,
    /// Street and number.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub street_address: Patch<String>,
    /// The town.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub locality: Patch<String>,
    /// The state or province.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub region: Patch<String>,
    /// The postal code.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub postal_code: Patch<String>,
    /// The country.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub country: Patch<String>,
}

/// Another password for a user: given or temporary.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ResetPassword {
    /// The password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<WireSecret>,
    /// `true` for a password that is made here, and shown in the answer alone.
    pub temporary_password: bool,
    /// Whether a given password has to be changed at the next login; a temporary one always has.
    pub requires_password_change: bool,
}
