//! The key ring: every key of ours ready for use. Importing a key costs as much as twenty
//! signatures, so that it is done once, at load and at rotation.

mod decrypter;
mod import;
mod shared;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use authly_domain::clients::ClientJwtFlaw;
use authly_domain::clock::Timestamp;
use authly_domain::keys::{
    EncryptionKeyRecord, KeyId, KeyPhase, SigningAlgorithm, SigningKeyRecord,
};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use self::decrypter::{Decrypter, Encrypted};
use self::import::{
    ActiveKey, Published, VerifyingKey, import_private, import_public, publishing_order,
    read_public,
};
pub use self::shared::SharedKeyRing;
use crate::base64url;
use crate::jwk::PublicJwk;
use crate::jws::{SigningError, TokenType, UnverifiedJws, VerifiedJwt, VerifyError};
use crate::master_key::MasterKey;
use crate::seal::SealError;

/// Why a key ring cannot be built. None of them shows key material.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    /// The private half of a key that signs or opens does not open itself.
    #[error("the private half of key {kid} does not open")]
    Sealed {
        /// Which key.
        kid: KeyId,
        /// Why: another master key (both are named), or changed bytes.
        source: SealError,
    },
    /// The private half of a key opens, and is no key. Its cause is left out, since it
    /// could quote what it read.
    #[error("the private half of key {kid} is not a key for its algorithm")]
    PrivateKey {
        /// Which key.
        kid: KeyId,
    },
    /// The public half of a key is no key, or its `kid` or `alg` is not the record's.
    #[error("the public half of key {kid} is not a key for its algorithm")]
    PublicKey {
        /// Which key.
        kid: KeyId,
    },
    /// The key set could not be written as JSON.
    #[error("the key set could not be written")]
    Encoding(#[source] Box<dyn Error + Send + Sync>),
}

/// The keys at one moment, imported, with the key set that tells the world about them.
///
/// It is built anew when the keys change, or when a retiring key's time is over.
pub struct KeyRing {
    active: Vec<ActiveKey>,
    verifying: HashMap<String, VerifyingKey>,
    /// What opens what was encrypted to us, the newest first.
    decrypters: Vec<Decrypter>,
    published: Vec<PublicJwk>,
    jwks: Arc<[u8]>,
    etag: String,
}

impl KeyRing {
    /// Imports the keys: the private halves of those that sign, the public halves of all but the
    /// revoked ones. `longest_token` is how long the longest-lived token that they sign counts.
    ///
    /// Where several keys of one algorithm are active, the one activated last signs.
    ///
    /// # Errors
    /// When an active key's private half does not open under `master`, or a record holds no key.
    pub fn build(
        records: &[SigningKeyRecord],
        master: &MasterKey,
        now: Timestamp,
        longest_token: Duration,
    ) -> Result<Self, KeyRingError> {
        let mut records: Vec<&SigningKeyRecord> = records.iter().collect();
        records.sort_by(|left, right| publishing_order(left).cmp(&publishing_order(right)));

        let mut active: Vec<ActiveKey> = Vec::new();
        let mut verifying = HashMap::new();
        let mut published_keys = Vec::new();
        for record in records {
            if matches!(record.phase, KeyPhase::Revoked { .. }) {
                continue;
            }
            let public = read_public(record)?;
            let published = if record.phase.is_published(now, longest_token) {
                Published::Yes
            } else {
                Published::NoLonger
            };
            let key = import_public(record, &public, published)?;
            verifying.insert(record.kid.as_str().to_owned(), key);
            if published == Published::Yes {
                published_keys.push(public);
            }
            if let KeyPhase::Active { since } = record.phase
                && !active.iter().any(|key| key.algorithm == record.algorithm)
            {
                active.push(import_private(record, since, master)?);
            }
        }

        let (jwks, etag) = document(&published_keys)?;
        Ok(Self {
            active,
            verifying,
            decrypters: Vec::new(),
            published: published_keys,
            jwks,
            etag,
        })
    }

    /// The same ring with the keys that others encrypt to. The one that was not replaced is published,
    /// behind the keys that verify.
    ///
    /// # Errors
    /// When a private half does not open under `master`, or a record holds no key.
    pub fn with_encryption_keys(
        mut self,
        records: &[EncryptionKeyRecord],
        master: &MasterKey,
    ) -> Result<Self, KeyRingError> {
        let mut records: Vec<_> = records.iter().collect();
        records.sort_by_key(|record| (record.replaced_at.is_some(), Reverse(record.created_at)));
        for record in records {
            let (decrypter, public) = Decrypter::import(record, master)?;
            self.decrypters.push(decrypter);
            if record.replaced_at.is_none() {
                self.published.push(public);
            }
        }
        (self.jwks, self.etag) = document(&self.published)?;
        Ok(self)
    }

