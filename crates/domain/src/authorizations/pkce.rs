//! PKCE values (RFC 7636). Hashing is `crypto`'s business.

use std::str::FromStr;

use crate::secret::CodeVerifier;

/// Why a text is not a `code_challenge`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an S256 code_challenge is 43 characters of base64url")]
pub struct ChallengeError;

/// An S256 `code_challenge`: base64url of a SHA-256 digest (RFC 7636 §4.2). `plain` does not exist
/// here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// The 43 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CodeChallenge {
    type Err = ChallengeError;

    fn from_str(text: &str) -> Result<Self, ChallengeError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if text.len() != 43 || !text.bytes().all(allowed) {
            return Err(ChallengeError);
        }
        Ok(Self(text.to_owned()))
    }
}

/// Whether a presented verifier has the form of RFC 7636 §4.1: 43 to 128 unreserved characters.
#[must_use]
pub fn verifier_is_well_formed(verifier: &CodeVerifier) -> bool {
    let text = verifier.expose();
    let unreserved =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    (43..=128).contains(&text.len()) && text.bytes().all(unreserved)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_challenge_is_43_characters_of_base64url() {
        assert!(
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
                .parse::<CodeChallenge>()
                .is_ok()
        );
        for text in [
            "",
            "short",
            &"a".repeat(44),
            &"+".repeat(43),
            &"=".repeat(43),
        ] {
            assert_eq!(text.parse::<CodeChallenge>(), Err(ChallengeError), "{text}");
        }
    }

    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters() {
        let well_formed = |text: String| verifier_is_well_formed(&CodeVerifier::new(text));
        assert!(well_formed("a".repeat(43)));
        assert!(well_formed("~._-".repeat(32)));
        assert!(!well_formed("a".repeat(42)));
        assert!(!well_formed("a".repeat(129)));
        assert!(!well_formed("é".repeat(43)));
        assert!(!well_formed(format!("{} ", "a".repeat(43))));
    }

    proptest! {
        #[test]
        fn only_the_grammar_of_rfc_7636_is_accepted(text in "[A-Za-z0-9._~-]{40,132}", odd: char) {
            let well_formed = |text: &str| {
                verifier_is_well_formed(&CodeVerifier::new(text.to_owned()))
            };
            prop_assert_eq!(well_formed(&text), (43..=128).contains(&text.len()));
            let is_odd = !odd.is_ascii_alphanumeric() && !"-._~".contains(odd);
            let with_odd: String = text.chars().skip(1).chain([odd]).collect();
            prop_assert!(!(is_odd && well_formed(&with_odd)), "{}", with_odd);
        }

        #[test]
        fn a_challenge_keeps_its_text(text in "[A-Za-z0-9_=+/-]{42,44}") {
            let fits = text.len() == 43 && !text.contains(['=', '+', '/']);
            let challenge = text.parse::<CodeChallenge>();
            prop_assert_eq!(challenge.is_ok(), fits);
            prop_assert!(challenge.is_ok_and(|read| read.as_str() == text) || !fits);
        }
    }
}
