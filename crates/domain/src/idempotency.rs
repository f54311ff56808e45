//! Requests that may arrive twice: the key by which a repetition is known, and how long it is.

use std::str::FromStr;
use std::time::Duration;

use crate::secret::SecretText;

/// How long the answer of a request is kept for a repetition (decisions 28).
pub const ANSWER_KEPT_FOR: Duration = Duration::from_mins(1);

/// The fewest characters of a key: 128 bits in base64url.
const LEAST: usize = 22;
/// The fewest hexadecimal digits of a key that consists of them, as a UUID does: 128 bits.
const LEAST_DIGITS: usize = 32;
/// The most characters of a key.
const MOST: usize = 128;

/// Why a text is no idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdempotencyKeyError {
    /// It holds something else than letters, digits, `-` and `_`.
    #[error("an idempotency key consists of ASCII letters, digits, - and _")]
    Character,
    /// It has fewer than 128 bits: whoever guesses it could open the answer.
    #[error("an idempotency key has at least 128 bits: 22 characters, or 32 hexadecimal digits")]
    TooShort,
    /// It is longer than anybody needs.
    #[error("an idempotency key has at most 128 characters")]
    TooLong,
}

/// An `Idempotency-Key`, made by the caller from at least 128 random bits. It is a secret: it opens the
/// answer that is kept.
#[derive(Debug)]
pub struct IdempotencyKey(SecretText);

impl IdempotencyKey {
    /// The text, for its digest and for the key that is derived from it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl FromStr for IdempotencyKey {
    type Err = IdempotencyKeyError;

    fn from_str(text: &str) -> Result<Self, IdempotencyKeyError> {
        if text.len() > MOST {
            return Err(IdempotencyKeyError::TooLong);
        }
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if !text.bytes().all(is_plain) {
            return Err(IdempotencyKeyError::Character);
        }
        let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
        let others = text.bytes().filter(|byte| *byte != b'-').count() - digits;
        if text.len() < LEAST || (others == 0 && digits < LEAST_DIGITS) {
            return Err(IdempotencyKeyError::TooShort);
        }
        Ok(Self(SecretText::new(text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(), IdempotencyKeyError> {
        text.parse::<IdempotencyKey>().map(|_key| ())
    }

    #[test]
    fn a_key_of_128_bits_is_taken_in_the_usual_forms() {
        for text in [
            "0198c0de-0000-7000-8000-000000000000",
            "0123456789abcdef0123456789ABCDEF",
            "AAECAwQFBgcICQoLDA0ODw",
            "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0",
        ] {
            assert_eq!(read(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn a_key_that_could_be_guessed_is_refused() {
        for text in [
            "",
            "1",
            "create-client",
            "AAECAwQFBgcICQoLDA0OD",
            "0123456789abcdef0123456789abcde",
            "--------------------------------------",
        ] {
            assert_eq!(read(text), Err(IdempotencyKeyError::TooShort), "{text}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let long = "A".repeat(129);
        assert_eq!(read(&long), Err(IdempotencyKeyError::TooLong));
        for text in ["AAECAwQFBgcICQoLDA0OD+==", "a\0", "schlüssel", "a b"] {
            assert_eq!(read(text), Err(IdempotencyKeyError::Character), "{text:?}");
        }
    }

    #[test]
    fn a_key_does_not_show() {
        let key: IdempotencyKey = "AAECAwQFBgcICQoLDA0ODw".parse().unwrap();
        assert!(!format!("{key:?}").contains("AAEC"));
    }
}
