//! Keys of clients, and what they sign: right and wrong, as the test says.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PKCS_RSA_SHA256, PublicKeyData as _, RsaKeySize,
    SigningKey as _,
};
use serde_json::{Value, json};

/// A key pair of a client's.
pub struct Signer {
    alg: &'static str,
    pair: KeyPair,
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

    fn new(alg: &'static str, pair: Result<KeyPair, rcgen::Error>) -> Self {
        let pair = pair.expect("a key can be made");
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
        let public = self.pair.der_bytes();
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
        STANDARD.encode(self.pair.serialize_der())
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
        let signature = self.pair.sign(input.as_bytes()).expect("the key signs");
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
