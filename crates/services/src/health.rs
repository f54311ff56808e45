//! Whether the server can serve.

use std::sync::Arc;
use std::time::Duration;

use authly_crypto::keyring::SharedKeyRing;
use authly_domain::keys::SigningAlgorithm;
use authly_repositories::migrate::{SchemaState, schema_state};

use crate::Context;

/// How long the database may take to answer before it counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether a part works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartHealth {
    /// It works.
    Up,
    /// It does not.
    Down,
}

/// How the server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// Whether the database answers.
    pub database: PartHealth,
    /// Whether its schema is the one that this version expects, or a newer one.
    pub migrations: PartHealth,
    /// Whether there is a key for each algorithm.
    pub keys: PartHealth,
}

impl Health {
    /// Whether everything works.
    #[must_use]
    pub fn is_up(&self) -> bool {
        [self.database, self.migrations, self.keys] == [PartHealth::Up; 3]
    }
}

/// Looks after the parts.
pub struct HealthService {
    context: Context,
    keys: Arc<SharedKeyRing>,
}

impl HealthService {
    /// A service over storage and keys.
    #[must_use]
    pub const fn new(context: Context, keys: Arc<SharedKeyRing>) -> Self {
        Self { context, keys }
    }

    /// How the server is now; one round trip, with a time limit of its own.
    pub async fn check(&self) -> Health {
        let answer = tokio::time::timeout(PATIENCE, schema_state(&self.context.db)).await;
        let (database, migrations) = match answer {
            Ok(Ok(SchemaState::Current | SchemaState::Ahead)) => (PartHealth::Up, PartHealth::Up),
            Ok(Ok(SchemaState::Behind)) => (PartHealth::Up, PartHealth::Down),
            Ok(Err(_)) | Err(_) => (PartHealth::Down, PartHealth::Down),
        };
        let ring = self.keys.load();
        let has_all = SigningAlgorithm::ALL
            .iter()
            .all(|alg| ring.active_kid(*alg).is_some());
        let keys = if has_all {
            PartHealth::Up
        } else {
            PartHealth::Down
        };
        Health {
            database,
            migrations,
            keys,
        }
    }
}
