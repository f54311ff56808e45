//! What is encrypted to clients that have registered it.

use std::sync::Arc;

use authly_crypto::encryption::{Encrypter, EncryptionError};
use authly_domain::clients::Client;
use authly_domain::id::ClientKey;
use moka::sync::Cache;

/// The most keys that are kept.
const CAPACITY: u64 = 10_000;

/// What is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Content {
    /// `id_token_encrypted_response_alg`.
    IdToken,
    /// `userinfo_encrypted_response_alg`.
    UserInfo,
}

/// The keys of clients, imported once for each version of a client. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Encrypters {
    imported: Cache<(ClientKey, i64, Content), Arc<Encrypter>>,
}

impl Encrypters {
    pub(crate) fn new() -> Self {
        Self {
            imported: Cache::new(CAPACITY),
        }
    }

    /// What encrypts this to a client, where it has registered that.
    ///
    /// # Errors
    /// When it has no key for it, which registration does not let happen.
    pub(crate) fn of(
        &self,
        client: &Client,
        content: Content,
    ) -> Result<Option<Arc<Encrypter>>, EncryptionError> {
        let registered = match content {
            Content::IdToken => client.openid.id_token_encryption,
            Content::UserInfo => client.openid.userinfo_encryption,
        };
        let Some((alg, enc)) = registered.chosen() else {
            return Ok(None);
        };
        let place = (client.key, client.version, content);
        if let Some(known) = self.imported.get(&place) {
            return Ok(Some(known));
        }
        let keys = client.jwks.as_ref();
        let key = keys.and_then(|keys| keys.for_encryption(alg));
        let key = key.ok_or(EncryptionError::NoKey(alg))?;
        let imported = Arc::new(Encrypter::import(alg, enc, key)?);
        self.imported.insert(place, Arc::clone(&imported));
        Ok(Some(imported))
    }
}
