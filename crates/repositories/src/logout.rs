//! `logout_calls`: what clients are still to be told of sessions that have ended.

use authly_domain::clock::Timestamp;
use authly_domain::id::{ClientKey, LogoutCallId, SessionId};
use authly_domain::logout::{BegunCall, CallFailure, CallState, LogoutCall};
use authly_domain::network::FetchUrl;
use authly_domain::users::Subject;
use uuid::Uuid;

use crate::DbError;
use crate::params::{number, text, time, uuid, uuids};
use crate::row::Columns;

repository! {
    /// Calls that tell clients of the end of a session. They are written by a trigger, with whatever
    /// ends the session.
    LogoutCalls
}

/// Which calls are begun.
#[derive(Debug)]
pub struct CallClaim<'a> {
    /// At this moment.
    pub now: Timestamp,
    /// Nobody else makes them before this.
    pub lease_ends_at: Timestamp,
    /// So many.
    pub most: i64,
    /// So many for one client.
    pub most_for_a_client: i64,
    /// None for these clients.
    pub not_for: &'a [ClientKey],
}

/// A statement that reads calls.
macro_rules! calls {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- logout_calls.",
            $name,
            "
            SELECT l.id, l.client_id, c.client_id AS client_name_on_wire, l.session_id,
                   l.created_at, l.due_at, l.attempts, l.last_failed_at, l.last_failure,
                   l.given_up_at,
                   c.is_active AND c.backchannel_logout_uri IS NOT NULL AS is_wanted
              FROM logout_calls l
              JOIN clients c ON c.id = l.client_id
             ",
            $rest
        )
    };
}

