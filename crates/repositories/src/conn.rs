//! The one way to a statement: timed, counted, with its name in every error.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use deadpool_postgres::StatementCache;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use crate::DbError;
use crate::params::Param;

/// A statement, `BEGIN` or `COMMIT` that takes longer is given up: the caller gets 503.
const STATEMENT_TIME_LIMIT: Duration = Duration::from_secs(10);

/// How statements are sent (`database.statements`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementMode {
    /// Prepared once per connection: the fastest.
    Prepared,
    /// Never prepared: for a pooler in transaction mode.
    Unnamed,
}

/// Whether a borrowed connection is of no more use when it is given back, so that it is closed.
///
/// That is so while it waits for the database: the caller has gone, or the time limit was over, and
/// whoever got that connection next would wait behind the statement, which runs on. And it is so
/// after an outage, even where the connection still stands: a server that has become a standby, say,
/// keeps it and refuses to write, while a new connection finds the server that took over.
#[derive(Debug, Default)]
pub(crate) struct InFlight(AtomicBool);

impl InFlight {
    /// Waits for the database's answer, as long as the time limit allows.
    pub(crate) async fn answer<T>(
        &self,
        operation: &'static str,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, DbError> {
        self.0.store(true, Ordering::Relaxed);
        let answer = match tokio::time::timeout(STATEMENT_TIME_LIMIT, answer).await {
            Ok(answer) => answer.map_err(|error| DbError::from_driver(operation, error)),
            Err(_elapsed) => Err(DbError::timed_out(operation)),
        };
        let is_spoiled = answer.as_ref().is_err_and(DbError::is_unavailable);
        self.0.store(is_spoiled, Ordering::Relaxed);
        answer
    }

    pub(crate) fn is_left(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts round trips, so that tests can hold requests to their budget.
#[derive(Debug, Default)]
pub(crate) struct RoundTrips(AtomicU64);

impl RoundTrips {
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A connection to run statements on, inside or outside a transaction.
#[derive(Clone, Copy)]
pub(crate) struct Conn<'u> {
    pub(crate) client: &'u Client,
    pub(crate) cache: &'u StatementCache,
    pub(crate) mode: StatementMode,
    pub(crate) round_trips: &'u RoundTrips,
    pub(crate) in_flight: &'u InFlight,
}

/// The name in the first line of a statement: `-- table.function`.
fn operation_of(sql: &'static str) -> &'static str {
    sql.lines()
        .next()
        .unwrap_or_default()
        .trim_start_matches("-- ")
}

impl Conn<'_> {
    pub(crate) async fn query(
        &self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, DbError> {
        self.limited(sql, async {
            match self.mode {
                StatementMode::Unnamed => self.client.query_typed(sql, &typed(params)).await,
                StatementMode::Prepared => {
                    let statement = self.prepare(sql, params).await?;
                    self.client.query(&statement, &values(params)).await
                }
            }
        })
        .await
    }

    /// Runs a statement that is planned anew for these values, in either mode: for lists, whose filters
    /// are there or not, and of which each finds rows in a way of its own.
    pub(crate) async fn query_planned(
        &self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, DbError> {
        self.limited(sql, async {
            self.client.query_typed(sql, &typed(params)).await
        })
        .await
    }

    pub(crate) async fn query_opt(
        &self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<Option<Row>, DbError> {
        Ok(self.query(sql, params).await?.into_iter().next())
    }

    /// Runs a statement and answers how many rows it touched.
    pub(crate) async fn execute(
        &self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<u64, DbError> {
        self.limited(sql, async {
            match self.mode {
                StatementMode::Unnamed => self.client.execute_typed(sql, &typed(params)).await,
                StatementMode::Prepared => {
                    let statement = self.prepare(sql, params).await?;
                    self.client.execute(&statement, &values(params)).await
                }
            }
        })
        .await
    }

    async fn prepare(
        &self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<tokio_postgres::Statement, tokio_postgres::Error> {
        let types: Vec<Type> = params.iter().map(|param| param.of.clone()).collect();
        self.cache.prepare_typed(self.client, sql, &types).await
    }

    async fn limited<T>(
        &self,
        sql: &'static str,
        statement: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, DbError> {
        self.round_trips.add();
        self.in_flight.answer(operation_of(sql), statement).await
    }
}

fn values<'a>(params: &'a [Param<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params
        .iter()
        .map(|param| &*param.value as &(dyn ToSql + Sync))
        .collect()
}

fn typed<'a>(params: &'a [Param<'_>]) -> Vec<(&'a (dyn ToSql + Sync), Type)> {
    params
        .iter()
        .map(|param| (&*param.value as &(dyn ToSql + Sync), param.of.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_named_by_its_first_line() {
        assert_eq!(operation_of("-- users.find\nSELECT 1"), "users.find");
    }
}
