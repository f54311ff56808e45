//! Access tokens that are stored inside a transaction.

use authly_domain::tokens::NewAccessToken;

use crate::DbError;
use crate::params::{bytes, text, texts, time, uuid};

repository! {
    /// Access tokens.
    AccessTokens
}

impl AccessTokens<'_> {
    /// Stores an access token.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn insert(&self, token: &NewAccessToken) -> Result<(), DbError> {
        const SQL: &str = "-- tokens.insert_access
            INSERT INTO tokens (id, kind, digest, kid, grant_id, client_id, user_id, scope,
                audience, issued_at, expires_at)
            VALUES ($1, 'access', $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let params = [
            uuid(token.id.as_uuid()),
            bytes(token.digest.as_bytes().as_slice()),
            text(token.kid.as_str()),
            uuid(token.grant.map(|id| *id.as_uuid())),
            uuid(token.client.as_uuid()),
            uuid(token.user.map(|id| *id.as_uuid())),
            text(token.scope.to_string()),
            texts(&token.audience),
            time(token.issued_at.as_date_time()),
            time(token.expires_at.as_date_time()),
        ];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }
}
