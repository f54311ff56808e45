//! Making keys.

use std::error::Error;

use authly_domain::clock::Timestamp;
use authly_domain::entropy::Entropy;
use authly_domain::keys::{EncryptionKeyRecord, KeyPhase, SigningAlgorithm, SigningKeyRecord};

use crate::jwk;
use crate::master_key::MasterKey;
use crate::seal::seal_private_key;

/// Why a key could not be made.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The library could not make it.
    #[error("the {algorithm} key could not be made")]
    Generation {
        /// For which algorithm.
        algorithm: SigningAlgorithm,
        /// What the library said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The library could not make one that others encrypt to.
    #[error("the key for encryption could not be made")]
    ForEncryption(#[source] Box<dyn Error + Send + Sync>),
    /// Its public half could not be written as JSON.
    #[error("the public key could not be written")]
    Encoding(#[source] Box<dyn Error + Send + Sync>),
}

/// Makes a key in the phase `Announced`: RSA with 2048 bits for RS256 and for PS256 (each its own),
/// P-256 for ES256, Ed25519 for `EdDSA`. Its `kid` is its thumbprint (RFC 7638), its private half is
/// sealed under the master key.
///
/// This blocks, for RSA a tenth of a second and more: call it on a thread that may wait. The key
/// itself comes from OpenSSL's generator; `entropy` gives the nonce of its seal.
///
/// # Errors
/// When OpenSSL cannot make the key.
pub fn generate_signing_key(
    algorithm: SigningAlgorithm,
    master: &MasterKey,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<SigningKeyRecord, KeyError> {
    let key = jwk::generate(algorithm).map_err(|error| KeyError::Generation {
        algorithm,
        source: error.into(),
    })?;
    let public_jwk =
        serde_json::to_string(&key.public).map_err(|error| KeyError::Encoding(error.into()))?;
    let sealed = seal_private_key(master, &key.kid, key.private.as_bytes(), entropy);
    Ok(SigningKeyRecord {
        kid: key.kid,
        algorithm,
        public_jwk,
        sealed_private_key: sealed,
        phase: KeyPhase::Announced,
        created_at: now,
    })
}

/// Makes a key that clients encrypt to, on P-256. Its `kid` is its thumbprint, its private half is sealed
/// under the master key.
///
/// # Errors
/// When OpenSSL cannot make the key.
pub fn generate_encryption_key(
    master: &MasterKey,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<EncryptionKeyRecord, KeyError> {
    let key = jwk::generate_for_encryption();
    let key = key.map_err(|error| KeyError::ForEncryption(error.into()))?;
    let public_jwk =
        serde_json::to_string(&key.public).map_err(|error| KeyError::Encoding(error.into()))?;
    let sealed = seal_private_key(master, &key.kid, key.private.as_bytes(), entropy);
    Ok(EncryptionKeyRecord {
        kid: key.kid,
        public_jwk,
        sealed_private_key: sealed,
        created_at: now,
        replaced_at: None,
    })
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::Value;

    use super::*;
    use crate::entropy::OsEntropy;
    use crate::jwk::{PublicJwk, thumbprint};
    use crate::seal::open_private_key;

    fn made(algorithm: SigningAlgorithm, master: &MasterKey) -> SigningKeyRecord {
        let now = Timestamp::from_unix_seconds(1_800_000_000).unwrap();
        generate_signing_key(algorithm, master, now, &OsEntropy).unwrap()
    }

    #[test]
    fn every_key_is_published_with_its_public_members_only() {
        let master = MasterKey::generate(&OsEntropy);
        for algorithm in SigningAlgorithm::ALL {
            let key = made(algorithm, &master);
            let jwk: Value = serde_json::from_str(&key.public_jwk).unwrap();
            let names: Vec<&str> = jwk
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            let expected = match algorithm {
                SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => {
                    vec!["kty", "n", "e", "kid", "alg", "use"]
                }
                SigningAlgorithm::Es256 => vec!["kty", "crv", "x", "y", "kid", "alg", "use"],
                SigningAlgorithm::EdDsa => vec!["kty", "crv", "x", "kid", "alg", "use"],
            };
            assert_eq!(names, expected);
            assert_eq!(jwk["alg"], algorithm.as_str());
            assert_eq!(jwk["use"], "sig");
            assert_eq!(jwk["kid"], key.kid.as_str());
            assert_eq!(key.phase, KeyPhase::Announced);
        }
    }

    #[test]
    fn the_kid_is_the_thumbprint_and_two_keys_never_share_it() {
        let master = MasterKey::generate(&OsEntropy);
        let first = made(SigningAlgorithm::Es256, &master);
        let second = made(SigningAlgorithm::Es256, &master);
        let public: PublicJwk = serde_json::from_str(&first.public_jwk).unwrap();
        assert_eq!(thumbprint(&public.key), first.kid);
        assert_ne!(first.kid, second.kid);
    }

    #[test]
    fn the_private_half_is_nowhere_in_the_record_in_clear() {
        let master = MasterKey::generate(&OsEntropy);
        let key = made(SigningAlgorithm::Es256, &master);
        let opened = open_private_key(&master, &key.kid, &key.sealed_private_key).unwrap();
        let private: Value = serde_json::from_slice(&opened).unwrap();
        let d = private["d"].as_str().unwrap();
        assert!(!format!("{key:?}").contains(d));
        assert!(!key.public_jwk.contains(d));
        let sealed = &key.sealed_private_key.ciphertext;
        assert!(!sealed.windows(d.len()).any(|window| window == d.as_bytes()));
    }
}
