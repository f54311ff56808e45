//! `consents`: what a user answered to a client.

mod forget;

use authly_domain::clock::Timestamp;
use authly_domain::consents::Consent;
use authly_domain::id::{ClientKey, UserId};

use crate::DbError;
use crate::params::{text, time, uuid};
use crate::row::Columns;

repository! {
    /// What users answered.
    Consents
}

impl Consents<'_> {
    /// What this user answered to this client; the row is locked until the unit of work ends, so
    /// that two answers at once both count.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn lock(&self, user: UserId, client: ClientKey) -> Result<Option<Consent>, DbError> {
        const SQL: &str = "-- consents.lock
            SELECT granted, declined
              FROM consents
             WHERE user_id = $1 AND client_id = $2
               FOR UPDATE";
        let row = self
            .conn
            .query_opt(SQL, &[uuid(user.as_uuid()), uuid(client.as_uuid())])
            .await?;
        row.map(|row| record(&Columns::of("consents", &row)))
            .transpose()
    }

    /// Remembers the answer.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn remember(
        &self,
        user: UserId,
        client: ClientKey,
        consent: &Consent,
        now: Timestamp,
    ) -> Result<(), DbError> {
        const SQL: &str = "-- consents.remember
            INSERT INTO consents (user_id, client_id, granted, declined, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $5)
            ON CONFLICT (user_id, client_id) DO UPDATE SET
                granted = excluded.granted,
                declined = excluded.declined,
                updated_at = excluded.updated_at";
        let (granted, declined) = (consent.granted.to_string(), consent.declined.to_string());
        let at = now.as_date_time();
        let params = [
            uuid(user.as_uuid()),
            uuid(client.as_uuid()),
            text(&granted),
            text(&declined),
            time(at),
        ];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }
}

fn record(row: &Columns<'_>) -> Result<Consent, DbError> {
    Ok(Consent {
        granted: row.parse("granted")?,
        declined: row.parse("declined")?,
    })
}
