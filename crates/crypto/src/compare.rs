//! Equality in constant time: how long it takes tells nothing about where two secrets differ.

use authly_domain::secret::SecretDigest;
use subtle::ConstantTimeEq as _;

/// Whether two digests are equal.
#[must_use]
pub fn digests_equal(left: &SecretDigest, right: &SecretDigest) -> bool {
    bytes_equal(left.as_bytes(), right.as_bytes())
}

/// Whether two byte strings are equal. Only a difference in length shows in the time it takes.
#[must_use]
pub fn bytes_equal(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opaque::digest;

    #[test]
    fn only_the_same_bytes_are_equal() {
        assert!(bytes_equal(b"secret", b"secret"));
        assert!(bytes_equal(b"", b""));
        assert!(!bytes_equal(b"secret", b"secreT"));
        assert!(!bytes_equal(b"secret", b"secrets"));
        assert!(digests_equal(&digest("a"), &digest("a")));
        assert!(!digests_equal(&digest("a"), &digest("b")));
    }
}
