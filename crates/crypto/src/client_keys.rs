//! The public keys of clients, read strictly: what is no key, or a weak or a private one, is refused
//! when it is registered, so that no later request fails by it.

use authly_domain::clients::{
    ClientJwk, ClientJwks, KeyOperation, KeyUse, MAX_JWKS_BYTES, MAX_KEYS,
};
use authly_domain::keys::PublicKey;
use serde_json::{Map, Value};

use crate::base64url;
use crate::jwk;
use crate::strict_json::{self, StrictJsonError};

/// The fewest and the most bits of an RSA modulus (RFC 7518 §3.3).
const RSA_BITS: std::ops::RangeInclusive<usize> = 2_048..=8_192;
/// The most bytes of an RSA exponent.
const MAX_EXPONENT: usize = 4;
/// The longest `kid`, in bytes.
const MAX_KID: usize = 256;
/// What only private and symmetric keys have (RFC 7518 §6).
const SECRET: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Something that is wrong about a key set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JwksFlaw {
    /// Which key, counted from 0; `None` for the set itself.
    pub key: Option<usize>,
    /// What is wrong.
    pub why: JwkError,
}

/// What is wrong about a key, or a key set. None of them quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwkError {
    /// It is no JSON that is read.
    #[error(transparent)]
    Json(#[from] StrictJsonError),
    /// It is no key set (RFC 7517 §5).
    #[error("a key set is an object whose member keys is a list")]
    NotASet,
    /// It has no key, or too many.
    #[error("a key set has between 1 and {MAX_KEYS} keys")]
    Count,
    /// It is no object.
    #[error("a key is an object")]
    NotAnObject,
    /// It has members that are to be kept secret.
    #[error(
        "only public keys are registered, and this one is private or symmetric: take it out of use"
    )]
    Secret,
    /// A member that the key needs is not there as text.
    #[error("the key has no {0}, or it is not of the right type")]
    Member(&'static str),
    /// Its type or curve is none of those that are known.
    #[error("the key is not RSA, P-256, P-384, P-521, Ed25519 or X25519")]
    Unknown,
    /// A number of it is not written as RFC 7518 §6 wants it.
    #[error("{0} is not base64url of the length that it has to have")]
    Number(&'static str),
    /// It is an RSA key that is too short, or too long to be used at every login.
    #[error("an RSA key has between 2048 and 8192 bits")]
    Length,
    /// It is an RSA key that does not hide anything.
    #[error("the exponent of an RSA key is odd, and between 3 and 4294967295")]
    Exponent,
    /// It is no point of its curve, or none that hides anything.
    #[error("the numbers of the key make no key")]
    NoKey,
    /// Its `kid` is empty or too long.
    #[error("a kid has between 1 and 256 characters, none of them a control character")]
    Kid,
    /// Its `kid` is another's too.
    #[error("another key has the same kid")]
    SameKid,
    /// Its `use` or `key_ops` says what cannot be done with a public key, or both disagree.
    #[error("use is sig or enc, and key_ops names what is done with such a public key")]
    Purpose,
    /// Its `alg` is none that is known for it.
    #[error("alg is not one of the known values for such a key")]
    Algorithm,
}

/// Reads a key set (RFC 7517 §5) and keeps of it the members that we know.
///
/// # Errors
/// With everything that is wrong: the first thing about each key.
pub fn read(document: &[u8]) -> Result<ClientJwks, Vec<JwksFlaw>> {
    let whole = |why| vec![JwksFlaw { key: None, why }];
    let set =
        strict_json::parse(document, MAX_JWKS_BYTES).map_err(|why| whole(JwkError::Json(why)))?;
    let keys = set.get("keys").and_then(Value::as_array);
    let keys = keys.ok_or_else(|| whole(JwkError::NotASet))?;
    if keys.is_empty() || keys.len() > MAX_KEYS {
        return Err(whole(JwkError::Count));
    }
    let (mut read, mut flaws) = (Vec::<ClientJwk>::new(), Vec::new());
    for (at, key) in keys.iter().enumerate() {
        let key = read_key(key).and_then(|key| {
            let is_taken = |other: &ClientJwk| other.kid.is_some() && other.kid == key.kid;
            if read.iter().any(is_taken) {
                return Err(JwkError::SameKid);
            }
            Ok(key)
        });
        match key {
            Ok(key) => read.push(key),
            Err(why) => flaws.push(JwksFlaw { key: Some(at), why }),
        }
    }
    if flaws.is_empty() {
        Ok(ClientJwks::of_read(read))
    } else {
        Err(flaws)
    }
}

/// Reads a key set that a client keeps elsewhere: the keys of it that can be registered, without the
/// others. What is new to us, or weak, is no reason to refuse the rest (RFC 7517 §5).
///
/// # Errors
/// When it is no key set, or has too many keys.
pub fn read_usable(document: &[u8]) -> Result<ClientJwks, JwkError> {
    let set = strict_json::parse(document, document.len())?;
    let keys = set.get("keys").and_then(Value::as_array);
    let keys = keys.ok_or(JwkError::NotASet)?;
    if keys.len() > MAX_KEYS {
        return Err(JwkError::Count);
    }
    let usable = keys.iter().filter_map(|key| read_key(key).ok());
    Ok(ClientJwks::of_read(usable.collect()))
}

fn read_key(key: &Value) -> Result<ClientJwk, JwkError> {
    let members = key.as_object().ok_or(JwkError::NotAnObject)?;
    if SECRET.iter().any(|name| members.contains_key(*name)) {
        return Err(JwkError::Secret);
    }
    let kid = text_opt(members, "kid")?;
    let is_short = |kid: &str| (1..=MAX_KID).contains(&kid.len());
    if kid.is_some_and(|kid| !is_short(kid) || kid.chars().any(char::is_control)) {
        return Err(JwkError::Kid);
    }
    let key = public_key(members)?;
    let key = ClientJwk {
        kid: kid.map(str::to_owned),
        key_use: text_opt(members, "use")?.map(key_use).transpose()?,
        key_ops: operations(members)?,
        alg: text_opt(members, "alg")?.map(str::to_owned),
        key,
    };
    check_purpose(&key)?;
    jwk::check_public(&key.key).map_err(|_error| JwkError::NoKey)?;
    Ok(key)
}

fn text<'m>(members: &'m Map<String, Value>, name: &'static str) -> Result<&'m str, JwkError> {
    text_opt(members, name)?.ok_or(JwkError::Member(name))
}

fn text_opt<'m>(
    members: &'m Map<String, Value>,
    name: &'static str,
) -> Result<Option<&'m str>, JwkError> {
    let member = members.get(name);
    let text = |member: &'m Value| member.as_str().ok_or(JwkError::Member(name));
    member.map(text).transpose()
}

