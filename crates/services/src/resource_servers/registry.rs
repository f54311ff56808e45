//! The resource servers as a node knows them.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use authly_domain::resource_servers::KnownServers;
use authly_repositories::resource_servers::{ResourceServers, StoredServers};
use authly_repositories::{Db, DbError, UnitOfWork};
use tokio::time::{MissedTickBehavior, interval};

/// How often a node asks whether resource servers have changed (decisions 1).
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// What a node knows, and in which version; none before it has looked.
#[derive(Default)]
struct Held {
    version: Option<i64>,
    servers: Arc<KnownServers>,
}

/// The resource servers as this node knows them. Cheap to clone; a clone sees every change.
#[derive(Clone)]
pub struct ResourceRegistry {
    db: Db,
    held: Arc<ArcSwap<Held>>,
}

impl ResourceRegistry {
    /// Nothing is read yet: the first look does that.
    #[must_use]
    pub fn new(db: Db) -> Self {
        let held = Arc::new(ArcSwap::from_pointee(Held::default()));
        Self { db, held }
    }

    /// Decides by what is known. Before a refusal it is made sure that this is what is stored: one round
    /// trip.
    ///
    /// # Errors
    /// When storage fails. The inner error is the refusal.
    pub(crate) async fn decide<T, E>(
        &self,
        rule: impl Fn(&KnownServers) -> Result<T, E>,
    ) -> Result<Result<T, E>, DbError> {
        let decided = rule(&self.known());
        if decided.is_ok() {
            return Ok(decided);
        }
        let conn = self.db.connect().await?;
        let news = self.learn(conn.reads().resource_servers()).await?;
        drop(conn);
        Ok(if news { rule(&self.known()) } else { decided })
    }

    /// As [`decide`](Self::decide), over the connection of a unit of work.
    ///
    /// # Errors
    /// When storage fails. The inner error is the refusal.
    pub(crate) async fn decide_within<T, E>(
        &self,
        work: &UnitOfWork<'_>,
        rule: impl Fn(&KnownServers) -> Result<T, E>,
    ) -> Result<Result<T, E>, DbError> {
        let decided = rule(&self.known());
        if decided.is_ok() || !self.learn(work.resource_servers()).await? {
            return Ok(decided);
        }
        Ok(rule(&self.known()))
    }

    /// What is known at this moment.
    pub(crate) fn known(&self) -> Arc<KnownServers> {
        Arc::clone(&self.held.load().servers)
    }

    /// Reads anew what is stored, if it has changed since; one round trip if not.
    ///
    /// # Errors
    /// When storage fails: then what was known stays so.
    pub async fn refresh(&self) -> Result<(), DbError> {
        let conn = self.db.connect().await?;
        self.learn(conn.reads().resource_servers()).await?;
        Ok(())
    }

    /// Refreshes for ever, once a second. A failure is said once; what was known stays so.
    pub async fn watch(&self) {
        let mut ticks = interval(POLL_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut has_failed = false;
        loop {
            ticks.tick().await;
            match self.refresh().await {
                Ok(()) => has_failed = false,
                Err(_) if has_failed => {}
                Err(error) => {
                    has_failed = true;
                    let error: &dyn std::error::Error = &error;
                    tracing::warn!(error, "resource servers could not be checked for changes");
                }
            }
        }
    }

    /// Whether something had changed, which is known then.
    async fn learn(&self, stored: ResourceServers<'_>) -> Result<bool, DbError> {
        let version = stored.version().await?;
        if self.held.load().version == Some(version) {
            return Ok(false);
        }
        self.adopt(stored.all().await?);
        Ok(true)
    }

    /// Goes by what is stored, unless something newer is known already.
    pub(super) fn adopt(&self, stored: StoredServers) {
        let StoredServers { version, servers } = stored;
        let next = Arc::new(Held {
            version: Some(version),
            servers: Arc::new(servers),
        });
        self.held.rcu(|held| {
            if held.version < Some(version) {
                Arc::clone(&next)
            } else {
                Arc::clone(held)
            }
        });
    }
}
