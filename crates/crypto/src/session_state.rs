//! What tells a client whether the login in a browser is still the one that it knows (OpenID Connect
//! Session Management §2, §3.2). A script of ours computes the same in the browser.

use sha2::{Digest as _, Sha256};

use crate::base64url;

/// The value for a client of this name at this origin, with the browser's state and a salt: its digest and
/// the salt, with a dot between them. The salt has no dot and no space.
#[must_use]
pub fn session_state(client_id: &str, origin: &str, state: &str, salt: &str) -> String {
    let text = format!("{client_id} {origin} {state} {salt}");
    let digest = base64url::encode(Sha256::digest(text));
    format!("{digest}.{salt}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_digest_of_client_origin_state_and_salt_with_the_salt() {
        // printf 'app https://app.example in-1 s' | openssl dgst -sha256 -binary | basenc --base64url
        let known = "pREG_P5lXi96N4ZskAQCtVgaMM1MfjGf72bLApDWBGo.s";
        let of = session_state("app", "https://app.example", "in-1", "s");
        assert_eq!(of, known);
        for other in [
            session_state("other", "https://app.example", "in-1", "s"),
            session_state("app", "https://app.example:8443", "in-1", "s"),
            session_state("app", "https://app.example", "in-2", "s"),
        ] {
            assert_ne!(other, known);
        }
    }
}
