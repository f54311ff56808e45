//! A token taken apart, for people.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The readable parts of a JWT of our own (RFC 7519 §3), as indented JSON. Nothing is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The header.
    pub header: String,
    /// The claims.
    pub claims: String,
}

impl Decoded {
    /// Takes a token apart; `None` if it is no JWT.
    #[must_use]
    pub fn of(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let header = readable(parts.next()?)?;
        let claims = readable(parts.next()?)?;
        Some(Self { header, claims })
    }
}

fn readable(part: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    let value: Value = serde_json::from_slice(&bytes).ok()?;
    serde_json::to_string_pretty(&value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jwt_is_shown_as_what_it_says() {
        let token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl";
        let decoded = Decoded::of(token).unwrap();
        assert_eq!(decoded.header, "{\n  \"alg\": \"ES256\"\n}");
        assert_eq!(decoded.claims, "{\n  \"sub\": \"alice\"\n}");
    }

    #[test]
    fn what_is_no_jwt_shows_nothing() {
        for text in ["", "a", "a.b.c", "authly_rt_AAAA"] {
            assert_eq!(Decoded::of(text), None, "{text}");
        }
    }
}
