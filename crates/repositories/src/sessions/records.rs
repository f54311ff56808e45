//! Sessions as administrators see and end them.

use authly_domain::clock::Timestamp;
use authly_domain::id::{SessionId, UserId};
use authly_domain::sessions::{EndedSession, SessionEnd, SessionRecord};
use uuid::Uuid;

use super::Sessions;
use crate::DbError;
use crate::params::{number, text, time, uuid};
use crate::row::Columns;

/// A statement that reads the sessions whose keys are its page, the newest first.
macro_rules! records {
    ($name:literal, $page:literal) => {
        concat!(
            "-- sessions.",
            $name,
            "
            WITH page AS (
                ",
            $page,
            "
            )
            SELECT s.id, s.user_id, u.username, u.is_active AS user_is_active, s.auth_time, s.acr,
                   s.amr, s.pending_steps, s.address, s.user_agent, s.created_at, s.last_seen_at,
                   s.expires_at, s.ended_at, s.ended_reason
              FROM page p
              JOIN sessions s ON s.id = p.id
              JOIN users u ON u.id = s.user_id
             ORDER BY s.id DESC"
        )
    };
}

/// Which sessions a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionsOf {
    /// Everybody's.
    All,
    /// One user's.
    User(UserId),
}

impl SessionsOf {
    /// The statement that reads a page, for whoever asks the database how it does that. Its
    /// parameters: the key before which the page begins, how many rows, and the owner if there is
    /// one.
    #[must_use]
    pub const fn statement(&self) -> &'static str {
        match self {
            Self::All => records!(
                "list",
                "SELECT id FROM sessions WHERE id < $1 ORDER BY id DESC LIMIT $2"
            ),
            Self::User(_) => records!(
                "list_of_user",
                "SELECT id FROM sessions
                  WHERE user_id = $3 AND id < $1 ORDER BY id DESC LIMIT $2"
            ),
        }
    }
}

impl Sessions<'_> {
    /// Sessions whatever has become of them, the newest first: so many `rows` of those that are older
    /// than `before`.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn list(
        &self,
        of: &SessionsOf,
        before: Option<SessionId>,
        rows: i64,
    ) -> Result<Vec<SessionRecord>, DbError> {
        let before = before.map_or(Uuid::max(), |id| *id.as_uuid());
        let mut params = vec![uuid(before), number(rows)];
        match of {
            SessionsOf::All => {}
            SessionsOf::User(user) => params.push(uuid(user.as_uuid())),
        }
        let rows = self.conn.query(of.statement(), &params).await?;
        let rows = rows.iter();
        rows.map(|row| record(&Columns::of("sessions", row)))
            .collect()
    }

    /// The sessions of a user that are live, or that wait for a step of the login; the newest first, at
    /// most so many `rows`. `idle_since` is how long ago the last use may lie.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn live_of(
        &self,
        user: UserId,
        now: Timestamp,
        idle_since: Timestamp,
        rows: i64,
    ) -> Result<Vec<SessionRecord>, DbError> {
        const SQL: &str = records!(
            "live_of",
            "SELECT id FROM sessions
              WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2 AND last_seen_at > $3
              ORDER BY id DESC LIMIT $4"
        );
        let params = [
            uuid(user.as_uuid()),
            time(now.as_date_time()),
            time(idle_since.as_date_time()),
            number(rows),
        ];
        let rows = self.conn.query(SQL, &params).await?;
        let rows = rows.iter();
        rows.map(|row| record(&Columns::of("sessions", row)))
            .collect()
    }

    /// The session with this key, whatever has become of it.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find(&self, session: SessionId) -> Result<Option<SessionRecord>, DbError> {
        const SQL: &str = records!("find", "SELECT id FROM sessions WHERE id = $1");
        let row = self.conn.query_opt(SQL, &[uuid(session.as_uuid())]).await?;
        row.map(|row| record(&Columns::of("sessions", &row)))
            .transpose()
    }

    /// Ends the session with this key. The first reason stays; answers whether this was it.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn end_one(
        &self,
        session: SessionId,
        why: SessionEnd,
        now: Timestamp,
    ) -> Result<bool, DbError> {
        const SQL: &str = "-- sessions.end_one
            UPDATE sessions
               SET ended_at = $2, ended_reason = $3
             WHERE id = $1 AND ended_at IS NULL";
        let params = [
            uuid(session.as_uuid()),
            time(now.as_date_time()),
            text(why.as_str()),
        ];
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }

    /// Ends the session with this key if it is one of this user's. The first reason stays; answers
    /// whether this was it.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn end_own(
        &self,
        session: SessionId,
        user: UserId,
        why: SessionEnd,
        now: Timestamp,
    ) -> Result<bool, DbError> {
        const SQL: &str = "-- sessions.end_own
            UPDATE sessions
               SET ended_at = $3, ended_reason = $4
             WHERE id = $1 AND user_id = $2 AND ended_at IS NULL";
        let params = [
            uuid(session.as_uuid()),
            uuid(user.as_uuid()),
            time(now.as_date_time()),
            text(why.as_str()),
        ];
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }

    /// Ends all sessions of a user but `kept`, also those that have expired: what hangs on them
    /// would live on. Answers how many that were.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn end_all_of(
        &self,
        user: UserId,
        kept: Option<SessionId>,
        why: SessionEnd,
        now: Timestamp,
    ) -> Result<u64, DbError> {
        // Locked in the order of their keys: two who do this at once do not wait for each other.
        const SQL: &str = "-- sessions.end_all_of
            WITH chosen AS (
                SELECT id FROM sessions
                 WHERE user_id = $1 AND ended_at IS NULL AND ($2::uuid IS NULL OR id <> $2)
                 ORDER BY id
                   FOR NO KEY UPDATE
            )
            UPDATE sessions s
               SET ended_at = $3, ended_reason = $4
              FROM chosen c
             WHERE s.id = c.id";
        let params = [
            uuid(user.as_uuid()),
            uuid(kept.map(|id| *id.as_uuid())),
            time(now.as_date_time()),
            text(why.as_str()),
        ];
        self.conn.execute(SQL, &params).await
    }
}

fn record(row: &Columns<'_>) -> Result<SessionRecord, DbError> {
    let ended_at = row.time_opt("ended_at")?;
    let why = row.parse_opt("ended_reason")?;
    let ended = ended_at.zip(why).map(|(at, why)| EndedSession { at, why });
    Ok(SessionRecord {
        id: SessionId::from_uuid(row.uuid("id")?),
        user: UserId::from_uuid(row.uuid("user_id")?),
        username: row.parse("username")?,
        user_is_active: row.get("user_is_active")?,
        authentication: row.authentication()?,
        pending: row.parse_all("pending_steps")?,
        address: row.get("address")?,
        user_agent: row.get("user_agent")?,
        created_at: row.time("created_at")?,
        last_seen_at: row.time("last_seen_at")?,
        expires_at: row.time("expires_at")?,
        ended,
    })
}