fn public_key(members: &Map<String, Value>) -> Result<PublicKey, JwkError> {
    let number = |name, length| {
        let text = text(members, name)?;
        let bytes = base64url::decode(text).filter(|bytes| bytes.len() == length);
        bytes
            .map(|_right| text.to_owned())
            .ok_or(JwkError::Number(name))
    };
    match text(members, "kty")? {
        "RSA" => rsa(members),
        "oct" => Err(JwkError::Secret),
        kind @ ("EC" | "OKP") => {
            let crv = text(members, "crv")?;
            match (kind, crv, coordinate(crv)) {
                // RFC 7518 §6.2.1.2: coordinates have the full length of the curve.
                ("EC", "P-256" | "P-384" | "P-521", length) => Ok(PublicKey::Ec {
                    crv: crv.to_owned(),
                    x: number("x", length)?,
                    y: number("y", length)?,
                }),
                ("OKP", "Ed25519" | "X25519", length) => Ok(PublicKey::Okp {
                    crv: crv.to_owned(),
                    x: number("x", length)?,
                }),
                _ => Err(JwkError::Unknown),
            }
        }
        _ => Err(JwkError::Unknown),
    }
}

/// How many bytes a coordinate has on this curve.
fn coordinate(crv: &str) -> usize {
    match crv {
        "P-384" => 48,
        "P-521" => 66,
        _ => 32,
    }
}

