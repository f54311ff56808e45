//! JSON Web Keys ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)), and all that is done with
//! josekit's key types.

use authly_domain::keys::{KeyId, KeyManagement, PublicKey, SigningAlgorithm};
use josekit::JoseError;
use josekit::jwe::alg::ecdh_es::EcdhEsJweAlgorithm::{EcdhEs, EcdhEsA128kw, EcdhEsA256kw};
use josekit::jwe::alg::rsaes::RsaesJweAlgorithm::RsaOaep256;
use josekit::jwe::{self, JweDecrypter, JweEncrypter, JweHeader};
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use josekit::jwk::{Jwk, KeyPair};
use josekit::jws::alg::ecdsa::EcdsaJwsAlgorithm::Es256;
use josekit::jws::alg::eddsa::EddsaJwsAlgorithm::Eddsa;
use josekit::jws::alg::rsassa::RsassaJwsAlgorithm::Rs256;
use josekit::jws::alg::rsassa_pss::RsassaPssJwsAlgorithm::Ps256;
use josekit::jws::{JwsSigner, JwsVerifier};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::base64url;

/// The length of RSA moduli (RFC 7518 §3.3: 2048 or more).
const RSA_BITS: u32 = 2_048;

/// The thumbprint of RFC 7638: SHA-256 over the required members in lexicographic order. They are
/// written by hand, since a JSON map here keeps the order of insertion.
pub(crate) fn thumbprint(key: &PublicKey) -> KeyId {
    let members = match key {
        PublicKey::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
        PublicKey::Ec { crv, x, y } => {
            format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#)
        }
        PublicKey::Okp { crv, x } => format!(r#"{{"crv":"{crv}","kty":"OKP","x":"{x}"}}"#),
    };
    KeyId::new(base64url::encode(Sha256::digest(members)))
}

/// A public key as the key set publishes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PublicJwk {
    #[serde(flatten)]
    pub(crate) key: PublicKey,
    pub(crate) kid: String,
    /// None where a key is for more than one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) alg: Option<String>,
    #[serde(rename = "use")]
    pub(crate) key_use: String,
}

/// A new key: what is published, and the private JWK as JSON text.
pub(crate) struct GeneratedKey {
    pub(crate) kid: KeyId,
    pub(crate) public: PublicJwk,
    pub(crate) private: Zeroizing<String>,
}

/// Makes a key for the algorithm. Blocking: RSA takes a tenth of a second and more.
pub(crate) fn generate(algorithm: SigningAlgorithm) -> Result<GeneratedKey, JoseError> {
    let pair: Box<dyn KeyPair> = match algorithm {
        SigningAlgorithm::Rs256 => Box::new(Rs256.generate_key_pair(RSA_BITS)?),
        SigningAlgorithm::Ps256 => Box::new(Ps256.generate_key_pair(RSA_BITS)?),
        SigningAlgorithm::Es256 => Box::new(Es256.generate_key_pair()?),
        SigningAlgorithm::EdDsa => Box::new(Eddsa.generate_key_pair(EdCurve::Ed25519)?),
    };
    // josekit drops `kid` and `alg` from public keys, so that they are set here.
    let key = public_half(&pair.to_jwk_public_key())?;
    let kid = thumbprint(&key);
    let mut private = pair.to_jwk_key_pair();
    private.set_key_id(kid.as_str());
    private.set_algorithm(algorithm.as_str());
    private.set_key_use("sig");
    Ok(GeneratedKey {
        public: PublicJwk {
            key,
            kid: kid.as_str().to_owned(),
            alg: Some(algorithm.as_str().to_owned()),
            key_use: "sig".to_owned(),
        },
        kid,
        private: Zeroizing::new(private.to_string()),
    })
}

fn public_half(key: &Jwk) -> Result<PublicKey, JoseError> {
    serde_json::from_str(&key.to_string())
        .map_err(|error| JoseError::InvalidJwkFormat(error.into()))
}

/// Makes a key that others encrypt to: P-256, for each way of agreeing upon a key. The private JWK has no
/// `kid`, so that tokens need not name theirs.
pub(crate) fn generate_for_encryption() -> Result<GeneratedKey, JoseError> {
    let private = Jwk::generate_ec_key(EcCurve::P256)?;
    let key = public_half(&private)?;
    let kid = thumbprint(&key);
    Ok(GeneratedKey {
        public: PublicJwk {
            key,
            kid: kid.as_str().to_owned(),
            alg: None,
            key_use: "enc".to_owned(),
        },
        kid,
        private: Zeroizing::new(private.to_string()),
    })
}

