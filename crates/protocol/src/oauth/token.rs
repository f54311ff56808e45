//! The answer of the token endpoint.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A secret on the wire: readable JSON, hidden from `Debug`.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct WireSecret(String);

impl WireSecret {
    /// Takes the text as the secret.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for WireSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WireSecret([redacted])")
    }
}

/// What a token request yields (OAuth 2.1 §3.2.3, OpenID Connect Core §3.1.3.3).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: WireSecret,
    /// How it is used: always `Bearer` (RFC 6750).
    pub token_type: String,
    /// How many seconds it lives.
    pub expires_in: u64,
    /// What it allows, always sent (OAuth 2.1 §1.4.1 asks for it where it differs from the request).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The refresh token, where one is issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<WireSecret>,
    /// The ID token, where `openid` was granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token: Option<WireSecret>,
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;

    fn response() -> TokenResponse {
        TokenResponse {
            access_token: WireSecret::new("eyJ.eyJ.sig".to_owned()),
            token_type: "Bearer".to_owned(),
            expires_in: 900,
            scope: Some("notes:read".to_owned()),
            refresh_token: None,
            id_token: None,
        }
    }

    #[test]
    fn tokens_that_were_not_issued_are_absent() {
        assert_eq!(
            serde_json::to_value(response()).unwrap(),
            json!({
                "access_token": "eyJ.eyJ.sig",
                "token_type": "Bearer",
                "expires_in": 900,
                "scope": "notes:read",
            })
        );
    }

    #[test]
    fn debug_output_shows_no_token() {
        assert!(!format!("{:?}", response()).contains("eyJ"));
    }
}
