//! A key as administrators see it: its public half, and when it went from phase to phase.

use super::{KeyId, KeyPhase, SigningAlgorithm};
use crate::clock::Timestamp;

/// A row of `signing_keys` or `encryption_keys` without the private half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHistory {
    /// Its `kid`.
    pub kid: KeyId,
    /// What it signs with; `None` for one that others encrypt to.
    pub algorithm: Option<SigningAlgorithm>,
    /// The public JWK as JSON text.
    pub public_jwk: String,
    /// Where in its life it is.
    pub phase: KeyPhase,
    /// When it was made and published.
    pub created_at: Timestamp,
    /// When it began to sign, or to be encrypted to; `None` if it never did.
    pub activated_at: Option<Timestamp>,
    /// When another took over on schedule; `None` if none did.
    pub retired_at: Option<Timestamp>,
    /// When it left the key set on schedule; `None` if it did not.
    pub gone_at: Option<Timestamp>,
    /// When it was revoked; `None` if it was not.
    pub revoked_at: Option<Timestamp>,
}
