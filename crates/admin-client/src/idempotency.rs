//! `Idempotency-Key`: a request that can be repeated without being done twice.

use std::sync::Arc;
use std::time::Duration;

use authly_domain::idempotency::ANSWER_KEPT_FOR;
use authly_domain::secret::SecretText;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How many random bytes a key has. The server keeps the answer, secrets included, sealed under
/// nothing but the key, so that it has to be as good as a secret.
const RANDOM_BYTES: usize = 32;

/// Names one attempt to do something: the server does it once, and gives everyone who comes with the
/// same key within a minute the same answer. Cheap to clone.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(Arc<SecretText>);

impl IdempotencyKey {
    /// How long the server keeps the answer. A request that comes to it later is a new one.
    pub const ANSWER_KEPT_FOR: Duration = ANSWER_KEPT_FOR;

    /// A new key, which nobody else has.
    ///
    /// # Panics
    /// The operating system gives no randomness.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "without randomness no secret may be made, and no caller could do better"
    )]
    pub fn generate() -> Self {
        let mut bytes = [0; RANDOM_BYTES];
        getrandom::fill(&mut bytes).expect("the operating system gives randomness");
        Self(Arc::new(SecretText::new(URL_SAFE_NO_PAD.encode(bytes))))
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_and_do_not_show() {
        let (one, other) = (IdempotencyKey::generate(), IdempotencyKey::generate());
        assert_ne!(one.expose(), other.expose());
        assert_eq!(one.expose().len(), 43);
        assert!(!format!("{one:?}").contains(one.expose()));
    }
}
