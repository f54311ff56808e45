//! Rules about passwords as values. Hashing is `crypto`'s business.

use std::fmt;

use crate::keys::UnknownValue;
use crate::secret::Password;

/// The most bytes of a password that are ever hashed (decisions 14).
pub const MAX_PASSWORD_BYTES: usize = 1_024;
/// The most bytes that bcrypt itself takes without cutting.
pub const MAX_BCRYPT_BYTES: usize = 71;

/// How a password becomes its hash, as the column `password_scheme` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordScheme {
    /// The password itself: up to [`MAX_BCRYPT_BYTES`].
    Bcrypt,
    /// The base64 text of its SHA-256 digest: longer ones.
    BcryptSha256,
    /// PBKDF2, by another server.
    Pbkdf2,
    /// Argon2, by another server.
    Argon2,
}

impl PasswordScheme {
    /// The scheme for a password of this many bytes.
    #[must_use]
    pub const fn for_length(bytes: usize) -> Self {
        if bytes <= MAX_BCRYPT_BYTES {
            Self::Bcrypt
        } else {
            Self::BcryptSha256
        }
    }

    /// Its name in the column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bcrypt => "bcrypt",
            Self::BcryptSha256 => "bcrypt_sha256",
            Self::Pbkdf2 => "pbkdf2",
            Self::Argon2 => "argon2",
        }
    }

    /// Whether only other servers make hashes of it.
    #[must_use]
    pub const fn is_foreign(self) -> bool {
        matches!(self, Self::Pbkdf2 | Self::Argon2)
    }
}

impl std::str::FromStr for PasswordScheme {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        [Self::Bcrypt, Self::BcryptSha256, Self::Pbkdf2, Self::Argon2]
            .into_iter()
            .find(|scheme| scheme.as_str() == text)
            .ok_or(UnknownValue)
    }
}

/// A stored password: its hash in the modular crypt format and how it was made.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash {
    /// How the password became the hash.
    pub scheme: PasswordScheme,
    /// `$2b$…`, or what another server made, which holds cost and salt.
    pub hash: String,
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PasswordHash({}, [redacted])", self.scheme.as_str())
    }
}

/// Why a text cannot be a password at all, whoever offers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFormError {
    /// There is nothing in it.
    #[error("the password is empty")]
    Empty,
    /// It is over [`MAX_PASSWORD_BYTES`].
    #[error("the password is too long")]
    TooLong,
    /// It holds a NUL character, which hashes and terminals cut at.
    #[error("the password holds a NUL character")]
    Nul,
}

/// Why a new password is not good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NewPasswordError {
    /// It cannot be a password at all.
    #[error(transparent)]
    Form(#[from] PasswordFormError),
    /// It has fewer characters than the policy wants.
    #[error("the password is too short")]
    TooShort {
        /// The fewest characters that are accepted.
        minimum: usize,
    },
    /// It is the one in use.
    #[error("the password is the present one")]
    Unchanged,
    /// It holds the user's own name or address.
    #[error("the password holds the user name")]
    HoldsName,
}

impl Password {
    /// Checks that the text can be a password: before any hash is computed.
    ///
    /// # Errors
    /// When it is empty, holds NUL or has more than [`MAX_PASSWORD_BYTES`] bytes.
    pub fn check_form(&self) -> Result<(), PasswordFormError> {
        let text = self.expose();
        if text.is_empty() {
            return Err(PasswordFormError::Empty);
        }
        if text.len() > MAX_PASSWORD_BYTES {
            return Err(PasswordFormError::TooLong);
        }
        if text.contains('\0') {
            return Err(PasswordFormError::Nul);
        }
        Ok(())
    }
}

/// What a new password has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordRules {
    /// The fewest characters.
    pub minimum_length: usize,
}

impl PasswordRules {
    /// Checks a new password for the user with these names.
    ///
    /// # Errors
    /// When the form, the length or the content is refused.
    pub fn check(&self, new: &Password, names: &[&str]) -> Result<(), NewPasswordError> {
        new.check_form()?;
        let text = new.expose();
        if text.chars().count() < self.minimum_length {
            return Err(NewPasswordError::TooShort {
                minimum: self.minimum_length,
            });
        }
        let lower = text.to_lowercase();
        let holds = |name: &&str| name.len() >= 4 && lower.contains(&name.to_lowercase());
        if names.iter().any(holds) {
            return Err(NewPasswordError::HoldsName);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::new(text.to_owned())
    }

    #[test]
    fn a_megabyte_nul_and_nothing_are_refused_before_any_hash() {
        assert_eq!(password("").check_form(), Err(PasswordFormError::Empty));
        assert_eq!(password("a\0b").check_form(), Err(PasswordFormError::Nul));
        let huge = password(&"x".repeat(1_000_000));
        assert_eq!(huge.check_form(), Err(PasswordFormError::TooLong));
        assert_eq!(password(&"é".repeat(512)).check_form(), Ok(()));
    }

    #[test]
    fn the_scheme_changes_where_bcrypt_would_begin_to_cut() {
        assert_eq!(PasswordScheme::for_length(71), PasswordScheme::Bcrypt);
        assert_eq!(PasswordScheme::for_length(72), PasswordScheme::BcryptSha256);
    }

    #[test]
    fn a_new_password_is_long_enough_and_does_not_hold_the_name() {
        let rules = PasswordRules { minimum_length: 12 };
        let short = rules.check(&password("short"), &[]);
        assert_eq!(short, Err(NewPasswordError::TooShort { minimum: 12 }));
        let named = rules.check(&password("my-ALICE-password"), &["alice"]);
        assert_eq!(named, Err(NewPasswordError::HoldsName));
        assert_eq!(
            rules.check(&password("correct horse battery"), &["alice"]),
            Ok(())
        );
        assert_eq!(rules.check(&password("ünïcödé wörds"), &["bob"]), Ok(()));
    }
}
