//! Proof Key for Code Exchange: the `S256` method of [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636).

use authly_domain::secret::CodeVerifier;
use sha2::{Digest as _, Sha256};

use crate::base64url;
use crate::compare::bytes_equal;

/// The `code_challenge` of a verifier: base64url of its SHA-256 (RFC 7636 §4.2).
#[must_use]
pub fn s256(verifier: &CodeVerifier) -> String {
    base64url::encode(Sha256::digest(verifier.expose()))
}

/// Whether the verifier belongs to the challenge (RFC 7636 §4.6), in constant time.
#[must_use]
pub fn verifier_matches(verifier: &CodeVerifier, challenge: &str) -> bool {
    bytes_equal(s256(verifier).as_bytes(), challenge.as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 7636 appendix B.
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn verifier(text: &str) -> CodeVerifier {
        CodeVerifier::new(text.to_owned())
    }

    #[test]
    fn the_example_of_the_rfc_comes_out() {
        let verifier = verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(s256(&verifier), CHALLENGE);
        assert!(verifier_matches(&verifier, CHALLENGE));
    }

    #[test]
    fn another_verifier_and_the_challenge_itself_are_refused() {
        assert!(!verifier_matches(
            &verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXj"),
            CHALLENGE
        ));
        assert!(!verifier_matches(&verifier(CHALLENGE), CHALLENGE));
        assert!(!verifier_matches(&verifier(""), ""));
    }

    proptest! {
        #[test]
        fn the_challenge_is_the_base64url_of_sha_256_and_no_other_verifier_has_it(
            text in "[A-Za-z0-9._~-]{43,128}",
            at: prop::sample::Index,
            put in "[A-Za-z0-9._~-]",
        ) {
            let reference = base64::Engine::encode(
                &base64::engine::general_purpose::URL_SAFE_NO_PAD,
                Sha256::digest(text.as_bytes()),
            );
            prop_assert_eq!(s256(&verifier(&text)), reference.clone());
            prop_assert!(verifier_matches(&verifier(&text), &reference));

            let index = at.index(text.len());
            let other = format!("{}{put}{}", &text[..index], &text[index + 1..]);
            prop_assert_eq!(verifier_matches(&verifier(&other), &reference), other == text);
            let padded = format!("{reference}=");
            prop_assert!(!verifier_matches(&verifier(&text), &padded));
        }
    }
}
