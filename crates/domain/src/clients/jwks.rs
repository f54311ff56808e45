//! The public keys that a client registers by value: `jwks` (RFC 7591 §2). They are read by `crypto`,
//! which refuses what is no key, or a weak one.

use serde::{Deserialize, Serialize};

use crate::keys::PublicKey;

/// The most keys of a client.
pub const MAX_KEYS: usize = 20;
/// The most bytes of a client's key set.
pub const MAX_JWKS_BYTES: usize = 32 * 1_024;

/// What a key is for (RFC 7517 §4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyUse {
    /// The client signs with it.
    #[serde(rename = "sig")]
    Signature,
    /// We encrypt to the client with it.
    #[serde(rename = "enc")]
    Encryption,
}

/// What is done with a public key (RFC 7517 §4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum KeyOperation {
    /// Signatures are checked.
    Verify,
    /// Content is encrypted.
    Encrypt,
    /// A key is encrypted.
    WrapKey,
    /// A key is agreed upon.
    DeriveKey,
    /// Bits that are no key are agreed upon.
    DeriveBits,
}

impl KeyOperation {
    /// What a key is for with which this is done.
    #[must_use]
    pub const fn key_use(self) -> KeyUse {
        match self {
            Self::Verify => KeyUse::Signature,
            Self::Encrypt | Self::WrapKey | Self::DeriveKey | Self::DeriveBits => {
                KeyUse::Encryption
            }
        }
    }
}

/// One key of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientJwk {
    /// The key itself.
    #[serde(flatten)]
    pub key: PublicKey,
    /// Its name among the client's keys; it may have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// What it is for; `None` for whatever it is fit for.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub key_use: Option<KeyUse>,
    /// What is done with it, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_ops: Option<Vec<KeyOperation>>,
    /// The one algorithm that it is for, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
}

impl ClientJwk {
    /// Whether the client lets it serve for this.
    #[must_use]
    pub fn serves(&self, purpose: KeyUse) -> bool {
        let by_use = self.key_use.is_none_or(|known| known == purpose);
        let mut operations = self.key_ops.iter().flatten();
        let by_operations =
            self.key_ops.is_none() || operations.any(|operation| operation.key_use() == purpose);
        by_use && by_operations
    }
}

/// The keys of a client, as they are stored and shown: with the members that we know alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientJwks {
    keys: Vec<ClientJwk>,
}

impl ClientJwks {
    /// Wraps keys that `crypto` has read.
    #[must_use]
    pub const fn of_read(keys: Vec<ClientJwk>) -> Self {
        Self { keys }
    }

    /// The keys, in the client's order.
    #[must_use]
    pub fn keys(&self) -> &[ClientJwk] {
        &self.keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key_use: Option<KeyUse>, key_ops: Option<Vec<KeyOperation>>) -> ClientJwk {
        ClientJwk {
            key: PublicKey::Okp {
                crv: "X25519".to_owned(),
                x: String::new(),
            },
            kid: None,
            key_use,
            key_ops,
            alg: None,
        }
    }

    #[test]
    fn a_key_serves_for_what_its_use_and_its_operations_both_allow() {
        use KeyOperation::{DeriveKey, Verify};
        use KeyUse::{Encryption, Signature};
        for (key_use, key_ops, signs, encrypts) in [
            (None, None, true, true),
            (Some(Signature), None, true, false),
            (Some(Encryption), None, false, true),
            (None, Some(vec![Verify]), true, false),
            (None, Some(vec![DeriveKey]), false, true),
            (None, Some(vec![]), false, false),
            (Some(Signature), Some(vec![DeriveKey]), false, false),
        ] {
            let key = key(key_use, key_ops);
            let serves = (key.serves(Signature), key.serves(Encryption));
            assert_eq!(serves, (signs, encrypts), "{key:?}");
        }
    }
}
