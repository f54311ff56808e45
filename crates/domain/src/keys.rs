//! Signing keys as records: algorithm, phase and times. Key material is `crypto`'s business.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::clock::Timestamp;

mod encryption;
mod history;
mod own;
mod public;
mod schedule;

pub use encryption::{ContentEncryption, KeyManagement};
pub use history::KeyHistory;
pub use own::{EncryptionKeyChange, EncryptionKeyRecord, OPENS_AFTER_REPLACEMENT};
pub use public::PublicKey;
pub use schedule::{
    KEY_SET_MAX_AGE, KeyChange, KeySchedule, LEAST_ANNOUNCEMENT, LONGEST_SIGNED_TOKEN,
};

/// A text that names no member of an enumeration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of the known values")]
pub struct UnknownValue;

/// The JWS algorithms that we sign with (RFC 7518 §3.1, RFC 8037 §3.1). Each has its own key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SigningAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256: what every OpenID client can check.
    Rs256,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl SigningAlgorithm {
    /// All of them, in the order in which key sets list them.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa];

    /// The `alg` value on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

impl fmt::Display for SigningAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SigningAlgorithm {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        Self::ALL
            .into_iter()
            .find(|alg| alg.as_str() == text)
            .ok_or(UnknownValue)
    }
}

/// A `kid`: our own are base64url texts of the key's thumbprint (RFC 7638).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyId(String);

impl KeyId {
    /// Wraps a text.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The `kid` as on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The life of a signing key. A key is published before it signs, and stays published until the
/// last token it signed has expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPhase {
    /// Published in the key set, not yet signing.
    Announced,
    /// Signing.
    Active {
        /// Since when.
        since: Timestamp,
    },
    /// No longer signing, still published.
    Retiring {
        /// Since when.
        since: Timestamp,
    },
    /// No longer published; its public half still verifies an `id_token_hint`.
    Gone {
        /// Since when.
        since: Timestamp,
    },
    /// Withdrawn in an emergency: nothing it signed counts any more.
    Revoked {
        /// Since when.
        since: Timestamp,
    },
}

impl KeyPhase {
    /// The name of the phase in the column `state`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Active { .. } => "active",
            Self::Retiring { .. } => "retiring",
            Self::Gone { .. } => "gone",
            Self::Revoked { .. } => "revoked",
        }
    }

    /// Whether a key in this phase belongs in the published key set at `now`, when a key retires for
    /// this long ([`KeySchedule::retiring_for`]).
    #[must_use]
    pub fn is_published(self, now: Timestamp, retiring_for: Duration) -> bool {
        match self {
            Self::Announced | Self::Active { .. } => true,
            Self::Retiring { since } => now < since.plus(retiring_for),
            Self::Gone { .. } | Self::Revoked { .. } => false,
        }
    }
}

/// A private key sealed under the master key, with the id of that master key (decisions 13). Empty
/// from the moment at which the key retires: nothing will be signed with it any more.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedKey {
    /// Names the master key that sealed it.
    pub master_key_id: String,
    /// Nonce and ciphertext.
    pub ciphertext: Vec<u8>,
}

impl fmt::Debug for SealedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedKey(under {})", self.master_key_id)
    }
}

/// A row of `signing_keys`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeyRecord {
    /// Its `kid`.
    pub kid: KeyId,
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// The public JWK as JSON text, with `kid`, `alg` and `use`.
    pub public_jwk: String,
    /// The private JWK, sealed.
    pub sealed_private_key: SealedKey,
    /// Where in its life it is.
    pub phase: KeyPhase,
    /// When it was made and announced.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retiring_key_is_published_until_the_last_token_it_signed_has_expired() {
        let since = Timestamp::from_unix_seconds(1_000).unwrap();
        let phase = KeyPhase::Retiring { since };
        let hour = Duration::from_hours(1);
        assert!(phase.is_published(since.plus(Duration::from_secs(3_599)), hour));
        assert!(!phase.is_published(since.plus(hour), hour));
        assert!(!KeyPhase::Revoked { since }.is_published(since, hour));
    }

    #[test]
    fn only_the_registered_algorithm_names_are_known() {
        assert_eq!("ES256".parse(), Ok(SigningAlgorithm::Es256));
        for text in ["none", "HS256", "es256", ""] {
            assert_eq!(
                text.parse::<SigningAlgorithm>(),
                Err(UnknownValue),
                "{text:?}"
            );
        }
    }
}
