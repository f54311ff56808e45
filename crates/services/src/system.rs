//! How the server is, and how much it holds: for those who run it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use authly_crypto::password::PasswordLoad;
use authly_domain::clock::Timestamp;
use authly_domain::issuer::Issuer;
use authly_domain::jobs::JobRecord;
use authly_domain::keys::{KeyId, SigningAlgorithm};
use authly_repositories::migrate::expected_version;
use authly_repositories::{DbError, PoolState};

pub use authly_repositories::migrate::SchemaState;
pub use authly_repositories::system::RowCount;

use crate::Context;
use crate::metrics::Sources;
use crate::settings::{HeldSettings, SettingsService};

/// The database, as this node sees it.
#[derive(Debug, Clone)]
pub struct DatabaseState {
    /// Its version, such as `17.6`.
    pub server_version: String,
    /// How long it took to answer.
    pub latency: Duration,
    /// The node's connections.
    pub pool: PoolState,
}

/// The database's schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaVersions {
    /// The latest migration that was applied.
    pub applied: i64,
    /// The latest that this version brings along.
    pub expected: i64,
}

impl SchemaVersions {
    /// How the schema stands to this program.
    #[must_use]
    pub fn state(self) -> SchemaState {
        match self.applied.cmp(&self.expected) {
            std::cmp::Ordering::Less => SchemaState::Behind,
            std::cmp::Ordering::Equal => SchemaState::Current,
            std::cmp::Ordering::Greater => SchemaState::Ahead,
        }
    }
}

/// A key that signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeyState {
    /// Its algorithm.
    pub algorithm: SigningAlgorithm,
    /// Its id.
    pub kid: KeyId,
    /// Since when it signs.
    pub since: Option<Timestamp>,
}

/// How this node is.
#[derive(Debug, Clone)]
pub struct SystemState {
    /// The issuer.
    pub issuer: Issuer,
    /// When the node started.
    pub started_at: Timestamp,
    /// The present moment.
    pub now: Timestamp,
    /// The database.
    pub database: DatabaseState,
    /// Its schema.
    pub schema: SchemaVersions,
    /// The revision of the keys.
    pub keys_revision: i64,
    /// The keys that sign.
    pub signing: Vec<SigningKeyState>,
    /// The settings that an administrator stored.
    pub settings: HeldSettings,
    /// How many clients are at hand.
    pub cached_clients: u64,
    /// The threads that hash passwords.
    pub passwords: PasswordLoad,
    /// What is done beside requests, on all nodes.
    pub jobs: Vec<JobRecord>,
}

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statistics {
    /// When it was counted.
    pub counted_at: Timestamp,
    /// All users, and the active ones.
    pub users: [RowCount; 2],
    /// Active administrators.
    pub administrators: u64,
    /// All clients, and the active ones.
    pub clients: [RowCount; 2],
    /// Sessions that have not ended.
    pub sessions: [RowCount; 1],
    /// Grants that were not revoked.
    pub grants: [RowCount; 1],
    /// Access tokens and refresh tokens that count.
    pub tokens: [RowCount; 2],
}

/// Knows how the server is, and how much it holds.
pub struct SystemService {
    sources: Sources,
    settings: Arc<SettingsService>,
    started_at: Timestamp,
}

impl SystemService {
    /// A service of a node that starts now.
    #[must_use]
    pub fn new(sources: Sources, settings: Arc<SettingsService>) -> Self {
        Self {
            started_at: sources.context.now(),
            sources,
            settings,
        }
    }

    fn context(&self) -> &Context {
        &self.sources.context
    }

    /// How this node is.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn state(&self) -> Result<SystemState, DbError> {
        let conn = self.context().db.connect().await?;
        let asked = Instant::now();
        let server_version = conn.reads().system().server_version().await?;
        let latency = asked.elapsed();
        let jobs = conn.reads().jobs().all().await?;
        let applied = conn.reads().system().schema_version().await?;
        let ring = self.sources.keys.ring().load();
        let signing = SigningAlgorithm::ALL.into_iter().filter_map(|algorithm| {
            let kid = ring.active_kid(algorithm)?.clone();
            let since = ring.active_since(algorithm);
            Some(SigningKeyState {
                algorithm,
                kid,
                since,
            })
        });
        Ok(SystemState {
            issuer: self.settings.policies().load().tokens.issuer.clone(),
            started_at: self.started_at,
            now: self.context().now(),
            database: DatabaseState {
                server_version,
                latency,
                pool: self.context().db.pool_state(),
            },
            schema: SchemaVersions {
                applied,
                expected: expected_version(),
            },
            keys_revision: self.sources.keys.revision(),
            signing: signing.collect(),
            settings: self.settings.held(),
            cached_clients: self.sources.clients.len(),
            passwords: self.sources.hasher.load(),
            jobs,
        })
    }

    /// How much there is. Small tables are counted; of large ones the database estimates, so that it
    /// takes no longer however much there is.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn statistics(&self) -> Result<Statistics, DbError> {
        let now = self.context().now();
        let conn = self.context().db.connect().await?;
        let system = conn.reads().system();
        Ok(Statistics {
            counted_at: now,
            users: system.users().await?,
            administrators: system.administrators().await?,
            clients: system.clients().await?,
            sessions: system.sessions(now).await?,
            grants: system.grants().await?,
            tokens: system.tokens(now).await?,
        })
    }
}
