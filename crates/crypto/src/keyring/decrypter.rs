//! What clients encrypt to us ([RFC 7516](https://www.rfc-editor.org/rfc/rfc7516)), opened.

use authly_domain::clients::ClientJwtFlaw;
use authly_domain::keys::{ContentEncryption, EncryptionKeyRecord, KeyId, KeyManagement};
use josekit::jwe::{self, JweDecrypter};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::KeyRingError;
use crate::base64url;
use crate::jwk::{self, PublicJwk};
use crate::jws::MAX_TOKEN_BYTES;
use crate::master_key::MasterKey;
use crate::seal::open_private_key;
use crate::strict_json;

/// The longest encrypted token that is read, in bytes: what holds the longest signed one.
const MAX_ENCRYPTED_BYTES: usize = MAX_TOKEN_BYTES * 4 / 3 + 2_048;
/// How long the nonce and the tag of GCM are (RFC 7518 §5.3), in bytes. OpenSSL takes shorter tags, which
/// can be guessed.
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
/// How long a coordinate on P-256 is, whatever it begins with (RFC 7518 §6.2.1.2), in bytes.
const COORDINATE_BYTES: usize = 32;
/// How much longer a key is when it is wrapped (RFC 3394 §2.2.1), in bytes.
const WRAPPING_BYTES: usize = 8;

/// A key of ours, imported for each way in which something can be encrypted to it.
pub(super) struct Decrypter {
    kid: KeyId,
    ways: Vec<(KeyManagement, Box<dyn JweDecrypter>)>,
}

/// An encrypted token, taken apart as far as can be done without a key.
pub(super) struct Encrypted<'t> {
    token: &'t str,
    alg: KeyManagement,
    kid: Option<String>,
}

/// Whether a token is in the compact form of what is encrypted (RFC 7516 §9).
pub(super) fn is_encrypted(token: &str) -> bool {
    token.bytes().filter(|byte| *byte == b'.').count() == 4
}

impl<'t> Encrypted<'t> {
    /// Takes a token apart. The lengths are looked at here, since the libraries trust them.
    pub(super) fn parse(token: &'t str) -> Result<Self, ClientJwtFlaw> {
        if token.len() > MAX_ENCRYPTED_BYTES {
            return Err(ClientJwtFlaw::Malformed);
        }
        let parts: Option<Vec<_>> = token.split('.').map(base64url::decode).collect();
        let parts = parts.ok_or(ClientJwtFlaw::Malformed)?;
        let [header, wrapped, nonce, _content, tag] = parts.as_slice() else {
            return Err(ClientJwtFlaw::Malformed);
        };
        let header = strict_json::parse(header, MAX_TOKEN_BYTES);
        let Ok(Value::Object(header)) = header else {
            return Err(ClientJwtFlaw::Malformed);
        };
        let (alg, enc) = ways(&header)?;
        if !header.get("epk").is_some_and(is_whole) {
            return Err(ClientJwtFlaw::EphemeralKey);
        }
        let expected = match alg {
            KeyManagement::EcdhEs => 0,
            _ => enc.key_bytes() + WRAPPING_BYTES,
        };
        if wrapped.len() != expected || nonce.len() != NONCE_BYTES || tag.len() != TAG_BYTES {
            return Err(ClientJwtFlaw::Malformed);
        }
        let kid = match header.get("kid") {
            None => None,
            Some(kid) => Some(kid.as_str().ok_or(ClientJwtFlaw::Malformed)?.to_owned()),
        };
        Ok(Self { token, alg, kid })
    }

    /// Whether it may be encrypted to this key: without a `kid`, to any.
    pub(super) fn may_be_to(&self, key: &Decrypter) -> bool {
        let kid = self.kid.as_deref();
        kid.is_none_or(|kid| kid == key.kid.as_str())
    }
}

/// `alg` and `enc`, if we open what is encrypted so. Nothing compressed is opened: little can become much
/// (RFC 8725 §3.6).
fn ways(header: &Map<String, Value>) -> Result<(KeyManagement, ContentEncryption), ClientJwtFlaw> {
    let text = |name| header.get(name).and_then(Value::as_str);
    let (Some(alg), Some(enc)) = (text("alg"), text("enc")) else {
        return Err(ClientJwtFlaw::Malformed);
    };
    let other = ClientJwtFlaw::EncryptedOtherwise;
    if header.contains_key("zip") || header.contains_key("crit") {
        return Err(other);
    }
    let alg: KeyManagement = alg.parse().map_err(|_unknown| other)?;
    let enc: ContentEncryption = enc.parse().map_err(|_unknown| other)?;
    if KeyManagement::OPENED.contains(&alg) && ContentEncryption::OPENED.contains(&enc) {
        Ok((alg, enc))
    } else {
        Err(other)
    }
}

/// Whether the sender's key for this token alone is one on P-256 with coordinates in full length. Some
/// libraries leave out the zeros that one in 128 keys has, and their users have to be told why.
fn is_whole(epk: &Value) -> bool {
    let text = |name| epk.get(name).and_then(Value::as_str);
    let coordinate = |name| text(name).and_then(base64url::decode);
    let is_whole = |name| coordinate(name).is_some_and(|bytes| bytes.len() == COORDINATE_BYTES);
    text("kty") == Some("EC") && text("crv") == Some("P-256") && is_whole("x") && is_whole("y")
}

impl Decrypter {
    /// Imports a key, with what is published of it.
    pub(super) fn import(
        record: &EncryptionKeyRecord,
        master: &MasterKey,
    ) -> Result<(Self, PublicJwk), KeyRingError> {
        let kid = || record.kid.clone();
        let public: Option<PublicJwk> = serde_json::from_str(&record.public_jwk).ok();
        let public = public.filter(|jwk| jwk.kid == record.kid.as_str() && jwk.alg.is_none());
        let public = public.ok_or_else(|| KeyRingError::PublicKey { kid: kid() })?;
        let private = open_private_key(master, &record.kid, &record.sealed_private_key);
        let private = private.map_err(|source| KeyRingError::Sealed { kid: kid(), source })?;
        let import = |alg| {
            let decrypter = jwk::decrypter(alg, &private);
            let decrypter = decrypter.map_err(|_error| KeyRingError::PrivateKey { kid: kid() });
            decrypter.map(|decrypter| (alg, decrypter))
        };
        let ways = KeyManagement::OPENED.into_iter().map(import);
        let imported = Self {
            ways: ways.collect::<Result<_, _>>()?,
            kid: kid(),
        };
        Ok((imported, public))
    }

    /// The text that was encrypted; `None` when it was not encrypted to this key, or was changed.
    pub(super) fn open(&self, encrypted: &Encrypted<'_>) -> Option<Zeroizing<String>> {
        let mut ways = self.ways.iter();
        let (_, key) = ways.find(|(alg, _)| *alg == encrypted.alg)?;
        let (content, _header) = jwe::deserialize_compact(encrypted.token, &**key).ok()?;
        String::from_utf8(content).ok().map(Zeroizing::new)
    }
}
