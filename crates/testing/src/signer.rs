//! Keys of clients, and what they sign: right and wrong, as the test says.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use rcgen::{
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PKCS_RSA_SHA256, PublicKeyData as _, RsaKeySize,
    SigningKey as _,
};
use serde_json::{Value, json};

/// A key pair of a client's.
pub struct Signer {
    alg: &'static str,
    pair: Pair,
}

/// The key pair itself.
enum Pair {
    Sound(KeyPair),
    /// One that other libraries make nothing of.
    Short(PKey<Private>),
}

impl Signer {
    /// A new key for ES256.
    #[must_use]
    pub fn es256() -> Self {
        Self::new("ES256", KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256))
    }

    /// A new key for `EdDSA`.
    #[must_use]
    pub fn eddsa() -> Self {
        Self::new("EdDSA", KeyPair::generate_for(&PKCS_ED25519))
    }

    /// A new key for RS256.
    #[must_use]
    pub fn rs256() -> Self {
        let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048);
        Self::new("RS256", pair)
    }

    /// A new key for RS256 with 1,024 bits, which are too few (RFC 7518 §3.3).
    #[must_use]
    pub fn short_rs256() -> Self {
        let pair = Rsa::generate(1_024).and_then(PKey::from_rsa);
        Self {
            alg: "RS256",
            pair: Pair::Short(pair.expect("a key can be made")),
        }
    }

    fn new(alg: &'static str, pair: Result<KeyPair, rcgen::Error>) -> Self {
        let pair = Pair::Sound(pair.expect("a key can be made"));
        Self { alg, pair }
    }

    /// The `alg` of what it signs.
    #[must_use]
    pub const fn alg(&self) -> &'static str {
        self.alg
    }

    /// The public half, without a `kid`.
    #[must_use]
    pub fn jwk(&self) -> Value {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let pair = match &self.pair {
            Pair::Sound(pair) => pair,
            Pair::Short(pair) => {
                let key = pair.rsa().expect("it is an RSA key");
                let (n, e) = (key.n().to_vec(), key.e().to_vec());
                return json!({ "kty": "RSA", "n": encode(&n), "e": encode(&e) });
            }
        };
        let public = pair.der_bytes();
        match self.alg {
            "ES256" => {
                // RFC 5480 §2.2: a byte, and two coordinates.
                let (x, y) = public[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y) })
            }
            "EdDSA" => json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(public) }),
            _ => {
                // RFC 8017 appendix A.1.1: a sequence of two numbers.
                let (sequence, _rest) = der(public);
                let (n, rest) = der(sequence);
                let (e, _rest) = der(rest);
                json!({ "kty": "RSA", "n": encode(unpadded(n)), "e": encode(unpadded(e)) })
            }
        }
    }

    /// The private half, as other libraries import it: PKCS #8 in base64.
    #[must_use]
    pub fn pkcs8(&self) -> String {
        STANDARD.encode(match &self.pair {
            Pair::Sound(pair) => pair.serialize_der(),
            Pair::Short(pair) => pair.private_key_to_pkcs8().expect("the key is one"),
        })
    }

    /// The public half with a `kid`.
    #[must_use]
    pub fn named(&self, kid: &str) -> Value {
        let mut jwk = self.jwk();
        jwk["kid"] = kid.into();
        jwk
    }

    /// A JWT of these claims, its header with these members beside `alg`.
    #[must_use]
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let mut members = json!({ "alg": self.alg });
        for (name, value) in header.as_object().expect("a header is an object") {
            members[name] = value.clone();
        }
        let parts = [members, claims.clone()];
        let parts = parts.map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let input = parts.join(".");
        let signature = match &self.pair {
            Pair::Sound(pair) => pair.sign(input.as_bytes()).expect("the key signs"),
            Pair::Short(pair) => openssl::sign::Signer::new(MessageDigest::sha256(), pair)
                .and_then(|mut signer| signer.sign_oneshot_to_vec(input.as_bytes()))
                .expect("the key signs"),
        };
        let signature = match self.alg {
            "ES256" => raw(&signature),
            _ => signature,
        };
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// A key set of these keys.
#[must_use]
pub fn key_set(keys: &[Value]) -> Value {
    json!({ "keys": keys })
}

/// What a value of DER holds, and what comes after it.
fn der(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (length, start) = match bytes[1] {
        short @ 0..0x80 => (usize::from(short), 2),
        long => {
            let count = usize::from(long & 0x7f);
            let digits = bytes[2..2 + count].iter();
            (
                digits.fold(0, |length, byte| length * 256 + usize::from(*byte)),
                2 + count,
            )
        }
    };
    bytes[start..].split_at(length)
}

/// A number without the zero that keeps it positive.
fn unpadded(number: &[u8]) -> &[u8] {
    number.strip_prefix(&[0]).unwrap_or(number)
}

/// The signature of RFC 7518 §3.4 out of that of RFC 3279 §2.2.3: two numbers of full length.
fn raw(signature: &[u8]) -> Vec<u8> {
    let (sequence, _rest) = der(signature);
    let (r, rest) = der(sequence);
    let (s, _rest) = der(rest);
    let full = |number: &[u8]| {
        let number = unpadded(number);
        [vec![0; 32 - number.len()], number.to_vec()].concat()
    };
    [full(r), full(s)].concat()
}