    /// Whether a token is in the form of what is encrypted. Whether it opens is not known yet.
    #[must_use]
    pub fn is_encrypted(token: &str) -> bool {
        decrypter::is_encrypted(token)
    }

    /// Opens what a client has encrypted to a key of ours (RFC 7516 §5.2): the text that is in it.
    ///
    /// # Errors
    /// With the first thing that is wrong.
    pub fn decrypt(&self, token: &str) -> Result<Zeroizing<String>, ClientJwtFlaw> {
        let encrypted = Encrypted::parse(token)?;
        let mut why = ClientJwtFlaw::EncryptedToOthers;
        let keys = self.decrypters.iter();
        for key in keys.filter(|key| encrypted.may_be_to(key)) {
            why = ClientJwtFlaw::DoesNotOpen;
            if let Some(text) = key.open(&encrypted) {
                return Ok(text);
            }
        }
        Err(why)
    }

    /// Signs claims with the active key of the algorithm: compact form, with `alg`, `typ` and `kid`
    /// in the header.
    ///
    /// # Errors
    /// When no key of the algorithm is active, the claims cannot be written as JSON, or the library
    /// fails.
    pub fn sign(
        &self,
        algorithm: SigningAlgorithm,
        typ: TokenType,
        claims: &impl Serialize,
    ) -> Result<String, SigningError> {
        let key = self
            .active(algorithm)
            .ok_or(SigningError::NoActiveKey(algorithm))?;
        let payload =
            serde_json::to_vec(claims).map_err(|error| SigningError::Claims(error.into()))?;
        key.sign(typ, &payload)
    }

    /// The `kid` of the key that signs with this algorithm; `None` when none does.
    #[must_use]
    pub fn active_kid(&self, algorithm: SigningAlgorithm) -> Option<&KeyId> {
        self.active(algorithm).map(|key| &key.kid)
    }

    /// Since when that key signs; `None` when none does.
    #[must_use]
    pub fn active_since(&self, algorithm: SigningAlgorithm) -> Option<Timestamp> {
        self.active(algorithm).map(|key| key.since)
    }

    /// The published key set (RFC 7517 §5) as JSON. Active keys come first, then announced, then
    /// retiring ones.
    #[must_use]
    pub fn jwks_bytes(&self) -> Arc<[u8]> {
        Arc::clone(&self.jwks)
    }

    /// The strong entity tag of the key set, with its quotes (RFC 9110 §8.8.3).
    #[must_use]
    pub fn jwks_etag(&self) -> &str {
        &self.etag
    }

    /// Checks that a published key of ours signed the token, and that it is of the type `typ`, or of
    /// any of our types for `None`. Times, issuer and audience are not looked at.
    ///
    /// # Errors
    /// The reason why it is not one of ours.
    pub fn verify(&self, token: &str, typ: Option<TokenType>) -> Result<VerifiedJwt, VerifyError> {
        let token = UnverifiedJws::parse(token)?;
        if typ.is_some_and(|wanted| wanted != token.typ) {
            return Err(VerifyError::Type);
        }
        match self.verifying.get(&token.kid) {
            Some(key) if key.published == Published::Yes => key.check(token),
            _ => Err(VerifyError::UnknownKey),
        }
    }

    /// Checks an `id_token_hint` (OpenID Connect Core §3.1.2.1): an old ID token is still a hint, so
    /// that keys which have left the key set count too, unless they were revoked.
    ///
    /// # Errors
    /// The reason why it is not one of ours.
    pub fn verify_id_token_hint(&self, token: &str) -> Result<VerifiedJwt, VerifyError> {
        let token = UnverifiedJws::parse(token)?;
        if token.typ != TokenType::Jwt {
            return Err(VerifyError::Type);
        }
        self.verifying
            .get(&token.kid)
            .ok_or(VerifyError::UnknownKey)?
            .check(token)
    }

    fn active(&self, algorithm: SigningAlgorithm) -> Option<&ActiveKey> {
        self.active.iter().find(|key| key.algorithm == algorithm)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let active: Vec<&str> = self.active.iter().map(|key| key.kid.as_str()).collect();
        f.debug_struct("KeyRing")
            .field("active", &active)
            .finish_non_exhaustive()
    }
}

/// The key set as it is published, and its entity tag.
fn document(keys: &[PublicJwk]) -> Result<(Arc<[u8]>, String), KeyRingError> {
    let jwks = serde_json::to_vec(&Jwks { keys });
    let jwks = jwks.map_err(|error| KeyRingError::Encoding(error.into()))?;
    let etag = format!("\"{}\"", base64url::encode(Sha256::digest(&jwks)));
    Ok((jwks.into(), etag))
}

/// The key set as JSON.
#[derive(Serialize)]
struct Jwks<'a> {
    keys: &'a [PublicJwk],
}

#[cfg(test)]
mod tests;
