//! Users: the people who log in.

mod account;
mod claims;
mod list;
mod own_change;
mod password;
mod standard_claims;
mod username;

use std::fmt;

use crate::clock::Timestamp;
use crate::id::UserId;

pub use account::{Account, AccountChange, AccountConflict, AccountProtection, only_in_person};
pub use claims::{AddressChange, Change, ClaimError, ClaimForm, ProfileChange};
pub use list::{
    TimeRange, UserFilter, UserKey, UserOrder, UserPosition, UserSearch, UserSearchError,
};
pub use own_change::{OwnChange, OwnChangeError, OwnClaim};
pub use password::{
    MAX_BCRYPT_BYTES, MAX_PASSWORD_BYTES, NewPasswordError, PasswordFormError, PasswordHash,
    PasswordRules, PasswordScheme,
};
pub use standard_claims::{
    ClaimPlace, ClaimValue, GivenClaims, GrantedClaims, RequestedClaim, StandardClaim,
};
pub use username::{Email, EmailError, LoginName, Username, UsernameError};

/// What a user is called in tokens: the `sub` claim, a bare UUID that is never given twice.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject(String);

impl Subject {
    /// Wraps a stored value.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// A subject made of a digest: a UUID (RFC 9562 §5.8), as all subjects are.
    #[must_use]
    pub fn of_digest(digest: [u8; 16]) -> Self {
        let id = uuid::Builder::from_custom_bytes(digest).into_uuid();
        Self(id.hyphenated().to_string())
    }

    /// The claim's value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a password change stands before everything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordChange {
    /// The next login leads to it.
    Required,
    /// It does not.
    NotRequired,
}

/// Which of the passwords that an account has had: a change makes the next, a new hash of the same
/// one does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordVersion(i64);

impl PasswordVersion {
    /// Wraps a stored value.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The column's value.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }
}

/// What login needs to know of a user.
#[derive(Debug, Clone)]
pub struct UserCredentials {
    /// The user.
    pub id: UserId,
    /// The name on pages.
    pub username: Username,
    /// The address, where there is one.
    pub email: Option<Email>,
    /// The stored password; `None` for an account without one.
    pub password: Option<PasswordHash>,
    /// Which password that is.
    pub password_version: PasswordVersion,
    /// Whether a change of password stands before everything else.
    pub password_change: PasswordChange,
    /// Whether the account may be used.
    pub is_active: bool,
}

/// The standard claims that are kept of a user (OpenID Connect Core §5.1). Absent ones are absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// `name`.
    pub name: Option<String>,
    /// `given_name`.
    pub given_name: Option<String>,
    /// `family_name`.
    pub family_name: Option<String>,
    /// `middle_name`.
    pub middle_name: Option<String>,
    /// `nickname`.
    pub nickname: Option<String>,
    /// `profile`: the URL of a page about the user.
    pub profile: Option<String>,
    /// `picture`: the URL of an image.
    pub picture: Option<String>,
    /// `website`.
    pub website: Option<String>,
    /// `gender`.
    pub gender: Option<String>,
    /// `birthdate`, as `YYYY-MM-DD`, `0000-MM-DD` or `YYYY`.
    pub birthdate: Option<String>,
    /// `zoneinfo`, such as `Europe/Berlin`.
    pub zoneinfo: Option<String>,
    /// `locale`, a BCP 47 tag.
    pub locale: Option<String>,
    /// `phone_number`, best as E.164 has it: `+49 30 1234567`.
    pub phone_number: Option<String>,
    /// `phone_number_verified`: always known of a user who is stored.
    pub phone_number_verified: Option<bool>,
    /// `address`.
    pub address: Address,
}

/// The `address` claim (OpenID Connect Core §5.1.1). Absent members are absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address {
    /// `formatted`: the whole, as it stands on a letter, with line breaks.
    pub formatted: Option<String>,
    /// `street_address`.
    pub street_address: Option<String>,
    /// `locality`: the town.
    pub locality: Option<String>,
    /// `region`: the state or province.
    pub region: Option<String>,
    /// `postal_code`.
    pub postal_code: Option<String>,
    /// `country`.
    pub country: Option<String>,
}

impl Address {
    /// Whether nothing of it is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A user as UserInfo answers about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserClaims {
    /// `sub`.
    pub subject: Subject,
    /// `preferred_username`.
    pub username: Username,
    /// `email`.
    pub email: Option<Email>,
    /// `email_verified`.
    pub email_is_verified: bool,
    /// The claims of the scope `profile`.
    pub profile: Profile,
    /// `updated_at`.
    pub updated_at: Timestamp,
}
