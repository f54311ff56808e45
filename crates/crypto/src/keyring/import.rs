//! Records turned into keys that work.

use std::cmp::Reverse;

use authly_domain::clock::Timestamp;
use authly_domain::keys::{KeyId, KeyPhase, SigningAlgorithm, SigningKeyRecord};
use josekit::jws::{self, JwsHeader, JwsSigner, JwsVerifier};

use super::KeyRingError;
use crate::jwk::{self, PublicJwk};
use crate::jws::{SigningError, TokenType, UnverifiedJws, VerifiedJwt, VerifyError};
use crate::master_key::MasterKey;
use crate::seal::open_private_key;

/// A key that signs.
pub(super) struct ActiveKey {
    pub(super) algorithm: SigningAlgorithm,
    pub(super) kid: KeyId,
    pub(super) since: Timestamp,
    signer: Box<dyn JwsSigner>,
}

/// A key that verifies.
pub(super) struct VerifyingKey {
    algorithm: SigningAlgorithm,
    verifier: Box<dyn JwsVerifier>,
    pub(super) published: Published,
}

/// Whether a key is in the published set. What has left it verifies an `id_token_hint` alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Published {
    Yes,
    NoLonger,
}

impl ActiveKey {
    /// Signs a payload, in compact form.
    pub(super) fn sign(&self, typ: TokenType, payload: &[u8]) -> Result<String, SigningError> {
        let mut header = JwsHeader::new();
        header.set_token_type(typ.as_str());
        header.set_key_id(self.kid.as_str());
        jws::serialize_compact(payload, &header, &*self.signer)
            .map_err(|error| SigningError::Signature(error.into()))
    }
}

impl VerifyingKey {
    /// Checks that this key signed the token.
    pub(super) fn check(&self, token: UnverifiedJws<'_>) -> Result<VerifiedJwt, VerifyError> {
        // RFC 8725 §3.1: the key says which algorithm it is for, never the token.
        if token.alg != self.algorithm.as_str() {
            return Err(VerifyError::Algorithm);
        }
        self.verifier
            .verify(token.signing_input.as_bytes(), &token.signature)
            .map_err(|_error| VerifyError::Signature)?;
        Ok(VerifiedJwt {
            kid: KeyId::new(token.kid),
            typ: token.typ,
            payload: token.payload,
        })
    }
}

/// Active keys first, then announced, retiring and past ones; by algorithm within each, the newest
/// of an algorithm first.
pub(super) fn publishing_order(
    record: &SigningKeyRecord,
) -> (u8, SigningAlgorithm, Reverse<Timestamp>, &str) {
    let (rank, since) = match record.phase {
        KeyPhase::Active { since } => (0, since),
        KeyPhase::Announced => (1, record.created_at),
        KeyPhase::Retiring { since } => (2, since),
        KeyPhase::Gone { since } | KeyPhase::Revoked { since } => (3, since),
    };
    (rank, record.algorithm, Reverse(since), record.kid.as_str())
}

/// Reads the public JWK, and drops whatever member does not belong in a public key.
pub(super) fn read_public(record: &SigningKeyRecord) -> Result<PublicJwk, KeyRingError> {
    let public: Option<PublicJwk> = serde_json::from_str(&record.public_jwk).ok();
    public
        .filter(|jwk| {
            jwk.kid == record.kid.as_str() && jwk.alg.as_deref() == Some(record.algorithm.as_str())
        })
        .ok_or_else(|| KeyRingError::PublicKey {
            kid: record.kid.clone(),
        })
}

pub(super) fn import_public(
    record: &SigningKeyRecord,
    public: &PublicJwk,
    published: Published,
) -> Result<VerifyingKey, KeyRingError> {
    let text =
        serde_json::to_string(public).map_err(|error| KeyRingError::Encoding(error.into()))?;
    let verifier =
        jwk::verifier(record.algorithm, &text).map_err(|_error| KeyRingError::PublicKey {
            kid: record.kid.clone(),
        })?;
    Ok(VerifyingKey {
        algorithm: record.algorithm,
        verifier,
        published,
    })
}

pub(super) fn import_private(
    record: &SigningKeyRecord,
    since: Timestamp,
    master: &MasterKey,
) -> Result<ActiveKey, KeyRingError> {
    let private =
        open_private_key(master, &record.kid, &record.sealed_private_key).map_err(|source| {
            KeyRingError::Sealed {
                kid: record.kid.clone(),
                source,
            }
        })?;
    let signer =
        jwk::signer(record.algorithm, &private).map_err(|_error| KeyRingError::PrivateKey {
            kid: record.kid.clone(),
        })?;
    Ok(ActiveKey {
        algorithm: record.algorithm,
        kid: record.kid.clone(),
        since,
        signer,
    })
}
