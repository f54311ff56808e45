//! The keys that clients sign with: registered by value, or fetched from where they keep them.

use std::sync::Arc;

use authly_crypto::client_keys;
use authly_domain::clients::{ClientJwks, ClientJwtFlaw};
use authly_domain::clock::Timestamp;
use authly_domain::network::FetchUrl;
use moka::sync::Cache;

use crate::ports::{DocumentFetcher, DocumentKind, Freshness};

/// The most key sets that are kept read.
const CAPACITY: u64 = 1_024;

/// A key set that was fetched, and when.
#[derive(Clone)]
pub(super) struct FetchedKeys {
    pub(super) keys: Arc<ClientJwks>,
    pub(super) fetched_at: Timestamp,
}

/// The key sets of clients that keep them elsewhere. Cheap to clone.
#[derive(Clone)]
pub(super) struct KeySets {
    fetcher: Arc<dyn DocumentFetcher>,
    /// Each as it was read last: reading one tries every key in it.
    read: Cache<FetchUrl, FetchedKeys>,
}

impl KeySets {
    pub(super) fn new(fetcher: Arc<dyn DocumentFetcher>) -> Self {
        Self {
            fetcher,
            read: Cache::new(CAPACITY),
        }
    }

    /// The keys at this address. Those that are of no use to us are not among them: what is new to us, or
    /// for something else, is no reason to refuse the others (RFC 7517 §5).
    ///
    /// # Errors
    /// When they cannot be fetched, or are no key set.
    pub(super) async fn at(
        &self,
        url: &FetchUrl,
        freshness: Freshness,
    ) -> Result<FetchedKeys, ClientJwtFlaw> {
        let document = self.fetcher.fetch(DocumentKind::Json, url, freshness).await;
        let document = document.map_err(|_logged| ClientJwtFlaw::NoKeys)?;
        if let Some(known) = self.read.get(url)
            && known.fetched_at == document.fetched_at
        {
            return Ok(known);
        }
        let keys = client_keys::read_usable(&document.body).map_err(|error| {
            tracing::info!(url = %url, reason = %error, "a client's key set cannot be used");
            ClientJwtFlaw::NoKeys
        })?;
        let fetched = FetchedKeys {
            keys: Arc::new(keys),
            fetched_at: document.fetched_at,
        };
        self.read.insert(url.clone(), fetched.clone());
        Ok(fetched)
    }
}
