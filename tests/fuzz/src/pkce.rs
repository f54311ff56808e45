//! PKCE: a verifier in the first line, a challenge in the rest.

use authly_crypto::pkce::{s256, verifier_matches};
use authly_domain::authorizations::{CodeChallenge, verifier_is_well_formed};
use authly_domain::secret::CodeVerifier;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::{Check, first_line, of_text};

pub(crate) fn start() -> Check {
    of_text(|case| {
        let (text, challenge) = first_line(case);
        let verifier = CodeVerifier::new(text.to_owned());
        let unreserved = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        let fits = (43..=128).contains(&text.len()) && text.chars().all(unreserved);
        assert_eq!(verifier_is_well_formed(&verifier), fits);

        let expected = URL_SAFE_NO_PAD.encode(Sha256::digest(text));
        assert_eq!(s256(&verifier), expected);
        assert!(expected.parse::<CodeChallenge>().is_ok());
        assert_eq!(
            verifier_matches(&verifier, challenge),
            expected == challenge
        );

        if let Ok(read) = challenge.parse::<CodeChallenge>() {
            assert_eq!(read.as_str(), challenge);
            assert_eq!(challenge.len(), 43);
        }
    })
}