/// Imports a private JWK for decrypting.
pub(crate) fn decrypter(
    algorithm: KeyManagement,
    private_jwk: &[u8],
) -> Result<Box<dyn JweDecrypter>, JoseError> {
    let jwk = Jwk::from_bytes(private_jwk)?;
    Ok(match algorithm {
        KeyManagement::RsaOaep256 => Box::new(RsaOaep256.decrypter_from_jwk(&jwk)?),
        KeyManagement::EcdhEs => Box::new(EcdhEs.decrypter_from_jwk(&jwk)?),
        KeyManagement::EcdhEsA128Kw => Box::new(EcdhEsA128kw.decrypter_from_jwk(&jwk)?),
        KeyManagement::EcdhEsA256Kw => Box::new(EcdhEsA256kw.decrypter_from_jwk(&jwk)?),
    })
}

/// Imports a private JWK for signing. Dear: as much as twenty signatures.
pub(crate) fn signer(
    algorithm: SigningAlgorithm,
    private_jwk: &[u8],
) -> Result<Box<dyn JwsSigner>, JoseError> {
    let jwk = Jwk::from_bytes(private_jwk)?;
    Ok(match algorithm {
        SigningAlgorithm::Rs256 => Box::new(Rs256.signer_from_jwk(&jwk)?),
        SigningAlgorithm::Ps256 => Box::new(Ps256.signer_from_jwk(&jwk)?),
        SigningAlgorithm::Es256 => Box::new(Es256.signer_from_jwk(&jwk)?),
        SigningAlgorithm::EdDsa => Box::new(Eddsa.signer_from_jwk(&jwk)?),
    })
}

/// Imports a public JWK for verifying.
pub(crate) fn verifier(
    algorithm: SigningAlgorithm,
    public_jwk: &str,
) -> Result<Box<dyn JwsVerifier>, JoseError> {
    let jwk = Jwk::from_bytes(public_jwk)?;
    Ok(match algorithm {
        SigningAlgorithm::Rs256 => Box::new(Rs256.verifier_from_jwk(&jwk)?),
        SigningAlgorithm::Ps256 => Box::new(Ps256.verifier_from_jwk(&jwk)?),
        SigningAlgorithm::Es256 => Box::new(Es256.verifier_from_jwk(&jwk)?),
        SigningAlgorithm::EdDsa => Box::new(Eddsa.verifier_from_jwk(&jwk)?),
    })
}

/// Imports a public key for encrypting.
pub(crate) fn encrypter(
    algorithm: KeyManagement,
    key: &PublicKey,
) -> Result<Box<dyn JweEncrypter>, JoseError> {
    let jwk = as_jwk(key)?;
    Ok(match algorithm {
        KeyManagement::RsaOaep256 => Box::new(RsaOaep256.encrypter_from_jwk(&jwk)?),
        KeyManagement::EcdhEs => Box::new(EcdhEs.encrypter_from_jwk(&jwk)?),
        KeyManagement::EcdhEsA128Kw => Box::new(EcdhEsA128kw.encrypter_from_jwk(&jwk)?),
        KeyManagement::EcdhEsA256Kw => Box::new(EcdhEsA256kw.encrypter_from_jwk(&jwk)?),
    })
}

/// That a public key is one: what can encrypt has to do it once, which a point of X25519 that gives
/// everybody the same secret does not.
pub(crate) fn check_public(key: &PublicKey) -> Result<(), JoseError> {
    let Some(algorithm) = key.encrypts_with() else {
        return Eddsa.verifier_from_jwk(&as_jwk(key)?).map(|_key| ());
    };
    let mut header = JweHeader::new();
    header.set_content_encryption("A128GCM");
    let encrypter = encrypter(algorithm, key)?;
    jwe::serialize_compact(b"", &header, &*encrypter).map(|_tried| ())
}

fn as_jwk(key: &PublicKey) -> Result<Jwk, JoseError> {
    let text =
        serde_json::to_vec(key).map_err(|error| JoseError::InvalidJwkFormat(error.into()))?;
    Jwk::from_bytes(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprints_of_the_rfcs_come_out() {
        // RFC 7638 §3.1.
        let rsa = PublicKey::Rsa {
            n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6\
                tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5\
                v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD0\
                8qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU\
                8awapJzKnqDKgw"
                .to_owned(),
            e: "AQAB".to_owned(),
        };
        assert_eq!(
            thumbprint(&rsa).as_str(),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
        // RFC 8037 appendix A.3.
        let ed25519 = PublicKey::Okp {
            crv: "Ed25519".to_owned(),
            x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned(),
        };
        assert_eq!(
            thumbprint(&ed25519).as_str(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }

    #[test]
    fn reading_a_private_key_as_a_public_one_leaves_the_private_members_behind() {
        let key = generate(SigningAlgorithm::Es256).unwrap();
        let public: PublicJwk = serde_json::from_str(&key.private).unwrap();
        assert_eq!(public, key.public);
        assert!(!serde_json::to_string(&public).unwrap().contains(r#""d""#));
    }
}
