//! `sessions`: logins in browsers.

mod records;

use std::net::IpAddr;

use authly_domain::clock::Timestamp;
use authly_domain::consents::Consent;
use authly_domain::id::{ClientKey, SessionId, UserId};
use authly_domain::secret::SecretDigest;
use authly_domain::sessions::{Authentication, LoginStep, Session, SessionEnd};
use authly_domain::users::Subject;

use crate::DbError;
use crate::audit::{NewEvent, note_known};
use crate::consents;
use crate::params::{address, bytes, text, texts, time, uuid};
use crate::row::Columns;

pub use records::SessionsOf;

repository! {
    /// Logins in browsers.
    Sessions
}

/// A session about to be stored.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// Its key.
    pub id: SessionId,
    /// Digest of the cookie.
    pub digest: SecretDigest,
    /// Who logs in.
    pub user: UserId,
    /// How they proved it.
    pub authentication: &'a Authentication,
    /// What is left to do.
    pub pending: &'a [LoginStep],
    /// From where.
    pub address: IpAddr,
    /// With what.
    pub user_agent: &'a str,
    /// When.
    pub created_at: Timestamp,
    /// The absolute end.
    pub expires_at: Timestamp,
}

/// A change of a session's cookie, which goes with each change of what the session may do.
#[derive(Debug)]
pub struct Renewal<'a> {
    /// Digest of the cookie's new value.
    pub digest: SecretDigest,
    /// How the user has proved who they are.
    pub authentication: &'a Authentication,
    /// What is left to do.
    pub pending: &'a [LoginStep],
    /// When.
    pub now: Timestamp,
    /// The new absolute end.
    pub expires_at: Timestamp,
}

fn step_names(pending: &[LoginStep]) -> Vec<&'static str> {
    pending.iter().map(|step| step.as_str()).collect()
}

impl Sessions<'_> {
    /// Stores a session.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn insert(&self, session: &NewSession<'_>) -> Result<(), DbError> {
        const SQL: &str = "-- sessions.insert
            INSERT INTO sessions (id, digest, user_id, auth_time, acr, amr, pending_steps,
                address, user_agent, created_at, last_seen_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)";
        let params = [
            uuid(session.id.as_uuid()),
            bytes(session.digest.as_bytes().as_slice()),
            uuid(session.user.as_uuid()),
            time(session.authentication.auth_time.as_date_time()),
            text(&session.authentication.acr),
            texts(&session.authentication.amr),
            texts(step_names(session.pending)),
            address(session.address),
            text(session.user_agent),
            time(session.created_at.as_date_time()),
            time(session.expires_at.as_date_time()),
        ];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// The live session with this cookie, and what its user once answered to `client`. `idle_since`
    /// is how long ago the last use may lie.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find_live(
        &self,
        digest: &SecretDigest,
        client: Option<ClientKey>,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Option<(Session, Option<Consent>)>, DbError> {
        const SQL: &str = "-- sessions.find_live
            SELECT s.id, s.user_id, s.auth_time, s.acr, s.amr, s.pending_steps, s.last_seen_at,
                   u.subject, u.username, n.granted, n.declined, n.resources
              FROM sessions s
              JOIN users u ON u.id = s.user_id
              LEFT JOIN consents n ON n.user_id = s.user_id AND n.client_id = $2
             WHERE s.digest = $1 AND s.ended_at IS NULL AND u.is_active
               AND s.expires_at > $3 AND s.last_seen_at > $4";
        let params = [
            bytes(digest.as_bytes().as_slice()),
            uuid(client.map(|key| *key.as_uuid())),
            time(now.as_date_time()),
            time(idle_since.as_date_time()),
        ];
        let row = self.conn.query_opt(SQL, &params).await?;
        row.map(|row| session_and_consent(&Columns::of("sessions", &row)))
            .transpose()
    }

    /// Gives the live session with the cookie `from` a new one, and says anew how its user proved who
    /// they are. Answers whether that cookie was still the present one: each is replaced once.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn renew(&self, from: &SecretDigest, to: &Renewal<'_>) -> Result<bool, DbError> {
        const SQL: &str = "-- sessions.renew
            UPDATE sessions
               SET digest = $2, auth_time = $3, acr = $4, amr = $5, pending_steps = $6,
                   last_seen_at = $7, expires_at = $8
             WHERE digest = $1 AND ended_at IS NULL";
        let params = [
            bytes(from.as_bytes().as_slice()),
            bytes(to.digest.as_bytes().as_slice()),
            time(to.authentication.auth_time.as_date_time()),
            text(&to.authentication.acr),
            texts(&to.authentication.amr),
            texts(step_names(to.pending)),
            time(to.now.as_date_time()),
            time(to.expires_at.as_date_time()),
        ];
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn note_use(&self, session: SessionId, now: Timestamp) -> Result<(), DbError> {
        const SQL: &str = "-- sessions.note_use
            UPDATE sessions SET last_seen_at = $2 WHERE id = $1 AND ended_at IS NULL";
        self.conn
            .execute(SQL, &[uuid(session.as_uuid()), time(now.as_date_time())])
            .await?;
        Ok(())
    }

    /// Ends the session with this cookie. If one has ended, the event says so, and whose it was; an event
    /// that names nobody who did it is a deed of that user's.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn end(
        &self,
        digest: &SecretDigest,
        why: SessionEnd,
        event: &NewEvent<'_>,
    ) -> Result<(), DbError> {
        const SQL: &str = concat!(
            "-- sessions.end
            WITH ended AS (
                UPDATE sessions
                   SET ended_at = $2, ended_reason = $22
                 WHERE digest = $21 AND ended_at IS NULL
                RETURNING id, user_id
            ), known AS (
                SELECT CASE $5 WHEN 'anonymous' THEN 'user' END AS actor_kind,
                       CASE $5 WHEN 'anonymous' THEN user_id END AS actor_user_id, user_id,
                       NULL::uuid AS grant_id, id AS session_id, NULL::text AS target,
                       NULL::text AS details
                  FROM ended
            ), ",
            note_known!(),
            "
            SELECT id FROM ended"
        );
        let own = [bytes(digest.as_bytes().as_slice()), text(why.as_str())];
        let params: Vec<_> = event.params().into_iter().chain(own).collect();
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }
}

fn session_and_consent(row: &Columns<'_>) -> Result<(Session, Option<Consent>), DbError> {
    let session = Session {
        id: SessionId::from_uuid(row.uuid("id")?),
        user: UserId::from_uuid(row.uuid("user_id")?),
        subject: Subject::new(row.get("subject")?),
        username: row.parse("username")?,
        authentication: row.authentication()?,
        pending: row.parse_all("pending_steps")?,
        last_seen_at: row.time("last_seen_at")?,
    };
    let has_answered = row.get::<Option<String>>("granted")?.is_some();
    let consent = has_answered.then(|| consents::record(row)).transpose()?;
    Ok((session, consent))
}
