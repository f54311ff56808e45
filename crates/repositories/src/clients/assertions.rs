//! `client_assertions`: which assertions were used, on any node.

use authly_domain::clients::Client;
use authly_domain::clock::Timestamp;
use authly_domain::secret::SecretDigest;

use super::Clients;
use crate::DbError;
use crate::params::{bytes, number, time, uuid};
use crate::row::Columns;

/// What became of the use of an assertion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssertionUse {
    /// It is the first: it is noted.
    First,
    /// It was used before.
    Again,
    /// The client was changed or disabled meanwhile: nothing is noted.
    OfAnotherVersion,
}

impl Clients<'_> {
    /// Notes that the client used the assertion of this `jti`, and keeps it in mind until `expires_at`.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn use_assertion(
        &self,
        client: &Client,
        jti: &SecretDigest,
        expires_at: Timestamp,
    ) -> Result<AssertionUse, DbError> {
        const SQL: &str = "-- clients.use_assertion
            WITH present AS (
                SELECT id FROM clients WHERE id = $1 AND is_active AND version = $2
            ), used AS (
                INSERT INTO client_assertions (client_id, jti_digest, expires_at)
                SELECT id, $3, $4 FROM present
                ON CONFLICT (client_id, jti_digest) DO NOTHING
                RETURNING client_id
            )
            SELECT EXISTS (SELECT 1 FROM present) AS is_present,
                   EXISTS (SELECT 1 FROM used) AS is_first";
        let params = [
            uuid(client.key.as_uuid()),
            number(client.version),
            bytes(jti.as_bytes().as_slice()),
            time(expires_at.as_date_time()),
        ];
        let row = self.conn.query_opt(SQL, &params).await?;
        let Some(row) = row else {
            return Ok(AssertionUse::OfAnotherVersion);
        };
        let row = Columns::of("client_assertions", &row);
        let (is_present, is_first): (bool, bool) = (row.get("is_present")?, row.get("is_first")?);
        Ok(match (is_present, is_first) {
            (false, _) => AssertionUse::OfAnotherVersion,
            (true, false) => AssertionUse::Again,
            (true, true) => AssertionUse::First,
        })
    }
}
