//! What is encrypted to clients and by them, and how (RFC 7516, RFC 7518 §4, §5).

use super::PublicKey;
use crate::clients::named;

named! {
    /// How the key of the content reaches the client: `alg` (RFC 7518 §4.1). `RSA1_5` and RSA-OAEP with
    /// SHA-1 are not among them.
    KeyManagement {
        /// RSAES OAEP with SHA-256.
        RsaOaep256 = "RSA-OAEP-256",
        /// A key that is agreed upon on a curve is that of the content.
        EcdhEs = "ECDH-ES",
        /// It wraps that of the content with 128 bits.
        EcdhEsA128Kw = "ECDH-ES+A128KW",
        /// It wraps that of the content with 256 bits.
        EcdhEsA256Kw = "ECDH-ES+A256KW",
    }
}

named! {
    /// How content is encrypted: `enc` (RFC 7518 §5.1).
    ContentEncryption {
        /// AES-128-CBC with HMAC SHA-256.
        A128CbcHs256 = "A128CBC-HS256",
        /// AES-256-CBC with HMAC SHA-512.
        A256CbcHs512 = "A256CBC-HS512",
        /// AES-GCM with 128 bits.
        A128Gcm = "A128GCM",
        /// AES-GCM with 256 bits.
        A256Gcm = "A256GCM",
    }
}

impl ContentEncryption {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::A128CbcHs256,
        Self::A256CbcHs512,
        Self::A128Gcm,
        Self::A256Gcm,
    ];

    /// What clients may encrypt to us with. Not with CBC: who may try as often as they like could learn from
    /// how a padding is refused what they have not encrypted themselves.
    pub const OPENED: [Self; 2] = [Self::A128Gcm, Self::A256Gcm];

    /// How long the key of the content is, in bytes.
    #[must_use]
    pub const fn key_bytes(self) -> usize {
        match self {
            Self::A128Gcm => 16,
            Self::A128CbcHs256 | Self::A256Gcm => 32,
            Self::A256CbcHs512 => 64,
        }
    }
}

impl KeyManagement {
    /// How the key of the content may reach us: agreed upon with a key of ours on a curve.
    pub const OPENED: [Self; 3] = [Self::EcdhEs, Self::EcdhEsA128Kw, Self::EcdhEsA256Kw];

    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::RsaOaep256,
        Self::EcdhEs,
        Self::EcdhEsA128Kw,
        Self::EcdhEsA256Kw,
    ];

    /// Whether a key is of the kind that this needs.
    #[must_use]
    pub fn is_done_with(self, key: &PublicKey) -> bool {
        match key {
            PublicKey::Rsa { .. } => self == Self::RsaOaep256,
            PublicKey::Ec { .. } => self != Self::RsaOaep256,
            PublicKey::Okp { crv, .. } => self != Self::RsaOaep256 && crv == "X25519",
        }
    }
}

impl PublicKey {
    /// What it encrypts with, if it can.
    #[must_use]
    pub fn encrypts_with(&self) -> Option<KeyManagement> {
        KeyManagement::ALL
            .into_iter()
            .find(|way| way.is_done_with(self))
    }
}
