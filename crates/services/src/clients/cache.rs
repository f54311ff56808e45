//! The clients of late. A copy proves itself by its version, which every statement that relies on
//! it compares (decisions 1): a stale one costs a retry and grants nothing.

use std::sync::Arc;
use std::time::Duration;

use authly_domain::clients::{Client, ClientId};
use authly_repositories::{Db, DbError};
use moka::future::Cache;

use super::Encrypters;

/// The most clients that are kept.
const CAPACITY: u64 = 10_000;
/// How long one is kept without being read anew.
const LIFETIME: Duration = Duration::from_mins(1);

/// A bounded cache of clients. Cheap to clone.
#[derive(Clone)]
pub struct ClientCache {
    db: Db,
    clients: Cache<ClientId, Arc<Client>>,
    encrypters: Encrypters,
}

impl ClientCache {
    /// An empty cache over `db`.
    #[must_use]
    pub fn new(db: Db) -> Self {
        let clients = Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_live(LIFETIME)
            .build();
        Self {
            db,
            clients,
            encrypters: Encrypters::new(),
        }
    }

    /// The client of this name, active or not; read from the database if it is not at hand.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn get(&self, id: &ClientId) -> Result<Option<Arc<Client>>, DbError> {
        match self.at_hand(id).await {
            Some(client) => Ok(Some(client)),
            None => self.read_anew(id).await,
        }
    }

    /// The client as the database has it now, if that is not `copy`: asked before a copy is the reason of
    /// a refusal that no statement has confirmed.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn present_one(&self, copy: &Client) -> Result<Option<Arc<Client>>, DbError> {
        let present = self.read_anew(&copy.id).await?;
        Ok(present.filter(|present| present.version != copy.version))
    }

    /// The copy of this client, if there is one.
    pub(super) async fn at_hand(&self, id: &ClientId) -> Option<Arc<Client>> {
        self.clients.get(id).await
    }

    /// The keys of clients, imported.
    pub(crate) const fn encrypters(&self) -> &Encrypters {
        &self.encrypters
    }

    /// How many are kept, as of the last [`tidy`](Self::tidy).
    pub(crate) fn len(&self) -> u64 {
        self.clients.entry_count()
    }

    /// Drops what has had its time, and counts what is left.
    pub(crate) async fn tidy(&self) {
        self.clients.run_pending_tasks().await;
    }

    /// The client of this name as the database has it now.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn read_anew(&self, id: &ClientId) -> Result<Option<Arc<Client>>, DbError> {
        let found = self.db.connect().await?.reads().clients().find(id).await?;
        let Some(client) = found.map(Arc::new) else {
            self.clients.invalidate(id).await;
            return Ok(None);
        };
        self.clients.insert(id.clone(), Arc::clone(&client)).await;
        Ok(Some(client))
    }
}
