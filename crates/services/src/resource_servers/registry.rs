//! The resource servers as a node knows them.

use std::sync::Arc;

use arc_swap::ArcSwap;
use authly_domain::resource_servers::KnownServers;
use authly_repositories::resource_servers::{ResourceServers, StoredServers};
use authly_repositories::{Db, DbError, UnitOfWork};

use crate::watch::watch;

/// What a node knows, and in which version; none before it has looked.
#[derive(Default)]
struct Held {
    version: Option<i64>,
    servers: Arc<KnownServers>,
}

impl From<StoredServers> for Held {
    fn from(stored: StoredServers) -> Self {
        Self {
            version: Some(stored.version),
            servers: Arc::new(stored.servers),
        }
    }
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
        let held = self.held.load_full();
        let decided = rule(&held.servers);
        if decided.is_ok() {
            return Ok(decided);
        }
        let conn = self.db.connect().await?;
        let news = self.learn(&held, conn.reads().resource_servers()).await?;
        drop(conn);
        Ok(news.map_or(decided, |servers| rule(&servers)))
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
        let held = self.held.load_full();
        let decided = rule(&held.servers);
        if decided.is_ok() {
            return Ok(decided);
        }
        let news = self.learn(&held, work.resource_servers()).await?;
        Ok(news.map_or(decided, |servers| rule(&servers)))
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
        let held = self.held.load_full();
        self.learn(&held, conn.reads().resource_servers()).await?;
        Ok(())
    }

    /// Refreshes for ever, once a second. A failure is said once; what was known stays so.
    pub async fn watch(&self) {
        let complaint = "resource servers could not be checked for changes";
        watch(complaint, || self.refresh()).await;
    }

    /// What is stored, if it is something else than what was held. A database that was restored, or
    /// another one after a failover, may have gone back: whatever differs counts. What somebody else has
    /// learnt meanwhile stays, and the next look compares it.
    async fn learn(
        &self,
        held: &Arc<Held>,
        stored: ResourceServers<'_>,
    ) -> Result<Option<Arc<KnownServers>>, DbError> {
        if held.version == Some(stored.version().await?) {
            return Ok(None);
        }
        let next = Arc::new(Held::from(stored.all().await?));
        let servers = Arc::clone(&next.servers);
        self.held.compare_and_swap(held, next);
        Ok(Some(servers))
    }

    /// Goes by what a change has stored, unless something newer is known already.
    pub(super) fn adopt(&self, stored: StoredServers) {
        let next = Arc::new(Held::from(stored));
        self.held.rcu(|held| {
            if held.version < next.version {
                Arc::clone(&next)
            } else {
                Arc::clone(held)
            }
        });
    }
}
