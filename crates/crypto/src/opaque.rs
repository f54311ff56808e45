//! Opaque tokens: values that say nothing, stored and found by their digest.

use authly_domain::entropy::Entropy;
use authly_domain::secret::SecretDigest;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::base64url;

/// How many random bytes an opaque value holds.
const RANDOM_BYTES: usize = 32;

/// Makes `prefix` and 256 random bits as base64url text (43 characters). The prefix says what kind
/// of secret it is, so that scanners find a leaked one; it adds no secrecy.
#[must_use]
pub fn generate(prefix: &str, entropy: &dyn Entropy) -> String {
    let mut random = Zeroizing::new([0_u8; RANDOM_BYTES]);
    entropy.fill(random.as_mut_slice());
    let text = Zeroizing::new(base64url::encode(random.as_slice()));
    let mut value = String::with_capacity(prefix.len() + text.len());
    value.push_str(prefix);
    value.push_str(&text);
    value
}

/// The SHA-256 digest of the whole text, prefix included, under which it is stored and found.
///
/// Only for values with 256 random bits: a password needs [`password`](crate::password).
#[must_use]
pub fn digest(text: &str) -> SecretDigest {
    SecretDigest::from_bytes(Sha256::digest(text).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::OsEntropy;

    #[test]
    fn a_value_is_its_prefix_and_256_random_bits() {
        let value = generate("authly_rt_", &OsEntropy);
        let random = value.strip_prefix("authly_rt_").unwrap();
        assert_eq!(base64url::decode(random).unwrap().len(), 32);
        assert_ne!(value, generate("authly_rt_", &OsEntropy));
    }

    #[test]
    fn the_digest_is_sha_256_of_the_whole_text() {
        let expected = "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0";
        assert_eq!(base64url::encode(digest("abc").as_bytes()), expected);
    }
}
