//! What is in the database afterwards, as answers to named questions.
//!
//! Asked over a connection of the test's own, so that nothing of it counts as a round trip.

mod audit;
mod authorizations;
mod people;
mod snapshot;
mod tokens;

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

pub use audit::StoredEvent;
pub use authorizations::{StoredCode, StoredGrant, StoredRequest};
pub use people::{StoredSession, StoredUser};
pub use snapshot::Snapshot;
pub use tokens::StoredToken;

use crate::TestDatabase;

/// Looks behind the code that is tested.
#[derive(Clone, Copy)]
pub struct Stored<'d> {
    database: &'d TestDatabase,
}

impl TestDatabase {
    /// What is in it.
    #[must_use]
    pub const fn stored(&self) -> Stored<'_> {
        Stored { database: self }
    }
}

impl Stored<'_> {
    /// What each audit event says happened, in order.
    pub async fn audit_actions(&self) -> Vec<String> {
        let sql = "SELECT action FROM audit_events ORDER BY occurred_at, id";
        let rows = self.query(sql, &[]).await;
        rows.iter().map(|row| row.get("action")).collect()
    }

    /// Each counter of attempts: what it counts, and how many there were.
    pub async fn throttles(&self) -> Vec<(String, i64)> {
        let sql = "SELECT kind, attempts FROM throttles ORDER BY kind, attempts";
        let rows = self.query(sql, &[]).await;
        let counter = |row: &Row| (row.get("kind"), row.get("attempts"));
        rows.iter().map(counter).collect()
    }

    /// What is kept for repetitions of requests: every byte of each row.
    pub async fn idempotency_keys(&self) -> Vec<Vec<u8>> {
        let sql = "SELECT key_digest || request_digest || sealed_answer AS bytes
                     FROM idempotency_keys";
        let rows = self.query(sql, &[]).await;
        rows.iter().map(|row| row.get("bytes")).collect()
    }

    async fn query(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Vec<Row> {
        let session = self.database.session().await;
        let rows = session.query(sql, params).await;
        rows.expect("the question can be answered")
    }
}
