//! Passwords that somebody else than their user makes.

use authly_crypto::opaque;
use authly_domain::entropy::Entropy;
use authly_domain::secret::Password;
use authly_domain::users::{Email, PasswordChange, PasswordHash, Username};

use super::{UserAdmin, UserAdminError};

/// A password for a user.
#[derive(Debug)]
pub enum NewPassword {
    /// One that was given.
    Given {
        /// The password.
        password: Password,
        /// Whether it must be changed at the next login.
        change: PasswordChange,
    },
    /// One that is made here, and must be changed at the next login.
    Temporary,
}

/// A password that was made or checked, and hashed.
pub(super) struct Made {
    pub(super) hash: PasswordHash,
    pub(super) change: PasswordChange,
    /// The password itself, where it is to be shown.
    pub(super) temporary: Option<Password>,
}

impl UserAdmin {
    /// Checks a password for the user of this name and address, or makes one; and hashes it. Nothing
    /// is borrowed or locked meanwhile.
    pub(super) async fn make(
        &self,
        password: NewPassword,
        username: &Username,
        email: Option<&Email>,
    ) -> Result<Made, UserAdminError> {
        match password {
            NewPassword::Given { password, change } => {
                let names = [username.as_str(), email.map_or("", Email::as_str)];
                let policies = self.policies.load();
                policies.sessions.passwords.check(&password, &names)?;
                Ok(Made {
                    hash: self.hasher.hash(&password).await?,
                    change,
                    temporary: None,
                })
            }
            NewPassword::Temporary => {
                let password = temporary_password(&*self.context.entropy);
                Ok(Made {
                    hash: self.hasher.hash(&password).await?,
                    change: PasswordChange::Required,
                    temporary: Some(password),
                })
            }
        }
    }
}

/// A password that nobody else knows: more than 128 random bits, in groups that can be typed.
pub(crate) fn temporary_password(entropy: &dyn Entropy) -> Password {
    let value = opaque::generate("", entropy);
    let typeable: Vec<char> = value
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(24)
        .collect();
    let groups: Vec<String> = typeable
        .chunks(6)
        .map(|group| group.iter().collect())
        .collect();
    Password::new(groups.join("-"))
}
