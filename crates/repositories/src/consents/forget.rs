//! Consents that are forgotten when an administrator takes back what hangs on them.

use authly_domain::id::{ClientKey, UserId};
use uuid::Uuid;

use super::Consents;
use crate::DbError;
use crate::params::{number, uuid};
use crate::row::Columns;
use crate::walk::{BATCH, Step};

impl Consents<'_> {
    /// Forgets what a user answered to a client. Answers whether there was an answer.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn forget(&self, user: UserId, client: ClientKey) -> Result<bool, DbError> {
        const SQL: &str = "-- consents.forget
            DELETE FROM consents WHERE user_id = $1 AND client_id = $2";
        let params = [uuid(user.as_uuid()), uuid(client.as_uuid())];
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }

    /// Forgets what a user answered to clients, a batch at a time: those whose keys come after
    /// `after`.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn forget_batch_of_user(
        &self,
        user: UserId,
        after: Option<ClientKey>,
    ) -> Result<Step<ClientKey>, DbError> {
        const SQL: &str = "-- consents.forget_batch_of_user
            WITH chosen AS (
                SELECT client_id AS id FROM consents
                 WHERE user_id = $1 AND client_id > $2
                 ORDER BY client_id
                 LIMIT $3
                   FOR UPDATE
            ), gone AS (
                DELETE FROM consents n USING chosen c WHERE n.user_id = $1 AND n.client_id = c.id
            )
            SELECT id FROM chosen ORDER BY id";
        let after = after.map(|key| *key.as_uuid());
        let (chosen, last) = self.forget_batch(SQL, *user.as_uuid(), after).await?;
        Ok(Step::of(chosen, last.map(ClientKey::from_uuid)))
    }

    /// Forgets what users answered to a client, a batch at a time: those whose keys come after
    /// `after`.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn forget_batch_of_client(
        &self,
        client: ClientKey,
        after: Option<UserId>,
    ) -> Result<Step<UserId>, DbError> {
        const SQL: &str = "-- consents.forget_batch_of_client
            WITH chosen AS (
                SELECT user_id AS id FROM consents
                 WHERE client_id = $1 AND user_id > $2
                 ORDER BY user_id
                 LIMIT $3
                   FOR UPDATE
            ), gone AS (
                DELETE FROM consents n USING chosen c WHERE n.client_id = $1 AND n.user_id = c.id
            )
            SELECT id FROM chosen ORDER BY id";
        let after = after.map(|key| *key.as_uuid());
        let (chosen, last) = self.forget_batch(SQL, *client.as_uuid(), after).await?;
        Ok(Step::of(chosen, last.map(UserId::from_uuid)))
    }

    async fn forget_batch(
        &self,
        sql: &'static str,
        of: Uuid,
        after: Option<Uuid>,
    ) -> Result<(usize, Option<Uuid>), DbError> {
        let params = [uuid(of), uuid(after.unwrap_or(Uuid::nil())), number(BATCH)];
        let rows = self.conn.query(sql, &params).await?;
        let last = rows.last();
        let last = last.map(|row| Columns::of("consents", row).uuid("id"));
        Ok((rows.len(), last.transpose()?))
    }
}
