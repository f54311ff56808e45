//! Answers that are kept for a repetition of their request: sealed under the request's idempotency
//! key, which the database does not hold.

use authly_domain::entropy::Entropy;
use authly_domain::idempotency::IdempotencyKey;
use zeroize::Zeroizing;

use crate::derive::DerivedKey;
use crate::seal::{SealError, open, seal};

/// The purpose of the key under which an answer is sealed.
const LABEL: &str = "authly/idempotent-answer/v1";

/// Seals an answer: only who repeats the request with its key can read it.
#[must_use]
pub fn seal_answer(key: &IdempotencyKey, answer: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
    let derived = DerivedKey::from_secret(key.expose().as_bytes(), LABEL);
    seal(&derived, LABEL.as_bytes(), answer, entropy)
}

/// Opens what [`seal_answer`] sealed under the same key.
///
/// # Errors
/// When it was sealed under another key, or changed.
pub fn open_answer(key: &IdempotencyKey, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let derived = DerivedKey::from_secret(key.expose().as_bytes(), LABEL);
    open(&derived, LABEL.as_bytes(), sealed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::OsEntropy;

    fn key(text: &str) -> IdempotencyKey {
        text.parse().unwrap()
    }

    #[test]
    fn an_answer_opens_with_its_key_alone() {
        let (own, other) = (key("AAECAwQFBgcICQoLDA0ODw"), key("AAECAwQFBgcICQoLDA0ODx"));
        let sealed = seal_answer(&own, b"the secret", &OsEntropy);
        assert_eq!(
            open_answer(&own, &sealed).unwrap().as_slice(),
            b"the secret"
        );
        assert_eq!(open_answer(&other, &sealed), Err(SealError::Refused));
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(open_answer(&own, &changed).is_err(), "{index}");
        }
    }
}
