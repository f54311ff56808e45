//! `encryption_keys`: what clients encrypt to.

use authly_domain::keys::{EncryptionKeyRecord, KeyId, SealedKey};

use super::SigningKeys;
use crate::DbError;
use crate::params::{bytes, text, texts, time};
use crate::row::Columns;

impl SigningKeys<'_> {
    /// The key that is published, and those that it has replaced and that still open something.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn encryption_keys(&self) -> Result<Vec<EncryptionKeyRecord>, DbError> {
        const SQL: &str = "-- encryption_keys.all
            SELECT kid, public_jwk, sealed_key, master_key_id, created_at, replaced_at
              FROM encryption_keys
             ORDER BY created_at, kid";
        let rows = self.conn().query(SQL, &[]).await?;
        rows.iter()
            .map(|row| record(&Columns::of("encryption_keys", row)))
            .collect()
    }

    /// Publishes a new key in the place of the one that is, if there is one.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn publish_encryption_key(&self, key: &EncryptionKeyRecord) -> Result<(), DbError> {
        const REPLACE: &str = "-- encryption_keys.replace
            UPDATE encryption_keys SET replaced_at = $1 WHERE replaced_at IS NULL";
        const INSERT: &str = "-- encryption_keys.insert
            INSERT INTO encryption_keys (kid, public_jwk, sealed_key, master_key_id, created_at)
            VALUES ($1, $2, $3, $4, $5)";
        let now = key.created_at.as_date_time();
        self.conn().execute(REPLACE, &[time(now)]).await?;
        let params = [
            text(key.kid.as_str()),
            text(&key.public_jwk),
            bytes(&key.sealed_private_key.ciphertext),
            text(&key.sealed_private_key.master_key_id),
            time(now),
        ];
        self.conn().execute(INSERT, &params).await?;
        Ok(())
    }

    /// Forgets keys that were replaced: nothing is opened with them any more.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn forget_encryption_keys(&self, keys: &[KeyId]) -> Result<(), DbError> {
        const SQL: &str = "-- encryption_keys.forget
            DELETE FROM encryption_keys WHERE kid = ANY ($1) AND replaced_at IS NOT NULL";
        let kids: Vec<&str> = keys.iter().map(KeyId::as_str).collect();
        self.conn().execute(SQL, &[texts(kids)]).await?;
        Ok(())
    }

    /// Forgets a key, whether it is published or was replaced. Answers whether there was one.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn withdraw_encryption_key(&self, key: &KeyId) -> Result<bool, DbError> {
        const SQL: &str = "-- encryption_keys.withdraw
            DELETE FROM encryption_keys WHERE kid = $1";
        let params = [text(key.as_str())];
        Ok(self.conn().execute(SQL, &params).await? == 1)
    }
}

fn record(row: &Columns<'_>) -> Result<EncryptionKeyRecord, DbError> {
    Ok(EncryptionKeyRecord {
        kid: KeyId::new(row.get("kid")?),
        public_jwk: row.get("public_jwk")?,
        sealed_private_key: SealedKey {
            master_key_id: row.get("master_key_id")?,
            ciphertext: row.get("sealed_key")?,
        },
        created_at: row.time("created_at")?,
        replaced_at: row.time_opt("replaced_at")?,
    })
}
