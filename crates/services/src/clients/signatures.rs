//! Whether a client has signed what it sends.

use std::sync::Arc;

use authly_crypto::client_jwt::{ClientJwt, ClientJwtVerifier};
use authly_domain::clients::{Client, ClientJwtFlaw};

use super::key_sets::KeySets;
use crate::ports::{DocumentFetcher, Freshness};

/// Checks signatures of clients. Cheap to clone.
#[derive(Clone)]
pub struct ClientSignatures {
    key_sets: KeySets,
    verifier: ClientJwtVerifier,
}

impl ClientSignatures {
    /// Of clients whose keys `fetcher` gets where they keep them elsewhere.
    #[must_use]
    pub fn new(fetcher: Arc<dyn DocumentFetcher>) -> Self {
        Self {
            key_sets: KeySets::new(fetcher),
            verifier: ClientJwtVerifier::default(),
        }
    }

    /// Checks that the client has signed this. It may have begun to sign with a key that we have not seen
    /// yet. Then its keys are fetched anew, which the fetcher does only now and then, whoever makes us ask.
    ///
    /// # Errors
    /// When no key of the client's has signed it, or its keys cannot be had.
    pub(crate) async fn check(
        &self,
        jwt: &ClientJwt,
        client: &Client,
    ) -> Result<(), ClientJwtFlaw> {
        if let Some(keys) = &client.jwks {
            return self.verifier.check(jwt, keys);
        }
        let url = client.jwks_uri.as_ref().ok_or(ClientJwtFlaw::UnknownKey)?;
        let kept = self.key_sets.at(url, Freshness::AsServed).await?;
        let Err(flaw) = self.verifier.check(jwt, &kept.keys) else {
            return Ok(());
        };
        let wanted = Freshness::NewerThan(kept.fetched_at);
        let newer = self.key_sets.at(url, wanted).await?;
        if newer.fetched_at == kept.fetched_at {
            return Err(flaw);
        }
        self.verifier.check(jwt, &newer.keys)
    }
}
