//! Keys from keys: HKDF with SHA-256 (RFC 5869), one label for each purpose.

use std::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// A 256-bit key that serves one purpose; wiped when dropped.
pub struct DerivedKey(Zeroizing<[u8; 32]>);

impl DerivedKey {
    /// Derives the key for `label` from a secret with at least 256 random bits. Because the secret
    /// is uniform, no salt is needed (RFC 5869 §3.1).
    #[expect(
        clippy::expect_used,
        reason = "HKDF refuses only outputs of more than 8,160 bytes, and this one has 32"
    )]
    pub(crate) fn from_secret(secret: &[u8], label: &str) -> Self {
        let mut key = Zeroizing::new([0_u8; 32]);
        Hkdf::<Sha256>::new(None, secret)
            .expand(label.as_bytes(), key.as_mut_slice())
            .expect("32 bytes are within what HKDF gives");
        Self(key)
    }

    /// The key's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for DerivedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DerivedKey([redacted])")
    }
}
