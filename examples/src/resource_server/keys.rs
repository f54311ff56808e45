//! The public keys of the authorization server.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::RwLock;

use super::TokenError;
use super::metadata::unavailable;
use crate::Outgoing;

/// How long keys are used before they are fetched again, so that one the server has dropped goes.
const LIFETIME: Duration = Duration::from_mins(15);

/// How often an unknown name makes us ask at most: anybody can make up names.
const PAUSE: Duration = Duration::from_secs(10);

/// A key with the one algorithm that it is for.
#[derive(Debug)]
pub struct Key {
    pub(super) algorithm: Algorithm,
    pub(super) verifier: DecodingKey,
}

/// The keys by their names (`kid`), fetched when they are needed.
#[derive(Debug)]
pub struct KeySet {
    jwks_uri: String,
    outgoing: Outgoing,
    known: RwLock<Known>,
}

/// The keys as they were fetched last.
#[derive(Debug, Default)]
struct Known {
    keys: HashMap<String, Arc<Key>>,
    fetched: Option<Instant>,
}

/// A key set as it travels (RFC 7517 §5), each key still unread: those that we do not understand
/// must not spoil the others.
#[derive(Debug, Deserialize)]
struct JwkSet {
    keys: Vec<Value>,
}

impl KeySet {
    /// The keys at this address. Nothing is fetched yet.
    #[must_use]
    pub fn new(jwks_uri: String, outgoing: Outgoing) -> Self {
        Self {
            jwks_uri,
            outgoing,
            known: RwLock::default(),
        }
    }

    /// The key of this name, if the server has it.
    ///
    /// # Errors
    /// The keys had to be fetched and could not be.
    pub async fn key(&self, kid: &str) -> Result<Option<Arc<Key>>, TokenError> {
        if let Some(key) = self.known.read().await.key(kid) {
            return Ok(Some(key));
        }
        // Whoever comes while another fetches waits here, and then finds what that one has fetched.
        let mut known = self.known.write().await;
        if known.key(kid).is_none() && known.may_be_fetched() {
            let keys = self.fetch().await?;
            *known = Known {
                keys,
                fetched: Some(Instant::now()),
            };
        }
        Ok(known.key(kid))
    }

    async fn fetch(&self) -> Result<HashMap<String, Arc<Key>>, TokenError> {
        let set: JwkSet = self
            .outgoing
            .get(&self.jwks_uri)
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(unavailable)?
            .json()
            .await
            .map_err(unavailable)?;
        Ok(set.keys.into_iter().filter_map(usable).collect())
    }
}

impl Known {
    fn key(&self, kid: &str) -> Option<Arc<Key>> {
        let is_fresh = self.fetched.is_some_and(|at| at.elapsed() < LIFETIME);
        is_fresh.then(|| self.keys.get(kid).cloned()).flatten()
    }

    fn may_be_fetched(&self) -> bool {
        self.fetched.is_none_or(|at| at.elapsed() >= PAUSE)
    }
}

/// The key with its name, if it signs by an algorithm that Authly uses.
fn usable(jwk: Value) -> Option<(String, Arc<Key>)> {
    let jwk = serde_json::from_value::<Jwk>(jwk).ok()?;
    if matches!(&jwk.common.public_key_use, Some(other) if *other != PublicKeyUse::Signature) {
        return None;
    }
    let algorithm = match jwk.common.key_algorithm? {
        KeyAlgorithm::ES256 => Algorithm::ES256,
        KeyAlgorithm::RS256 => Algorithm::RS256,
        KeyAlgorithm::PS256 => Algorithm::PS256,
        KeyAlgorithm::EdDSA => Algorithm::EdDSA,
        _ => return None,
    };
    let verifier = DecodingKey::from_jwk(&jwk).ok()?;
    let kid = jwk.common.key_id?;
    Some((
        kid,
        Arc::new(Key {
            algorithm,
            verifier,
        }),
    ))
}