impl LogoutCalls<'_> {
    /// Begins calls that are due, the oldest first, and keeps others from them for a while. Those for
    /// clients that are disabled, or that have no address for it any more, are not begun.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn begin(&self, claim: &CallClaim<'_>) -> Result<Vec<BegunCall>, DbError> {
        // A client that does not answer must not fill the batch: of each, a few of its oldest are
        // looked at. What another node is at is passed over.
        const SQL: &str = "-- logout_calls.begin
            WITH due AS (
                SELECT l.id, l.client_id, l.due_at
                  FROM logout_calls l
                  JOIN clients c ON c.id = l.client_id
                 WHERE l.given_up_at IS NULL AND l.due_at <= $1 AND l.client_id <> ALL ($5)
                   AND c.is_active AND c.backchannel_logout_uri IS NOT NULL
                 ORDER BY l.due_at, l.id
                 LIMIT 2000
            ), ranked AS (
                SELECT d.id, row_number() OVER (
                           PARTITION BY d.client_id ORDER BY d.due_at, d.id) AS place
                  FROM due d
            ), chosen AS (
                SELECT l.id
                  FROM logout_calls l
                  JOIN ranked r ON r.id = l.id
                 WHERE r.place <= $4 AND l.given_up_at IS NULL AND l.due_at <= $1
                 ORDER BY l.due_at, l.id
                 LIMIT $3
                   FOR UPDATE OF l SKIP LOCKED
            )
            UPDATE logout_calls l
               SET due_at = $2, attempts = l.attempts + 1
              FROM chosen x, clients c
             WHERE l.id = x.id AND c.id = l.client_id
            RETURNING l.id, l.attempts, l.client_id, c.client_id AS client_name_on_wire,
                   c.version AS client_version, l.session_id, l.subject, l.is_pairwise";
        let not_for: Vec<Uuid> = claim.not_for.iter().map(|key| *key.as_uuid()).collect();
        let params = [
            time(claim.now.as_date_time()),
            time(claim.lease_ends_at.as_date_time()),
            number(claim.most),
            number(claim.most_for_a_client),
            uuids(not_for),
        ];
        let rows = self.conn.query(SQL, &params).await?;
        let rows = rows.iter();
        rows.map(|row| begun(&Columns::of("logout_calls", row)))
            .collect()
    }

    /// Removes a call that has reached its client. Answers whether the attempt was still the last one.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn succeed(&self, call: LogoutCallId, attempt: i64) -> Result<bool, DbError> {
        const SQL: &str = "-- logout_calls.succeed
            DELETE FROM logout_calls WHERE id = $1 AND attempts = $2";
        let params = [uuid(call.as_uuid()), number(attempt)];
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }

    /// Notes that an attempt has failed: the call is made again at `next`, or given up. Answers whether
    /// the attempt was still the last one.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn fail(
        &self,
        (call, attempt): (LogoutCallId, i64),
        why: CallFailure,
        next: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, DbError> {
        const SQL: &str = "-- logout_calls.fail
            UPDATE logout_calls
               SET due_at = coalesce($3, due_at), last_failed_at = $4, last_failure = $5,
                   given_up_at = CASE WHEN $3 IS NULL THEN $4 END
             WHERE id = $1 AND attempts = $2";
        let params = [
            uuid(call.as_uuid()),
            number(attempt),
            time(next.map(|next| next.as_date_time())),
            time(now.as_date_time()),
            text(why.to_string()),
        ];
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }

    /// Puts a call back that was begun and not made: it is due at `due`, and that was no attempt. Answers
    /// whether the attempt was still the last one.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn put_back(
        &self,
        (call, attempt): (LogoutCallId, i64),
        due: Timestamp,
    ) -> Result<bool, DbError> {
        const SQL: &str = "-- logout_calls.put_back
            UPDATE logout_calls
               SET due_at = $3, attempts = attempts - 1
             WHERE id = $1 AND attempts = $2";
        let params = [
            uuid(call.as_uuid()),
            number(attempt),
            time(due.as_date_time()),
        ];
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }

    /// What is opened in frames when a session ends: the clients of the session that sign their users out
    /// in the browser, at most so many `rows`, and how many there are.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn in_browser(
        &self,
        session: SessionId,
        rows: i64,
    ) -> Result<(Vec<ClientInBrowser>, i64), DbError> {
        const SQL: &str = "-- session_clients.in_browser
            SELECT c.frontchannel_logout_uri, x.pairwise_subject, count(*) OVER () AS clients
              FROM session_clients x
              JOIN clients c ON c.id = x.client_id
             WHERE x.session_id = $1 AND c.is_active AND c.frontchannel_logout_uri IS NOT NULL
             ORDER BY c.id
             LIMIT $2";
        let params = [uuid(session.as_uuid()), number(rows)];
        let rows = self.conn.query(SQL, &params).await?;
        let all = rows
            .first()
            .map(|row| Columns::of("session_clients", row).get("clients"));
        let client = |row| {
            let row = Columns::of("session_clients", row);
            let subject: Option<String> = row.get("pairwise_subject")?;
            Ok(ClientInBrowser {
                uri: row.parse("frontchannel_logout_uri")?,
                pairwise_subject: subject.map(Subject::new),
            })
        };
        let shown: Result<_, DbError> = rows.iter().map(client).collect();
        Ok((shown?, all.transpose()?.unwrap_or_default()))
    }

    /// Calls, the newest first: so many `rows` of those that are older than `before`, of one client or
    /// of all, only those that were given up or all.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn list(
        &self,
        client: Option<ClientKey>,
        shown: ShownCalls,
        before: Option<LogoutCallId>,
        rows: i64,
    ) -> Result<Vec<LogoutCall>, DbError> {
        // Each order of its own index.
        const ALL: &str = calls!("list", "WHERE l.id < $1 ORDER BY l.id DESC LIMIT $2");
        const GIVEN_UP: &str = calls!(
            "list_given_up",
            "WHERE l.id < $1 AND l.given_up_at IS NOT NULL ORDER BY l.id DESC LIMIT $2"
        );
        const OF_CLIENT: &str = calls!(
            "list_of_client",
            "WHERE l.client_id = $3 AND l.id < $1 ORDER BY l.id DESC LIMIT $2"
        );
        const GIVEN_UP_OF_CLIENT: &str = calls!(
            "list_given_up_of_client",
            "WHERE l.client_id = $3 AND l.id < $1 AND l.given_up_at IS NOT NULL
             ORDER BY l.id DESC LIMIT $2"
        );
        let before = before.map_or(Uuid::max(), |id| *id.as_uuid());
        let mut params = vec![uuid(before), number(rows)];
        params.extend(client.map(|client| uuid(*client.as_uuid())));
        let sql = match (client, shown) {
            (None, ShownCalls::All) => ALL,
            (None, ShownCalls::GivenUp) => GIVEN_UP,
            (Some(_), ShownCalls::All) => OF_CLIENT,
            (Some(_), ShownCalls::GivenUp) => GIVEN_UP_OF_CLIENT,
        };
        let rows = self.conn.query(sql, &params).await?;
        let rows = rows.iter();
        rows.map(|row| record(&Columns::of("logout_calls", row)))
            .collect()
    }

    /// The call with this key.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find(&self, call: LogoutCallId) -> Result<Option<LogoutCall>, DbError> {
        const SQL: &str = calls!("find", "WHERE l.id = $1");
        let row = self.conn.query_opt(SQL, &[uuid(call.as_uuid())]).await?;
        row.map(|row| record(&Columns::of("logout_calls", &row)))
            .transpose()
    }

    /// Has a call made again, at once and as if for the first time. One that is due before
    /// `lease_ends_at` is left alone: somebody may be at it. Answers whether it is made again.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn retry(
        &self,
        call: LogoutCallId,
        now: Timestamp,
        lease_ends_at: Timestamp,
    ) -> Result<bool, DbError> {
        const SQL: &str = "-- logout_calls.retry
            UPDATE logout_calls
               SET due_at = $2, attempts = 0, given_up_at = NULL
             WHERE id = $1 AND (given_up_at IS NOT NULL OR due_at > $3)";
        let params = [
            uuid(call.as_uuid()),
            time(now.as_date_time()),
            time(lease_ends_at.as_date_time()),
        ];
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }
}

