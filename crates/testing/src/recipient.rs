//! A client that has tokens encrypted to it and checks what is signed, with the library itself: `crypto`
//! encrypts and signs.

use authly_domain::clients::ClientJwks;
use authly_domain::keys::KeyManagement;
use authly_services::clients::read_jwks;
use josekit::jwe::alg::ecdh_es::EcdhEsJweAlgorithm::{EcdhEs, EcdhEsA128kw, EcdhEsA256kw};
use josekit::jwe::alg::rsaes::RsaesJweAlgorithm::RsaOaep256;
use josekit::jwe::{self, JweDecrypter};
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jws;
use josekit::jws::alg::rsassa::RsassaJwsAlgorithm::Rs256;
use serde_json::{Value, json};

use crate::answer::jose_header;

/// Who can read what is encrypted to its key.
#[derive(Debug)]
pub struct Recipient {
    alg: KeyManagement,
    key: Jwk,
}

impl Recipient {
    /// Makes a key for this.
    #[must_use]
    pub fn new(alg: KeyManagement) -> Self {
        let key = match alg {
            KeyManagement::RsaOaep256 => Jwk::generate_rsa_key(2_048),
            _ => Jwk::generate_ec_key(EcCurve::P256),
        };
        Self {
            alg,
            key: key.expect("a key can be made"),
        }
    }

    /// What it registers: its key under the name `recipient`.
    #[must_use]
    pub fn jwks(&self) -> ClientJwks {
        let public = self.key.to_public_key().expect("the key has a public half");
        let mut public = serde_json::to_value(public.as_ref()).expect("a key is JSON");
        public["kid"] = json!("recipient");
        let document = json!({ "keys": [public] });
        read_jwks(document.to_string().as_bytes()).expect("the key can be registered")
    }

    /// The header of what was encrypted to it, and what is inside.
    #[must_use]
    pub fn open(&self, token: &str) -> (Value, String) {
        let decrypter: Box<dyn JweDecrypter> = match self.alg {
            KeyManagement::RsaOaep256 => {
                Box::new(RsaOaep256.decrypter_from_jwk(&self.key).expect("a key"))
            }
            KeyManagement::EcdhEs => Box::new(EcdhEs.decrypter_from_jwk(&self.key).expect("a key")),
            KeyManagement::EcdhEsA128Kw => {
                Box::new(EcdhEsA128kw.decrypter_from_jwk(&self.key).expect("a key"))
            }
            KeyManagement::EcdhEsA256Kw => {
                Box::new(EcdhEsA256kw.decrypter_from_jwk(&self.key).expect("a key"))
            }
        };
        let (content, _header) =
            jwe::deserialize_compact(token, &*decrypter).expect("the token is for this key");
        let content = String::from_utf8(content).expect("the content is text");
        (jose_header(token), content)
    }
}

/// What a token says that is signed with RS256 by one of these published keys, which the header names.
///
/// # Panics
/// When it is not.
#[must_use]
pub fn signed_rs256(token: &str, keys: &[Value]) -> Value {
    let header = jose_header(token);
    assert_eq!(header.get("alg"), Some(&json!("RS256")), "{header}");
    let named = |key: &&Value| key.get("kid") == header.get("kid");
    let key = keys.iter().find(named).expect("the key is published");
    let key: Jwk = serde_json::from_value(key.clone()).expect("it is a key");
    let verifier = Rs256.verifier_from_jwk(&key).expect("it is for RS256");
    let (content, _header) =
        jws::deserialize_compact(token, &verifier).expect("the signature is of that key");
    serde_json::from_slice(&content).expect("the content is JSON")
}
