//! The schema: migrations embedded in the binary, run by one node at a time.

use std::time::Duration;

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use crate::{Db, DbError};

/// What the macro makes has no docs, so it stays in here.
mod embedded {
    refinery::embed_migrations!("../../migrations");
}

use embedded::migrations;

/// Under this number nodes wait for one another. It means nothing else.
const LOCK: i64 = 0x6175_7468_6c79;

/// How long a node waits before it looks again whether another has migrated.
const TURN: Duration = Duration::from_millis(100);

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// The migrations that were applied, in order.
    pub applied: Vec<String>,
}

/// Whether the database has the schema that this version of the program expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    /// It has.
    Current,
    /// Migrations are missing: run `authly-server migrate`.
    Behind,
    /// A newer version of the program has migrated it; it still runs (expand, then contract).
    Ahead,
}

/// The migration that this program's schema ends with.
#[must_use]
pub fn expected_version() -> i64 {
    let migrations = migrations::runner();
    let versions = migrations
        .get_migrations()
        .iter()
        .map(|one| i64::from(one.version()));
    versions.max().unwrap_or(0)
}

/// A text that changes with any migration: names the template database of tests.
#[must_use]
pub fn fingerprint() -> String {
    let mut all = 0_u64;
    for one in migrations::runner().get_migrations() {
        all = all.rotate_left(7) ^ one.checksum();
    }
    format!("{all:016x}")
}

/// Brings the schema up to date. Nodes that start at once wait for one another: the first holds a
/// lock in a transaction of a second connection, which works through a pooler too (decisions 8).
///
/// # Errors
/// When the database cannot be reached or a migration fails.
pub async fn migrate(db: &Db) -> Result<Migrated, DbError> {
    let (guard, guard_task) = db.connect_alone().await?;
    let fail = |error| DbError::from_driver("migrate", error);
    wait_for_turn(&guard).await.map_err(fail)?;

    let (mut client, client_task) = db.connect_alone().await?;
    let report = migrations::runner()
        .run_async(&mut client)
        .await
        .map_err(|error| DbError::Migration {
            source: error.into(),
        })?;
    guard.batch_execute("ROLLBACK").await.map_err(fail)?;
    drop((client, guard));
    let _ = (client_task.await, guard_task.await);

    let applied = report
        .applied_migrations()
        .iter()
        .map(ToString::to_string)
        .collect();
    Ok(Migrated { applied })
}

/// Takes the lock, in a transaction that holds it until it ends. Whoever finds it taken lets go of
/// the connection before trying again: behind a pooler the one that migrates needs a second one,
/// and would never get it if those that wait held them all.
async fn wait_for_turn(guard: &Client) -> Result<(), tokio_postgres::Error> {
    const SQL: &str = "-- migrate.wait_for_turn
        SELECT pg_try_advisory_xact_lock($1) AS taken";
    loop {
        guard.batch_execute("BEGIN").await?;
        let row = guard.query_typed_one(SQL, &[(&LOCK, Type::INT8)]).await?;
        if row.try_get("taken")? {
            return Ok(());
        }
        guard.batch_execute("ROLLBACK").await?;
        tokio::time::sleep(TURN).await;
    }
}

/// Makes the database `name` in the cluster of `db`, unless it is there. Only for a cluster that is
/// ours alone (embedded mode, tests): elsewhere the operator makes the database.
///
/// # Errors
/// When the cluster cannot be reached, or `name` is not lower-case letters, digits and `_`.
pub async fn ensure_database(db: &Db, name: &str) -> Result<(), DbError> {
    const FIND: &str = "-- migrate.ensure_database
        SELECT oid FROM pg_database WHERE datname = $1";
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || !name.chars().all(is_plain) {
        return Err(DbError::Settings {
            source: "not a plain database name".into(),
        });
    }
    let (client, task) = db.connect_alone().await?;
    let fail = |error| DbError::from_driver("migrate.ensure_database", error);
    let found = client
        .query_typed_opt(FIND, &[(&name, Type::TEXT)])
        .await
        .map_err(fail)?;
    if found.is_none() {
        // A name cannot be a parameter; this one was checked above.
        client
            .batch_execute(&["CREATE DATABASE ", name].concat())
            .await
            .map_err(fail)?;
    }
    drop(client);
    let _ = task.await;
    Ok(())
}

/// Compares the schema with what this program expects, in one round trip.
///
/// # Errors
/// When the database cannot be reached.
pub async fn schema_state(db: &Db) -> Result<SchemaState, DbError> {
    const SQL: &str = "-- migrate.schema_state
        SELECT max(version)::bigint AS version FROM refinery_schema_history";
    let conn = db.connect().await?;
    let found = match conn.reads().keys().conn().query_opt(SQL, &[]).await {
        Ok(row) => row.and_then(|row| row.try_get::<_, Option<i64>>("version").ok().flatten()),
        Err(error) if error.is_unavailable() => return Err(error),
        Err(_no_table) => None,
    };
    let expected = expected_version();
    Ok(match found {
        Some(version) if version == expected => SchemaState::Current,
        Some(version) if version > expected => SchemaState::Ahead,
        _ => SchemaState::Behind,
    })
}
