//! Sessions that are over, looked at in pages: something may still hang on one.

use authly_domain::clock::Timestamp;

use super::{CleanUp, Progress, one, progress_after};
use crate::DbError;
use crate::conn::Conn;
use crate::params::time;
use crate::row::Columns;

/// Removes the sessions of a page on which nothing hangs, and answers how far the page went.
macro_rules! remove_page_of_sessions {
    () => {
        "
            ), chosen AS (
                SELECT s.id
                  FROM page p
                  JOIN sessions s ON s.id = p.id
                 WHERE NOT EXISTS (SELECT 1 FROM grants g WHERE g.session_id = s.id)
                   AND NOT EXISTS (SELECT 1 FROM authorization_codes a WHERE a.session_id = s.id)
                   AND NOT EXISTS (SELECT 1 FROM authorization_requests r WHERE r.shown_to = s.id)
                   FOR UPDATE OF s SKIP LOCKED
            ), gone AS (
                DELETE FROM sessions s USING chosen c WHERE s.id = c.id
            )
            SELECT count(*) AS seen, max(at) AS reached FROM page"
    };
}

/// What became of a page of sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageOfSessions {
    /// Whether there may be another page.
    pub progress: Progress,
    /// Where the next page begins.
    pub reached: Timestamp,
}

impl CleanUp<'_> {
    /// Looks at a page of sessions that expired after `after` and by `expired_by`, and removes those
    /// on which nothing hangs: a grant lives on when its session has merely expired (decisions 2).
    ///
    /// # Errors
    /// When storage fails.
    pub async fn expired_sessions(
        &self,
        after: Timestamp,
        expired_by: Timestamp,
    ) -> Result<PageOfSessions, DbError> {
        const SQL: &str = concat!(
            "-- sessions.clean_up_expired
            WITH page AS MATERIALIZED (
                SELECT id, expires_at AS at FROM sessions
                 WHERE expires_at > $1 AND expires_at <= $2
                 ORDER BY expires_at
                 LIMIT ",
            batch!(),
            remove_page_of_sessions!()
        );
        page_of_sessions(self.conn, SQL, after, expired_by).await
    }

    /// Looks at a page of sessions that were ended after `after` and by `ended_by`, and removes those
    /// on which nothing hangs any more.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn ended_sessions(
        &self,
        after: Timestamp,
        ended_by: Timestamp,
    ) -> Result<PageOfSessions, DbError> {
        const SQL: &str = concat!(
            "-- sessions.clean_up_ended
            WITH page AS MATERIALIZED (
                SELECT id, ended_at AS at FROM sessions
                 WHERE ended_at > $1 AND ended_at <= $2
                 ORDER BY ended_at
                 LIMIT ",
            batch!(),
            remove_page_of_sessions!()
        );
        page_of_sessions(self.conn, SQL, after, ended_by).await
    }
}

async fn page_of_sessions(
    conn: Conn<'_>,
    sql: &'static str,
    after: Timestamp,
    until: Timestamp,
) -> Result<PageOfSessions, DbError> {
    let params = [time(after.as_date_time()), time(until.as_date_time())];
    let row = one(conn, sql, &params).await?;
    let row = Columns::of("sessions", &row);
    Ok(PageOfSessions {
        progress: progress_after(row.get("seen")?),
        reached: row.time_opt("reached")?.unwrap_or(until),
    })
}
