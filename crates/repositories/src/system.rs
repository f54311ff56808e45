//! What only those ask who run the server: the database's version, and how much there is.

use authly_domain::clock::Timestamp;
use serde_json::Value;

use crate::DbError;
use crate::params::{Param, time};
use crate::row::Columns;

/// A table with more rows than this is not counted: the database estimates.
pub const MOST_COUNTED: u64 = 20_000;

/// Counts active administrators, for whoever asks the database how it does that.
pub const ADMINISTRATORS: &str = "-- system.count_administrators
    SELECT count(*) AS \"0\" FROM users WHERE is_admin AND is_active";

/// A number of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowCount {
    /// They were counted.
    Exact(u64),
    /// The database knows about how many there are.
    Estimated(u64),
}

/// How much of a table there is, in all and of the kinds that are asked for.
type Counts<const KINDS: usize> = [RowCount; KINDS];

/// How a table's rows are counted.
struct Tally<const KINDS: usize> {
    /// Estimates the rows of the whole table.
    size: &'static str,
    /// Counts each kind, in the columns `0` and `1`.
    count: &'static str,
    /// Estimates each kind.
    estimates: [&'static str; KINDS],
}

repository! {
    /// The database itself.
    System
}

impl System<'_> {
    /// The version of the database, such as `17.6`.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn server_version(&self) -> Result<String, DbError> {
        const SQL: &str = "-- system.server_version
            SELECT current_setting('server_version') AS version";
        let version = self.conn.query_opt(SQL, &[]).await?;
        version.map_or(Ok(String::new()), |row| {
            Columns::of("pg_settings", &row).get("version")
        })
    }

    /// The latest migration that was applied; 0 where none was.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn schema_version(&self) -> Result<i64, DbError> {
        const SQL: &str = "-- system.schema_version
            SELECT coalesce(max(version), 0)::bigint AS version FROM refinery_schema_history";
        let row = self.conn.query_opt(SQL, &[]).await?;
        row.map_or(Ok(0), |row| {
            Columns::of("refinery_schema_history", &row).get("version")
        })
    }

    /// How many active administrators there are, counted by an index of their own.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn administrators(&self) -> Result<u64, DbError> {
        let row = self.conn.query_opt(ADMINISTRATORS, &[]).await?;
        row.map_or(Ok(0), |row| counted(&Columns::of("users", &row), "0"))
    }

    /// How many users there are, and how many of them are active.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn users(&self) -> Result<Counts<2>, DbError> {
        const TALLY: Tally<2> = Tally {
            size: "-- system.size_of_users
                EXPLAIN (FORMAT JSON) SELECT 1 FROM users",
            count: "-- system.count_users
                SELECT count(*) AS \"0\", count(*) FILTER (WHERE is_active) AS \"1\" FROM users",
            estimates: [
                "-- system.size_of_users
                EXPLAIN (FORMAT JSON) SELECT 1 FROM users",
                "-- system.estimate_active_users
                EXPLAIN (FORMAT JSON) SELECT 1 FROM users WHERE is_active",
            ],
        };
        self.tally(&TALLY, &[]).await
    }

    /// How many clients there are, and how many of them are active.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn clients(&self) -> Result<Counts<2>, DbError> {
        const TALLY: Tally<2> = Tally {
            size: "-- system.size_of_clients
                EXPLAIN (FORMAT JSON) SELECT 1 FROM clients",
            count: "-- system.count_clients
                SELECT count(*) AS \"0\", count(*) FILTER (WHERE is_active) AS \"1\" FROM clients",
            estimates: [
                "-- system.size_of_clients
                EXPLAIN (FORMAT JSON) SELECT 1 FROM clients",
                "-- system.estimate_active_clients
                EXPLAIN (FORMAT JSON) SELECT 1 FROM clients WHERE is_active",
            ],
        };
        self.tally(&TALLY, &[]).await
    }

    /// How many sessions have neither ended nor expired.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn sessions(&self, now: Timestamp) -> Result<Counts<1>, DbError> {
        const TALLY: Tally<1> = Tally {
            size: "-- system.size_of_sessions
                EXPLAIN (FORMAT JSON) SELECT 1 FROM sessions",
            count: "-- system.count_sessions
                SELECT count(*) AS \"0\" FROM sessions
                 WHERE ended_at IS NULL AND expires_at > $1",
            estimates: ["-- system.estimate_sessions
                EXPLAIN (FORMAT JSON) SELECT 1 FROM sessions
                 WHERE ended_at IS NULL AND expires_at > $1"],
        };
        self.tally(&TALLY, &[time(now.as_date_time())]).await
    }

    /// How many grants were not revoked.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn grants(&self) -> Result<Counts<1>, DbError> {
        const TALLY: Tally<1> = Tally {
            size: "-- system.size_of_grants
                EXPLAIN (FORMAT JSON) SELECT 1 FROM grants",
            count: "-- system.count_grants
                SELECT count(*) AS \"0\" FROM grants WHERE revoked_at IS NULL",
            estimates: ["-- system.estimate_grants
                EXPLAIN (FORMAT JSON) SELECT 1 FROM grants WHERE revoked_at IS NULL"],
        };
        self.tally(&TALLY, &[]).await
    }

    /// How many access tokens and refresh tokens have neither expired nor been spent or revoked.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn tokens(&self, now: Timestamp) -> Result<Counts<2>, DbError> {
        const TALLY: Tally<2> = Tally {
            size: "-- system.size_of_tokens
                EXPLAIN (FORMAT JSON) SELECT 1 FROM tokens",
            count: "-- system.count_tokens
                SELECT count(*) FILTER (WHERE kind = 'access') AS \"0\",
                       count(*) FILTER (WHERE kind = 'refresh') AS \"1\"
                  FROM tokens
                 WHERE revoked_at IS NULL AND consumed_at IS NULL AND expires_at > $1",
            estimates: [
                "-- system.estimate_access_tokens
                EXPLAIN (FORMAT JSON) SELECT 1 FROM tokens
                 WHERE revoked_at IS NULL AND consumed_at IS NULL AND expires_at > $1
                   AND kind = 'access'",
                "-- system.estimate_refresh_tokens
                EXPLAIN (FORMAT JSON) SELECT 1 FROM tokens
                 WHERE revoked_at IS NULL AND consumed_at IS NULL AND expires_at > $1
                   AND kind = 'refresh'",
            ],
        };
        self.tally(&TALLY, &[time(now.as_date_time())]).await
    }

    /// Counts where the table is small; else asks the database for an estimate from its statistics,
    /// which takes no longer however much there is.
    async fn tally<const KINDS: usize>(
        &self,
        tally: &Tally<KINDS>,
        parameters: &[Param<'_>],
    ) -> Result<Counts<KINDS>, DbError> {
        let mut counts = [RowCount::Exact(0); KINDS];
        if self.planned(tally.size, &[]).await? > MOST_COUNTED {
            for (count, sql) in counts.iter_mut().zip(tally.estimates) {
                *count = RowCount::Estimated(self.planned(sql, parameters).await?);
            }
            return Ok(counts);
        }
        if let Some(row) = self.conn.query_opt(tally.count, parameters).await? {
            let row = Columns::of("pg_class", &row);
            for (count, column) in counts.iter_mut().zip(["0", "1"]) {
                *count = RowCount::Exact(counted(&row, column)?);
            }
        }
        Ok(counts)
    }

    /// How many rows the planner expects.
    async fn planned(&self, sql: &'static str, parameters: &[Param<'_>]) -> Result<u64, DbError> {
        let Some(row) = self.conn.query_opt(sql, parameters).await? else {
            return Ok(0);
        };
        let row = Columns::of("pg_class", &row);
        let plan: Value = row.get("QUERY PLAN")?;
        let rows = plan.pointer("/0/Plan/Plan Rows").and_then(Value::as_f64);
        rows.map(whole).ok_or_else(|| row.corrupt("reltuples"))
    }
}

/// A number of rows, which is neither negative nor beyond what a table holds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the number is rounded and limited before"
)]
fn whole(rows: f64) -> u64 {
    rows.round().clamp(0.0, 1e15) as u64
}

fn counted(row: &Columns<'_>, column: &'static str) -> Result<u64, DbError> {
    let count: i64 = row.get(column)?;
    Ok(u64::try_from(count).unwrap_or_default())
}
