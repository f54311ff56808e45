//! Clients that have registered themselves, and the tokens that let them.

use authly_domain::clock::Timestamp;
use authly_domain::id::ClientKey;

use super::{CleanUp, Progress, one, progress, progress_after};
use crate::DbError;
use crate::params::{time, uuid};
use crate::row::Columns;

impl CleanUp<'_> {
    /// Removes initial access tokens that had ended by this moment.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn initial_access_tokens(&self, ended_by: Timestamp) -> Result<Progress, DbError> {
        const SQL: &str = concat!(
            "-- initial_access_tokens.clean_up
            WITH chosen AS (
                SELECT id FROM initial_access_tokens
                 WHERE expires_at <= $1
                 ORDER BY expires_at
                 LIMIT ",
            batch!(),
            "
                   FOR UPDATE SKIP LOCKED
            ), gone AS (
                DELETE FROM initial_access_tokens i USING chosen c WHERE i.id = c.id
            )
            SELECT count(*) AS seen FROM chosen"
        );
        progress(self.conn, SQL, ended_by).await
    }

    /// Notes that the clients are used that have a grant or a token now, if that was noted last by
    /// `noted_by`.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn note_used(
        &self,
        now: Timestamp,
        noted_by: Timestamp,
    ) -> Result<Progress, DbError> {
        const SQL: &str = concat!(
            "-- client_registrations.note_used
            WITH chosen AS (
                SELECT r.client_id FROM client_registrations r
                 WHERE r.used_at <= $1
                   AND (EXISTS (SELECT 1 FROM grants g WHERE g.client_id = r.client_id)
                        OR EXISTS (SELECT 1 FROM tokens t WHERE t.client_id = r.client_id))
                 ORDER BY r.used_at
                 LIMIT ",
            batch!(),
            "
                   FOR UPDATE OF r SKIP LOCKED
            ), noted AS (
                UPDATE client_registrations r SET used_at = $2
                  FROM chosen c WHERE r.client_id = c.client_id
            )
            SELECT count(*) AS seen FROM chosen"
        );
        let params = [time(noted_by.as_date_time()), time(now.as_date_time())];
        let row = one(self.conn, SQL, &params).await?;
        let seen = Columns::of("client_registrations", &row).get("seen");
        seen.map(progress_after)
    }

    /// A few clients that have registered themselves and that nobody has used since this moment.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn unused_clients(&self, used_by: Timestamp) -> Result<Vec<ClientKey>, DbError> {
        const SQL: &str = concat!(
            "-- client_registrations.unused
            SELECT r.client_id FROM client_registrations r
             WHERE r.used_at <= $1
               AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.client_id = r.client_id)
               AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.client_id = r.client_id)
             ORDER BY r.used_at
             LIMIT ",
            batch!(),
        );
        let rows = self
            .conn
            .query(SQL, &[time(used_by.as_date_time())])
            .await?;
        let keys = rows.iter().map(|row| {
            let row = Columns::of("client_registrations", row);
            row.uuid("client_id").map(ClientKey::from_uuid)
        });
        keys.collect()
    }

    /// Keeps a client from everybody else until the unit of work ends, so that nobody stores a grant or a
    /// token for it meanwhile. Answers `false` where somebody else holds it, or it is gone. What is
    /// looked at after this is what the others have left: hence a statement of its own.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn hold_client(&self, client: ClientKey) -> Result<bool, DbError> {
        const SQL: &str = "-- clients.hold_unused
            SELECT id FROM clients WHERE id = $1 FOR UPDATE SKIP LOCKED";
        let row = self.conn.query_opt(SQL, &[uuid(client.as_uuid())]).await?;
        Ok(row.is_some())
    }

    /// Removes such a client, if it still is one. Whoever asks has it by [`hold_client`](Self::hold_client).
    ///
    /// # Errors
    /// When storage fails.
    pub async fn unused_client(
        &self,
        client: ClientKey,
        used_by: Timestamp,
    ) -> Result<bool, DbError> {
        const SQL: &str = "-- clients.remove_unused
            DELETE FROM clients c USING client_registrations r
             WHERE c.id = $1 AND r.client_id = c.id AND r.used_at <= $2
               AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.client_id = c.id)
               AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.client_id = c.id)";
        let params = [uuid(client.as_uuid()), time(used_by.as_date_time())];
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }
}
