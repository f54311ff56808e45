//! Assertions by which clients prove themselves (RFC 7523), and the keys that they sign them with.

use std::fmt;
use std::sync::Arc;

use authly_domain::clients::{
    AssertionClaims, AssertionFlaw, Audience, ClientJwk, ClientJwks, KeyUse,
};
use authly_domain::keys::{KeyId, PublicKey, SigningAlgorithm};
use josekit::jws::JwsVerifier;
use moka::sync::Cache;
use serde_json::{Map, Value};

use crate::jwk;
use crate::jws::{Compact, MAX_TOKEN_BYTES};
use crate::strict_json;

/// The most keys that are kept imported.
const IMPORTED: u64 = 10_000;
/// What `typ` may say, if it says anything: RFC 7519 §5.1, draft-ietf-oauth-rfc7523bis §5.
const TYPES: [&str; 2] = ["jwt", "client-authentication+jwt"];

/// An assertion as it was read. Whether it is the client's is not known yet.
pub struct ClientAssertion {
    algorithm: SigningAlgorithm,
    kid: Option<String>,
    claims: AssertionClaims,
    signing_input: String,
    signature: Vec<u8>,
}

impl ClientAssertion {
    /// Reads an assertion.
    ///
    /// # Errors
    /// With the first thing that is wrong.
    pub fn read(text: &str) -> Result<Self, AssertionFlaw> {
        let token = Compact::parse(text).map_err(|_reason| AssertionFlaw::Malformed)?;
        let algorithm = token
            .member("alg")
            .map_err(|_reason| AssertionFlaw::Malformed)?;
        // `none` and the algorithms with a shared secret are none of these.
        let algorithm = algorithm
            .parse()
            .map_err(|_unknown| AssertionFlaw::Algorithm)?;
        if let Some(typ) = token.header.get("typ") {
            let typ = typ.as_str().map(str::to_ascii_lowercase);
            let known = typ.is_some_and(|typ| TYPES.contains(&typ.as_str()));
            if !known {
                return Err(AssertionFlaw::Type);
            }
        }
        let kid = match token.header.get("kid") {
            None => None,
            Some(kid) => Some(kid.as_str().ok_or(AssertionFlaw::Malformed)?.to_owned()),
        };
        let payload = strict_json::parse(&token.payload, MAX_TOKEN_BYTES);
        let payload = payload.map_err(|_reason| AssertionFlaw::Malformed)?;
        let claims = payload.as_object().ok_or(AssertionFlaw::Malformed)?;
        Ok(Self {
            algorithm,
            kid,
            claims: read_claims(claims)?,
            signing_input: token.signing_input.to_owned(),
            signature: token.signature,
        })
    }

    /// What it claims.
    #[must_use]
    pub const fn claims(&self) -> &AssertionClaims {
        &self.claims
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

/// Neither the signature nor the claims are for a log.
impl fmt::Debug for ClientAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientAssertion")
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

fn read_claims(claims: &Map<String, Value>) -> Result<AssertionClaims, AssertionFlaw> {
    let text = |name| {
        let text = claims
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or(AssertionFlaw::Claim(name))
    };
    let time = |name| {
        claims
            .get(name)
            .map(|value| seconds(value).ok_or(AssertionFlaw::Claim(name)))
    };
    Ok(AssertionClaims {
        iss: text("iss")?,
        sub: text("sub")?,
        aud: claims
            .get("aud")
            .and_then(audience)
            .ok_or(AssertionFlaw::Claim("aud"))?,
        exp: time("exp").ok_or(AssertionFlaw::Claim("exp"))??,
        nbf: time("nbf").transpose()?,
        iat: time("iat").transpose()?,
        jti: text("jti")?,
    })
}

fn audience(value: &Value) -> Option<Audience> {
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
fn seconds(value: &Value) -> Option<i64> {
    if let Some(whole) = value.as_i64() {
        return Some(whole);
    }
    let float = value.as_f64()?.floor();
    // Far beyond every calendar, and exact as a whole number.
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
    (float.abs() < 1e15).then_some(float as i64)
}

/// Checks assertions. The keys of clients are imported once.
#[derive(Clone)]
pub struct AssertionVerifier {
    imported: Cache<(SigningAlgorithm, KeyId), Arc<Box<dyn JwsVerifier>>>,
}

impl Default for AssertionVerifier {
    fn default() -> Self {
        Self {
            imported: Cache::new(IMPORTED),
        }
    }
}

impl AssertionVerifier {
    /// Checks that one of these keys has signed the assertion.
    ///
    /// # Errors
    /// When none could have, or none has.
    pub fn check(
        &self,
        assertion: &ClientAssertion,
        keys: &ClientJwks,
    ) -> Result<(), AssertionFlaw> {
        let mut reason = AssertionFlaw::UnknownKey;
        for key in keys.keys().iter().filter(|key| assertion.may_be_by(key)) {
            reason = AssertionFlaw::Signature;
            let Some(verifier) = self.verifier(assertion.algorithm, &key.key) else {
                continue;
            };
            let signed = assertion.signing_input.as_bytes();
            if verifier.verify(signed, &assertion.signature).is_ok() {
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

#[cfg(test)]
mod tests;
