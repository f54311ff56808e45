//! The chain of the audit trail: what seals an event, and what commits to the values beside it.

use sha2::{Digest as _, Sha256};

/// Tells these digests from all others.
const LINK: &[u8] = b"authly audit link 1\0";
const COMMITMENT: &[u8] = b"authly audit commitment 1\0";

/// Seals the event at `position`: SHA-256 over the hash of the event before it, its place and its
/// canonical bytes.
#[must_use]
pub fn link(previous: &[u8; 32], position: i64, canonical: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(LINK);
    hash.update(previous);
    hash.update(position.to_be_bytes());
    hash.update(canonical);
    hash.finalize().into()
}

/// Commits to values without telling them: without the salt, of 256 random bits, nobody can try what
/// they may have been.
#[must_use]
pub fn commitment(salt: &[u8], canonical: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(COMMITMENT);
    hash.update((salt.len() as u64).to_be_bytes());
    hash.update(salt);
    hash.update(canonical);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_goes_in_changes_what_comes_out() {
        let link_of = link(&[0; 32], 1, b"event");
        assert_eq!(link_of, link(&[0; 32], 1, b"event"));
        assert_ne!(link_of, link(&[1; 32], 1, b"event"));
        assert_ne!(link_of, link(&[0; 32], 2, b"event"));
        assert_ne!(link_of, link(&[0; 32], 1, b"other"));
        assert_ne!(commitment(b"a", b"bc"), commitment(b"ab", b"c"));
    }
}
