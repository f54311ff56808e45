//! What clean-up removes: a few rows in each statement, found by an index. A row that somebody is at
//! is passed over, so that no statement ever waits for a lock, and none can be part of a deadlock.
//!
//! The number of rows is written into the statements: told it as a parameter, the planner would
//! reckon with a tenth of the table.

use authly_domain::clock::Timestamp;
use tokio_postgres::Row;

use crate::DbError;
use crate::conn::Conn;
use crate::params::{Param, time};
use crate::row::Columns;

/// How many rows a statement removes or looks at, at the most.
macro_rules! batch {
    () => {
        500
    };
}

/// Removes the tokens that `chosen` lists, and the grants of which nothing is left then: neither a
/// token nor a code. A grant that somebody is at, or that two statements leave empty at once, goes
/// with the old ones.
macro_rules! remove_chosen_tokens {
    () => {
        "
            ), gone AS (
                DELETE FROM tokens t USING chosen c WHERE t.id = c.id RETURNING t.id, t.grant_id
            ), empty AS (
                SELECT g.id FROM grants g
                 WHERE g.id IN (SELECT grant_id FROM gone)
                   AND NOT EXISTS (SELECT 1 FROM tokens t
                                    WHERE t.grant_id = g.id AND t.id NOT IN (SELECT id FROM gone))
                   AND NOT EXISTS (SELECT 1 FROM authorization_codes a WHERE a.grant_id = g.id)
                   FOR UPDATE OF g SKIP LOCKED
            ), emptied AS (
                DELETE FROM grants g USING empty e WHERE g.id = e.id
            )
            SELECT count(*) AS seen FROM chosen"
    };
}

// After the macros, which they use.
mod assertions;
mod logout_calls;
mod registration;
mod sessions;

pub use sessions::PageOfSessions;

repository! {
    /// Rows that are over.
    CleanUp
}

/// Whether there may be more to do of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The batch was full.
    More,
    /// It was not: that was all.
    Done,
}