/// A client that signs its users out in the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientInBrowser {
    /// What is opened there.
    pub uri: FetchUrl,
    /// What it calls the user, where that is a name of its sector alone.
    pub pairwise_subject: Option<Subject>,
}

/// Which calls a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownCalls {
    /// Those that were given up.
    GivenUp,
    /// Those that wait, too.
    All,
}

fn begun(row: &Columns<'_>) -> Result<BegunCall, DbError> {
    Ok(BegunCall {
        id: LogoutCallId::from_uuid(row.uuid("id")?),
        attempt: row.get("attempts")?,
        client: ClientKey::from_uuid(row.uuid("client_id")?),
        client_id: row.parse("client_name_on_wire")?,
        client_version: row.get("client_version")?,
        session: SessionId::from_uuid(row.uuid("session_id")?),
        subject: Subject::new(row.get("subject")?),
        is_pairwise: row.get("is_pairwise")?,
    })
}

fn record(row: &Columns<'_>) -> Result<LogoutCall, DbError> {
    let failed_at = row.time_opt("last_failed_at")?;
    let failure = row.parse_opt("last_failure")?;
    let due_at = row.time("due_at")?;
    let given_up_at = row.time_opt("given_up_at")?;
    Ok(LogoutCall {
        id: LogoutCallId::from_uuid(row.uuid("id")?),
        client: ClientKey::from_uuid(row.uuid("client_id")?),
        client_id: row.parse("client_name_on_wire")?,
        session: SessionId::from_uuid(row.uuid("session_id")?),
        created_at: row.time("created_at")?,
        attempts: row.get("attempts")?,
        last_failure: failed_at.zip(failure),
        state: given_up_at.map_or(CallState::Waiting(due_at), CallState::GivenUp),
        is_wanted: row.get("is_wanted")?,
    })
}
