//! base64url without padding (RFC 7515 §2), the one encoding of everything JOSE.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The text of these bytes.
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a text in its only valid form: no padding, no white space, no stray bits at the
/// end. `None` for any other, so that one token has one spelling.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_has_one_spelling_only() {
        assert_eq!(decode("_w"), Some(vec![0xFF]));
        for text in ["_w==", "_x", "_w ", "/w", "_w\n", "_"] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn bytes_read_back_and_every_text_that_is_read_is_written_so(
            bytes in prop::collection::vec(any::<u8>(), 0..40),
            text in "[A-Za-z0-9_=+/ -]{0,12}",
        ) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
            if let Some(bytes) = decode(&text) {
                prop_assert_eq!(encode(bytes), text);
            }
        }
    }
}
