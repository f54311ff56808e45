//! Randomness as a collaborator.

/// What fills bytes with randomness fit for secrets. Filling bytes is all we ask, so that no
/// version of a `rand` crate becomes part of this interface.
pub trait Entropy: Send + Sync {
    /// Fills all of `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}
