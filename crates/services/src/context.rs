//! What every service works with: storage, time, randomness, and where it counts. Nothing else
//! belongs here.

use std::sync::Arc;

use authly_domain::clock::{Clock, Timestamp};
use authly_domain::entropy::Entropy;
use authly_repositories::Db;

use crate::metrics::Metrics;

/// Storage, time, randomness and counters; cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// The database.
    pub db: Db,
    /// What tells the time.
    pub clock: Arc<dyn Clock>,
    /// What makes secrets and identifiers.
    pub entropy: Arc<dyn Entropy>,
    /// Where services count what they decide.
    pub metrics: Arc<Metrics>,
}

impl Context {
    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
