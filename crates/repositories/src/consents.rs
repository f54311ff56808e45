//! `consents`: what a user answered to a client.

mod forget;

use authly_domain::clients::ClientId;
use authly_domain::clock::Timestamp;
use authly_domain::consents::Consent;
use authly_domain::id::{ClientKey, UserId};
use authly_domain::scopes::Resource;

use uuid::Uuid;

use crate::DbError;
use crate::params::{number, text, texts, time, uuid};
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
            SELECT granted, declined, resources
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

    /// Remembers the answer, unless the user was removed meanwhile.
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
            INSERT INTO consents (user_id, client_id, granted, declined, created_at, updated_at, resources)
            SELECT u.id, $2, $3, $4, $5, $5, $6 FROM users u WHERE u.id = $1 FOR KEY SHARE OF u
            ON CONFLICT (user_id, client_id) DO UPDATE SET
                granted = excluded.granted,
                declined = excluded.declined,
                resources = excluded.resources,
                updated_at = excluded.updated_at";
        let (granted, declined) = (consent.granted.to_string(), consent.declined.to_string());
        let resources: Vec<&str> = consent.resources.iter().map(Resource::as_str).collect();
        let at = now.as_date_time();
        let params = [
            uuid(user.as_uuid()),
            uuid(client.as_uuid()),
            text(&granted),
            text(&declined),
            time(at),
            texts(&resources),
        ];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }
}

/// What a user answered to a client, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredConsent {
    /// The client.
    pub client: ClientKey,
    /// Its name on the wire.
    pub client_id: ClientId,
    /// Its name for people.
    pub client_name: String,
    /// The answer.
    pub consent: Consent,
    /// When the user first answered.
    pub created_at: Timestamp,
    /// When the user last answered.
    pub updated_at: Timestamp,
}

impl Consents<'_> {
    /// What a user answered, by client, after the client `after`; at most so many.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn of_user(
        &self,
        user: UserId,
        after: Option<ClientKey>,
        most: i64,
    ) -> Result<Vec<StoredConsent>, DbError> {
        const SQL: &str = "-- consents.of_user
            SELECT n.client_id AS client_key, c.client_id, c.client_name, n.granted, n.declined,
                   n.resources, n.created_at, n.updated_at
              FROM consents n
              JOIN clients c ON c.id = n.client_id
             WHERE n.user_id = $1 AND n.client_id > $2
             ORDER BY n.client_id
             LIMIT $3";
        let after = after.map_or(Uuid::nil(), |client| *client.as_uuid());
        let params = [uuid(user.as_uuid()), uuid(after), number(most)];
        let rows = self.conn.query(SQL, &params).await?;
        rows.iter()
            .map(|row| stored(&Columns::of("consents", row)))
            .collect()
    }
}

fn stored(row: &Columns<'_>) -> Result<StoredConsent, DbError> {
    Ok(StoredConsent {
        client: ClientKey::from_uuid(row.uuid("client_key")?),
        client_id: row.parse("client_id")?,
        client_name: row.get("client_name")?,
        consent: record(row)?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

pub(crate) fn record(row: &Columns<'_>) -> Result<Consent, DbError> {
    Ok(Consent {
        granted: row.parse("granted")?,
        declined: row.parse("declined")?,
        resources: row.parse_all("resources")?,
    })
}
