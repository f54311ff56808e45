//! Tokens that forms carry, to prove that a page of ours made them for this browser.

use std::fmt;

use authly_domain::secret::{BrowserToken, CsrfToken};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::base64url;
use crate::compare::bytes_equal;
use crate::master_key::MasterKey;

/// Names the purpose of the key.
const KEY_LABEL: &str = "authly/csrf/v1";
/// Comes before the browser's value, so that a code for anything else never equals one of these.
const MESSAGE_LABEL: &[u8] = b"authly/csrf-token/v1\0";

/// The key that makes and checks form tokens. Nothing is stored: the token follows from the cookie
/// that binds the browser, and the nodes that share a master key accept each other's.
pub struct CsrfKey(Hmac<Sha256>);

impl CsrfKey {
    /// Derives the key from the master key.
    #[must_use]
    pub fn from_master(master: &MasterKey) -> Self {
        let key = master.derive(KEY_LABEL);
        Self(Hmac::new((&*block_sized(key.as_bytes())).into()))
    }

    /// The token for the forms of this browser.
    #[must_use]
    pub fn token(&self, browser: &BrowserToken) -> CsrfToken {
        CsrfToken::new(self.text(browser))
    }

    /// Whether a form carried the token of this browser; in constant time.
    #[must_use]
    pub fn verify(&self, browser: &BrowserToken, presented: &str) -> bool {
        bytes_equal(self.text(browser).as_bytes(), presented.as_bytes())
    }

    fn text(&self, browser: &BrowserToken) -> String {
        let mut code = self.0.clone();
        code.update(MESSAGE_LABEL);
        code.update(browser.expose().as_bytes());
        base64url::encode(code.finalize().into_bytes())
    }
}

/// HMAC fills a short key with zeros up to the block (RFC 2104 §2). Doing it here leaves no error
/// case for a key whose length is known.
fn block_sized(key: &[u8; 32]) -> Zeroizing<[u8; 64]> {
    let mut block = Zeroizing::new([0_u8; 64]);
    for (place, byte) in block.iter_mut().zip(key) {
        *place = *byte;
    }
    block
}

impl fmt::Debug for CsrfKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CsrfKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::OsEntropy;

    fn browser(text: &str) -> BrowserToken {
        BrowserToken::new(text.to_owned())
    }

    #[test]
    fn a_token_is_accepted_for_its_own_browser_only() {
        let key = CsrfKey::from_master(&MasterKey::generate(&OsEntropy));
        let token = key.token(&browser("a"));
        assert!(key.verify(&browser("a"), token.expose()));
        assert!(!key.verify(&browser("b"), token.expose()));
        for text in [
            "",
            "a",
            &token.expose()[1..],
            &format!("{}=", token.expose()),
        ] {
            assert!(!key.verify(&browser("a"), text), "{text:?}");
        }
    }

    #[test]
    fn nodes_with_the_same_master_key_accept_each_others_tokens() {
        let (master, other) = (
            MasterKey::generate(&OsEntropy),
            MasterKey::generate(&OsEntropy),
        );
        let token = CsrfKey::from_master(&master).token(&browser("a"));
        assert!(CsrfKey::from_master(&master).verify(&browser("a"), token.expose()));
        assert!(!CsrfKey::from_master(&other).verify(&browser("a"), token.expose()));
    }

    #[test]
    fn the_code_is_hmac_sha_256() {
        let key = [0x0B_u8; 32];
        let mut ours = Hmac::<Sha256>::new((&*block_sized(&key)).into());
        ours.update(b"Hi There");
        let mut theirs = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        theirs.update(b"Hi There");
        assert_eq!(ours.finalize().into_bytes(), theirs.finalize().into_bytes());
    }
}
