//! Tokens that only their recipient can read (RFC 7516), to keys that clients have registered.

use std::error::Error;
use std::fmt;

use authly_domain::clients::ClientJwk;
use authly_domain::keys::{ContentEncryption, KeyManagement};
use josekit::jwe::{self, JweEncrypter, JweHeader};
use serde::Serialize;

use crate::jwk;

/// Why something could not be encrypted. None of them quotes it.
#[derive(Debug, thiserror::Error)]
pub enum EncryptionError {
    /// The client has no key for it any more.
    #[error("the client has no key for {}", .0.as_str())]
    NoKey(KeyManagement),
    /// The key cannot be used.
    #[error("the client's key could not be used")]
    Key(#[source] Box<dyn Error + Send + Sync>),
    /// The claims cannot be written as JSON.
    #[error("the claims could not be written")]
    Claims(#[source] Box<dyn Error + Send + Sync>),
    /// The library could not encrypt.
    #[error("the token could not be encrypted")]
    Library(#[source] Box<dyn Error + Send + Sync>),
}

/// A client's key, imported: that is dear, so that it is done once for each version of a client.
pub struct Encrypter {
    content: ContentEncryption,
    kid: Option<String>,
    key: Box<dyn JweEncrypter>,
}

impl Encrypter {
    /// Imports a key.
    ///
    /// # Errors
    /// When it is none for this `alg`.
    pub fn import(
        alg: KeyManagement,
        content: ContentEncryption,
        key: &ClientJwk,
    ) -> Result<Self, EncryptionError> {
        let imported = jwk::encrypter(alg, &key.key);
        Ok(Self {
            content,
            kid: key.kid.clone(),
            key: imported.map_err(|error| EncryptionError::Key(error.into()))?,
        })
    }

    /// Encrypts a token that is signed already: a nested JWT (RFC 7519 §5.2).
    ///
    /// # Errors
    /// When the library fails.
    pub fn nested(&self, signed: &str) -> Result<String, EncryptionError> {
        let mut header = self.header();
        header.set_content_type("JWT");
        self.encrypt(signed.as_bytes(), &header)
    }

    /// Encrypts claims that are not signed.
    ///
    /// # Errors
    /// When they cannot be written, or the library fails.
    pub fn claims(&self, claims: &impl Serialize) -> Result<String, EncryptionError> {
        let claims =
            serde_json::to_vec(claims).map_err(|error| EncryptionError::Claims(error.into()))?;
        self.encrypt(&claims, &self.header())
    }

    fn header(&self) -> JweHeader {
        let mut header = JweHeader::new();
        header.set_content_encryption(self.content.as_str());
        if let Some(kid) = &self.kid {
            header.set_key_id(kid);
        }
        header
    }

    fn encrypt(&self, content: &[u8], header: &JweHeader) -> Result<String, EncryptionError> {
        jwe::serialize_compact(content, header, &*self.key)
            .map_err(|error| EncryptionError::Library(error.into()))
    }
}

impl fmt::Debug for Encrypter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encrypter")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