fn rsa(members: &Map<String, Value>) -> Result<PublicKey, JwkError> {
    let number = |name| {
        let text = text(members, name)?;
        // RFC 7518 §6.3.1.1: without zeros before it.
        let bytes = base64url::decode(text).filter(|bytes| bytes.first().is_some_and(|b| *b != 0));
        bytes.ok_or(JwkError::Number(name))
    };
    let (n, e) = (number("n")?, number("e")?);
    let unused = n.first().map_or(0, |byte| byte.leading_zeros());
    let bits = (n.len() * 8).saturating_sub(usize::try_from(unused).unwrap_or(0));
    if !RSA_BITS.contains(&bits) {
        return Err(JwkError::Length);
    }
    let is_odd = |bytes: &[u8]| bytes.last().is_some_and(|byte| byte % 2 == 1);
    if !is_odd(&n) {
        return Err(JwkError::NoKey);
    }
    if !is_odd(&e) || e == [1] || e.len() > MAX_EXPONENT {
        return Err(JwkError::Exponent);
    }
    Ok(PublicKey::Rsa {
        n: base64url::encode(n),
        e: base64url::encode(e),
    })
}

fn key_use(text: &str) -> Result<KeyUse, JwkError> {
    match text {
        "sig" => Ok(KeyUse::Signature),
        "enc" => Ok(KeyUse::Encryption),
        _ => Err(JwkError::Purpose),
    }
}

fn operations(members: &Map<String, Value>) -> Result<Option<Vec<KeyOperation>>, JwkError> {
    let Some(listed) = members.get("key_ops") else {
        return Ok(None);
    };
    let listed = listed.as_array().ok_or(JwkError::Member("key_ops"))?;
    let mut operations = Vec::new();
    for one in listed {
        let operation = match one.as_str() {
            Some("verify") => KeyOperation::Verify,
            Some("encrypt") => KeyOperation::Encrypt,
            Some("wrapKey") => KeyOperation::WrapKey,
            Some("deriveKey") => KeyOperation::DeriveKey,
            Some("deriveBits") => KeyOperation::DeriveBits,
            // `sign` and its like are done with a private key.
            _ => return Err(JwkError::Purpose),
        };
        if operations.contains(&operation) {
            return Err(JwkError::Purpose);
        }
        operations.push(operation);
    }
    Ok(Some(operations))
}

/// That `use`, `key_ops` and `alg` agree with each other and with the key.
fn check_purpose(key: &ClientJwk) -> Result<(), JwkError> {
    let purposes = [KeyUse::Signature, KeyUse::Encryption];
    if !purposes.into_iter().any(|purpose| key.serves(purpose)) {
        return Err(JwkError::Purpose);
    }
    let Some(alg) = key.alg.as_deref() else {
        return Ok(());
    };
    let known = purposes
        .into_iter()
        .find(|purpose| algorithms(&key.key, *purpose).contains(&alg));
    match known {
        None => Err(JwkError::Algorithm),
        Some(purpose) if key.serves(purpose) => Ok(()),
        Some(_other) => Err(JwkError::Purpose),
    }
}

/// The algorithms that are known for such a key, whether or not we use them. `RSA1_5` and RSA-OAEP with
/// SHA-1 are not among them.
fn algorithms(key: &PublicKey, purpose: KeyUse) -> &'static [&'static str] {
    const AGREEMENT: &[&str] = &[
        "ECDH-ES",
        "ECDH-ES+A128KW",
        "ECDH-ES+A192KW",
        "ECDH-ES+A256KW",
    ];
    match (key, purpose) {
        (PublicKey::Rsa { .. }, KeyUse::Signature) => {
            &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
        }
        (PublicKey::Rsa { .. }, KeyUse::Encryption) => &["RSA-OAEP-256"],
        (PublicKey::Ec { crv, .. }, KeyUse::Signature) => match crv.as_str() {
            "P-256" => &["ES256"],
            "P-384" => &["ES384"],
            _ => &["ES512"],
        },
        (PublicKey::Okp { crv, .. }, KeyUse::Signature) if crv == "Ed25519" => &["EdDSA"],
        (PublicKey::Okp { crv, .. }, KeyUse::Encryption) if crv == "Ed25519" => &[],
        (PublicKey::Okp { .. }, KeyUse::Signature) => &[],
        (_, KeyUse::Encryption) => AGREEMENT,
    }
}

#[cfg(test)]
mod tests;
