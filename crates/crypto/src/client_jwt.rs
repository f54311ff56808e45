//! JWTs that clients sign ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)), and the keys that they sign
//! them with.

use std::fmt;
use std::sync::Arc;

use authly_domain::clients::{Audience, ClientJwk, ClientJwks, ClientJwtFlaw, KeyUse};
use authly_domain::keys::{KeyId, PublicKey, SigningAlgorithm};
use josekit::jws::JwsVerifier;
use moka::sync::Cache;
use serde_json::{Map, Value};

use crate::jwk;
use crate::jws::{Compact, MAX_TOKEN_BYTES};
use crate::strict_json;

/// The most keys that are kept imported.
const IMPORTED: u64 = 10_000;

/// A JWT as it was read, without what it says. Whether it is the client's is not known yet.
pub struct ClientJwt {
    algorithm: SigningAlgorithm,
    kid: Option<String>,
    signing_input: String,
    signature: Vec<u8>,
}

impl ClientJwt {
    /// Reads a JWT whose `typ`, if it has one, is one of these in lower case; with its claims.
    ///
    /// # Errors
    /// With the first thing that is wrong.
    pub(crate) fn read(
        text: &str,
        types: &[&str],
    ) -> Result<(Self, Map<String, Value>), ClientJwtFlaw> {
        let token = Compact::parse(text).map_err(|_reason| ClientJwtFlaw::Malformed)?;
        let algorithm = token
            .member("alg")
            .map_err(|_reason| ClientJwtFlaw::Malformed)?;
        // `none` and the algorithms with a shared secret are none of these.
        let algorithm = algorithm
            .parse()
            .map_err(|_unknown| ClientJwtFlaw::Algorithm)?;
        if let Some(typ) = token.header.get("typ") {
            let typ = typ.as_str().map(str::to_ascii_lowercase);
            let known = typ.is_some_and(|typ| types.contains(&typ.as_str()));
            if !known {
                return Err(ClientJwtFlaw::Type);
            }
        }
        let kid = match token.header.get("kid") {
            None => None,
            Some(kid) => Some(kid.as_str().ok_or(ClientJwtFlaw::Malformed)?.to_owned()),
        };
        let payload = strict_json::parse(&token.payload, MAX_TOKEN_BYTES);
        let Ok(Value::Object(claims)) = payload else {
            return Err(ClientJwtFlaw::Malformed);
        };
        let jwt = Self {
            algorithm,
            kid,
            signing_input: token.signing_input.to_owned(),
            signature: token.signature,
        };
        Ok((jwt, claims))
    }

    /// What it says that it is signed with.
    #[must_use]
    pub const fn algorithm(&self) -> SigningAlgorithm {
        self.algorithm
    }

    /// Whether this key may have signed it: a key without a name may always have.
    fn may_be_by(&self, key: &ClientJwk) -> bool {
        let is_named = match (&self.kid, &key.kid) {
            (Some(wanted), Some(kid)) => wanted == kid,
            (Some(_), None) | (None, _) => true,
        };
        let alg = key.alg.as_deref();
        is_named
            && key.serves(KeyUse::Signature)
            && alg.is_none_or(|alg| alg == self.algorithm.as_str())
            && fits(&key.key, self.algorithm)
    }
}

/// The signature is not for a log.
impl fmt::Debug for ClientJwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientJwt")
            .field("algorithm", &self.algorithm)
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

fn fits(key: &PublicKey, algorithm: SigningAlgorithm) -> bool {
    match (key, algorithm) {
        (PublicKey::Rsa { .. }, SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256) => true,
        (PublicKey::Ec { crv, .. }, SigningAlgorithm::Es256) => crv == "P-256",
        (PublicKey::Okp { crv, .. }, SigningAlgorithm::EdDsa) => crv == "Ed25519",
        _ => false,
    }
}

/// A claim that may be missing.
///
/// # Errors
/// With its name, where it cannot be read.
pub(crate) fn claim<T>(
    claims: &Map<String, Value>,
    name: &'static str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Result<Option<T>, &'static str> {
    let value = claims.get(name);
    value.map(|value| read(value).ok_or(name)).transpose()
}

/// `aud` as it may stand there (RFC 7519 §4.1.3).
pub(crate) fn audience(value: &Value) -> Option<Audience> {
    match value {
        Value::String(one) => Some(Audience::One(one.clone())),
        Value::Array(several) => {
            let texts = several.iter().map(|one| one.as_str().map(str::to_owned));
            texts.collect::<Option<_>>().map(Audience::Several)
        }
        _ => None,
    }
}

/// A `NumericDate` (RFC 7519 §2), which may have a fraction.
pub(crate) fn seconds(value: &Value) -> Option<i64> {
    if let Some(whole) = value.as_i64() {
        return Some(whole);
    }
    let float = value.as_f64()?.floor();
    // Far beyond every calendar, and exact as a whole number.
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
    (float.abs() < 1e15).then_some(float as i64)
}

/// Checks who has signed. The keys of clients are imported once.
#[derive(Clone)]
pub struct ClientJwtVerifier {
    imported: Cache<(SigningAlgorithm, KeyId), Arc<Box<dyn JwsVerifier>>>,
}

impl Default for ClientJwtVerifier {
    fn default() -> Self {
        Self {
            imported: Cache::new(IMPORTED),
        }
    }
}

impl ClientJwtVerifier {
    /// Checks that one of these keys has signed the jwt.
    ///
    /// # Errors
    /// When none could have, or none has.
    pub fn check(&self, jwt: &ClientJwt, keys: &ClientJwks) -> Result<(), ClientJwtFlaw> {
        let mut reason = ClientJwtFlaw::UnknownKey;
        for key in keys.keys().iter().filter(|key| jwt.may_be_by(key)) {
            reason = ClientJwtFlaw::Signature;
            let Some(verifier) = self.verifier(jwt.algorithm, &key.key) else {
                continue;
            };
            let signed = jwt.signing_input.as_bytes();
            if verifier.verify(signed, &jwt.signature).is_ok() {
                return Ok(());
            }
        }
        Err(reason)
    }

    fn verifier(
        &self,
        algorithm: SigningAlgorithm,
        key: &PublicKey,
    ) -> Option<Arc<Box<dyn JwsVerifier>>> {
        let place = (algorithm, jwk::thumbprint(key));
        if let Some(known) = self.imported.get(&place) {
            return Some(known);
        }
        let text = serde_json::to_string(key).ok()?;
        let verifier = Arc::new(jwk::verifier(algorithm, &text).ok()?);
        self.imported.insert(place, Arc::clone(&verifier));
        Some(verifier)
    }
}
