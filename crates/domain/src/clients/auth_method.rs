//! How a client proves at the token endpoint that it is itself.

use std::str::FromStr;

use crate::clock::Timestamp;
use crate::keys::UnknownValue;
use crate::secret::SecretDigest;

/// `token_endpoint_auth_method` (RFC 7591 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthMethod {
    /// The secret in the `Authorization: Basic` header.
    ClientSecretBasic,
    /// The secret in the form.
    ClientSecretPost,
    /// No secret: public clients.
    None,
}

impl AuthMethod {
    /// All that the token endpoint takes.
    pub const ALL: [Self; 3] = [Self::ClientSecretBasic, Self::ClientSecretPost, Self::None];

    /// Its registered name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::None => "none",
        }
    }
}

impl FromStr for AuthMethod {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        Self::ALL
            .into_iter()
            .find(|method| method.as_str() == text)
            .ok_or(UnknownValue)
    }
}

/// A client's secret at rest. Two may be valid while one is being replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientSecretDigest {
    /// SHA-256 of the secret.
    pub digest: SecretDigest,
    /// When it stops being accepted; `None` for the present one.
    pub expires_at: Option<Timestamp>,
}

impl ClientSecretDigest {
    /// Whether it is still accepted at `now`.
    #[must_use]
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}
