//! What the metadata documents say beyond the URLs that `http` mounts.

use std::time::Duration;

use authly_repositories::DbError;
use moka::future::Cache;

use crate::Context;

/// How old what the documents say may be.
const LIFETIME: Duration = Duration::from_secs(5);

/// What is offered at present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscoveryFacts {
    /// The active scopes. Administrative ones, which few clients may ask for, are not published.
    pub scopes_supported: Vec<String>,
}

/// Knows what is offered.
pub struct DiscoveryService {
    context: Context,
    facts: Cache<(), DiscoveryFacts>,
}

impl DiscoveryService {
    /// A service over the catalogue of scopes.
    #[must_use]
    pub fn new(context: Context) -> Self {
        let facts = Cache::builder()
            .max_capacity(1)
            .time_to_live(LIFETIME)
            .build();
        Self { context, facts }
    }

    /// What is offered at present; at most a few seconds old.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn facts(&self) -> Result<DiscoveryFacts, DbError> {
        if let Some(facts) = self.facts.get(&()).await {
            return Ok(facts);
        }
        let conn = self.context.db.connect().await?;
        let scopes = conn.reads().scopes().active().await?;
        let names = scopes
            .into_iter()
            .map(|scope| scope.name.as_str().to_owned());
        let facts = DiscoveryFacts {
            scopes_supported: names.filter(|name| !name.starts_with("admin:")).collect(),
        };
        self.facts.insert((), facts.clone()).await;
        Ok(facts)
    }
}
