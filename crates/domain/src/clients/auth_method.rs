//! How a client proves at the token endpoint that it is itself.

use std::str::FromStr;

use crate::clock::Timestamp;
use crate::keys::UnknownValue;
use crate::secret::{ClientSecret, SecretDigest};

/// `token_endpoint_auth_method` (RFC 7591 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthMethod {
    /// The secret in the `Authorization: Basic` header.
    ClientSecretBasic,
    /// The secret in the form.
    ClientSecretPost,
    /// An assertion in the form, signed with a key of the client's (RFC 7523).
    PrivateKeyJwt,
    /// No secret: public clients.
    None,
}

impl AuthMethod {
    /// All that the token endpoint takes.
    pub const ALL: [Self; 4] = [
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::PrivateKeyJwt,
        Self::None,
    ];

    /// Whether the client proves itself by a secret.
    #[must_use]
    pub const fn is_by_secret(self) -> bool {
        match self {
            Self::ClientSecretBasic | Self::ClientSecretPost => true,
            Self::PrivateKeyJwt | Self::None => false,
        }
    }

    /// Its registered name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
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

/// The fewest bytes of a client's secret. It is kept as its SHA-256 digest, which is safe for what is
/// random and long, and not for what people choose.
pub const MIN_SECRET_BYTES: usize = 32;

/// The most bytes of a client's secret.
const MAX_SECRET_BYTES: usize = 512;

/// A text that is no secret for a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a client secret has 32 to 512 characters, all of them printable ASCII (RFC 6749, A.2)")]
pub struct ClientSecretError;

impl ClientSecret {
    /// Checks a secret that was not made here.
    ///
    /// # Errors
    /// When it is too short or too long, or has characters that no request could carry.
    pub fn check_form(&self) -> Result<(), ClientSecretError> {
        let text = self.expose();
        let fits = (MIN_SECRET_BYTES..=MAX_SECRET_BYTES).contains(&text.len());
        let is_printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if fits && is_printable {
            Ok(())
        } else {
            Err(ClientSecretError)
        }
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