impl CleanUp<'_> {
    /// Removes authorization requests that ended by this moment, answered or not.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn requests(&self, ended_by: Timestamp) -> Result<Progress, DbError> {
        const SQL: &str = concat!(
            "-- authorization_requests.clean_up
            WITH chosen AS (
                SELECT id FROM authorization_requests
                 WHERE expires_at <= $1
                 ORDER BY expires_at
                 LIMIT ",
            batch!(),
            "
                   FOR UPDATE SKIP LOCKED
            ), gone AS (
                DELETE FROM authorization_requests r USING chosen c WHERE r.id = c.id
            )
            SELECT count(*) AS seen FROM chosen"
        );
        progress(self.conn, SQL, ended_by).await
    }

    /// Removes codes that ended by this moment, redeemed or not, and the grants of which nothing is
    /// left then.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn codes(&self, ended_by: Timestamp) -> Result<Progress, DbError> {
        const SQL: &str = concat!(
            "-- authorization_codes.clean_up
            WITH chosen AS (
                SELECT id FROM authorization_codes
                 WHERE expires_at <= $1
                 ORDER BY expires_at
                 LIMIT ",
            batch!(),
            "
                   FOR UPDATE SKIP LOCKED
            ), gone AS (
                DELETE FROM authorization_codes a USING chosen c
                 WHERE a.id = c.id
                RETURNING a.grant_id
            ), empty AS (
                SELECT g.id FROM grants g
                 WHERE g.id IN (SELECT grant_id FROM gone)
                   AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.grant_id = g.id)
                   FOR UPDATE OF g SKIP LOCKED
            ), emptied AS (
                DELETE FROM grants g USING empty e WHERE g.id = e.id
            )
            SELECT count(*) AS seen FROM chosen"
        );
        progress(self.conn, SQL, ended_by).await
    }

    /// Removes tokens that expired by this moment, spent or not, and the grants of which nothing is
    /// left then.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn tokens(&self, expired_by: Timestamp) -> Result<Progress, DbError> {
        const SQL: &str = concat!(
            "-- tokens.clean_up
            WITH chosen AS (
                SELECT id FROM tokens
                 WHERE expires_at <= $1
                 ORDER BY expires_at
                 LIMIT ",
            batch!(),
            "
                   FOR UPDATE SKIP LOCKED",
            remove_chosen_tokens!()
        );
        progress(self.conn, SQL, expired_by).await
    }

    /// Removes tokens of grants that were revoked by this moment, and the grants of which nothing is
    /// left then.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn revoked_grants(&self, revoked_by: Timestamp) -> Result<Progress, DbError> {
        const SQL: &str = concat!(
            "-- tokens.clean_up_revoked
            WITH chosen AS (
                SELECT t.id
                  FROM grants g
                  JOIN tokens t ON t.grant_id = g.id
                 WHERE g.revoked_at <= $1
                 LIMIT ",
            batch!(),
            "
                   FOR UPDATE OF t SKIP LOCKED",
            remove_chosen_tokens!()
        );
        progress(self.conn, SQL, revoked_by).await
    }

    /// Removes tokens of grants whose session was ended by this moment, and the grants of which
    /// nothing is left then.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn grants_of_ended_sessions(&self, ended_by: Timestamp) -> Result<Progress, DbError> {
        const SQL: &str = concat!(
            "-- tokens.clean_up_ended
            WITH chosen AS (
                SELECT t.id
                  FROM sessions s
                  JOIN grants g ON g.session_id = s.id
                  JOIN tokens t ON t.grant_id = g.id
                 WHERE s.ended_at <= $1
                 LIMIT ",
            batch!(),
            "
                   FOR UPDATE OF t SKIP LOCKED",
            remove_chosen_tokens!()
        );
        progress(self.conn, SQL, ended_by).await
    }

    /// Removes grants that were made by this moment and of which nothing is left.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn old_grants(&self, made_by: Timestamp) -> Result<Progress, DbError> {
        const SQL: &str = concat!(
            "-- grants.clean_up
            WITH chosen AS (
                SELECT g.id FROM grants g
                 WHERE g.created_at <= $1
                   AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.grant_id = g.id)
                   AND NOT EXISTS (SELECT 1 FROM authorization_codes a WHERE a.grant_id = g.id)
                 ORDER BY g.created_at
                 LIMIT ",
            batch!(),
            "
                   FOR UPDATE OF g SKIP LOCKED
            ), gone AS (
                DELETE FROM grants g USING chosen c WHERE g.id = c.id
            )
            SELECT count(*) AS seen FROM chosen"
        );
        progress(self.conn, SQL, made_by).await
    }

    /// Removes counters whose window ended by this moment: the next attempt begins a new one anyway.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn throttles(&self, ended_by: Timestamp) -> Result<Progress, DbError> {
        const SQL: &str = concat!(
            "-- throttles.clean_up
            WITH chosen AS (
                SELECT kind, key_digest FROM throttles
                 WHERE window_ends_at <= $1
                 ORDER BY window_ends_at
                 LIMIT ",
            batch!(),
            "
                   FOR UPDATE SKIP LOCKED
            ), gone AS (
                DELETE FROM throttles t USING chosen c
                 WHERE t.kind = c.kind AND t.key_digest = c.key_digest
            )
            SELECT count(*) AS seen FROM chosen"
        );
        progress(self.conn, SQL, ended_by).await
    }

    /// Removes idempotency keys whose time was over by this moment, with the answers.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn answers(&self, ended_by: Timestamp) -> Result<Progress, DbError> {
        const SQL: &str = concat!(
            "-- idempotency_keys.clean_up
            WITH chosen AS (
                SELECT key_digest FROM idempotency_keys
                 WHERE expires_at <= $1
                 ORDER BY expires_at
                 LIMIT ",
            batch!(),
            "
                   FOR UPDATE SKIP LOCKED
            ), gone AS (
                DELETE FROM idempotency_keys k USING chosen c WHERE k.key_digest = c.key_digest
            )
            SELECT count(*) AS seen FROM chosen"
        );
        progress(self.conn, SQL, ended_by).await
    }

    /// Removes refusals that were kept by this moment.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn refusals(&self, kept_by: Timestamp) -> Result<Progress, DbError> {
        const SQL: &str = concat!(
            "-- refusals.clean_up
            WITH gone AS (DELETE FROM refusals WHERE number IN (
                SELECT number FROM refusals WHERE at <= $1 ORDER BY at LIMIT ",
            batch!(),
            " FOR UPDATE SKIP LOCKED) RETURNING number)
            SELECT count(*) AS seen FROM gone"
        );
        progress(self.conn, SQL, kept_by).await
    }

    /// Removes keys that have been gone or revoked since this moment or longer. The database then
    /// looks through all tokens for one that names them, since no index serves that: it happens a few
    /// times in a year, and each token would have to pay for an index.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn keys(&self, past_since: Timestamp) -> Result<Progress, DbError> {
        const SQL: &str = "-- signing_keys.clean_up
            DELETE FROM signing_keys
             WHERE (state = 'gone' AND gone_at <= $1) OR (state = 'revoked' AND revoked_at <= $1)";
        self.conn
            .execute(SQL, &[time(past_since.as_date_time())])
            .await?;
        Ok(Progress::Done)
    }
}

fn progress_after(seen: i64) -> Progress {
    if seen < batch!() {
        Progress::Done
    } else {
        Progress::More
    }
}

/// Runs a statement that answers how many rows it has chosen.
async fn progress(
    conn: Conn<'_>,
    sql: &'static str,
    until: Timestamp,
) -> Result<Progress, DbError> {
    let row = one(conn, sql, &[time(until.as_date_time())]).await?;
    Columns::of("jobs", &row).get("seen").map(progress_after)
}

/// The one row that an aggregate without groups always has.
async fn one(conn: Conn<'_>, sql: &'static str, params: &[Param<'_>]) -> Result<Row, DbError> {
    let row = conn.query_opt(sql, params).await?;
    row.ok_or(DbError::Corrupt {
        table: "jobs",
        column: "seen",
    })
}
