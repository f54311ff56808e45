//! The public keys that a client registers by value: `jwks` (RFC 7591 §2). They are read by `crypto`,
//! which refuses what is no key, or a weak one.

use serde::{Deserialize, Serialize};

use crate::keys::{KeyManagement, PublicKey};

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

    /// Whether the client lets it be encrypted to by this `alg`.
    #[must_use]
    pub fn takes(&self, alg: KeyManagement) -> bool {
        use KeyOperation::{DeriveBits, DeriveKey, Encrypt, WrapKey};
        let needed = match alg {
            KeyManagement::RsaOaep256 => [WrapKey, Encrypt],
            _ => [DeriveKey, DeriveBits],
        };
        let mut operations = self.key_ops.iter().flatten();
        let by_operations =
            self.key_ops.is_none() || operations.any(|operation| needed.contains(operation));
        let by_alg = self
            .alg
            .as_deref()
            .is_none_or(|known| known == alg.as_str());
        alg.is_done_with(&self.key) && by_alg && by_operations && self.serves(KeyUse::Encryption)
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

    /// The key that is encrypted to by this `alg`: the first that is for encryption alone, else the
    /// first that will do.
    #[must_use]
    pub fn for_encryption(&self, alg: KeyManagement) -> Option<&ClientJwk> {
        let will_do = |key: &&ClientJwk| key.takes(alg);
        let is_for_it = |key: &&ClientJwk| key.key_use == Some(KeyUse::Encryption);
        let mut able = self.keys.iter().filter(will_do);
        let for_it = able.clone().find(is_for_it);
        for_it.or_else(|| able.next())
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

    #[test]
    fn the_key_that_is_encrypted_to_is_one_that_the_client_means_for_it() {
        use KeyManagement::{EcdhEs, EcdhEsA256Kw, RsaOaep256};
        let named = |kid: &str, key: ClientJwk| ClientJwk {
            kid: Some(kid.to_owned()),
            ..key
        };
        let mut wraps = key(None, None);
        wraps.alg = Some("ECDH-ES+A256KW".to_owned());
        let mut signs = key(None, None);
        signs.key = PublicKey::Okp {
            crv: "Ed25519".to_owned(),
            x: String::new(),
        };
        let mut rsa = key(None, Some(vec![KeyOperation::DeriveKey]));
        rsa.key = PublicKey::Rsa {
            n: String::new(),
            e: String::new(),
        };
        let keys = ClientJwks::of_read(vec![
            named("rsa", rsa),
            named("signs", signs),
            named("signature", key(Some(KeyUse::Signature), None)),
            named("wraps", wraps),
            named("any", key(None, None)),
            named("encryption", key(Some(KeyUse::Encryption), None)),
        ]);
        let chosen = |keys: &ClientJwks, alg| {
            let key = keys.for_encryption(alg);
            key.and_then(|key| key.kid.clone())
        };
        assert_eq!(chosen(&keys, EcdhEs).as_deref(), Some("encryption"));
        let ClientJwks { mut keys } = keys;
        keys.pop();
        let keys = ClientJwks::of_read(keys);
        assert_eq!(chosen(&keys, EcdhEs).as_deref(), Some("any"));
        assert_eq!(chosen(&keys, EcdhEsA256Kw).as_deref(), Some("wraps"));
        assert_eq!(chosen(&keys, RsaOaep256), None);
    }
}
