//! Where the authorization server has what a resource server needs.

use serde::Deserialize;

use super::TokenError;
use crate::Outgoing;

/// A part of the server's metadata (RFC 8414 §2).
#[derive(Debug, Clone, Deserialize)]
pub struct Metadata {
    /// The server's identifier, which its tokens carry.
    pub issuer: String,
    /// Its public keys.
    pub jwks_uri: String,
    /// Where it tells about tokens.
    pub introspection_endpoint: Option<String>,
}

impl Metadata {
    /// Asks the server with this identifier.
    ///
    /// # Errors
    /// It cannot be reached, or says that it is another.
    pub async fn discover(issuer: &str, outgoing: &Outgoing) -> Result<Self, TokenError> {
        let url = format!("{issuer}/.well-known/openid-configuration");
        let metadata: Self = outgoing
            .get(&url)
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(unavailable)?
            .json()
            .await
            .map_err(unavailable)?;
        if metadata.issuer == issuer {
            Ok(metadata)
        } else {
            let other = format!("it says that it is {}", metadata.issuer);
            Err(TokenError::Unavailable(other.into()))
        }
    }
}

pub(super) fn unavailable(error: reqwest::Error) -> TokenError {
    TokenError::Unavailable(error.into())
}
