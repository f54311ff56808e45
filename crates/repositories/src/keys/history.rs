//! Keys as administrators see and revoke them. The private half is not read.

use authly_domain::clock::Timestamp;
use authly_domain::keys::{KeyHistory, KeyId};

use super::{SigningKeys, phase};
use crate::DbError;
use crate::params::{number, text, time};
use crate::row::Columns;

impl SigningKeys<'_> {
    /// Keys in whatever phase, those that others encrypt to among them, the newest first: so many `rows` of
    /// those that come after `after`. There are few: those that are past go after a year.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn list(&self, after: Option<&KeyId>, rows: i64) -> Result<Vec<KeyHistory>, DbError> {
        const SQL: &str = "-- keys.list
            WITH listed AS (
                SELECT kid, algorithm, state, public_jwk, created_at, activated_at, retired_at,
                       gone_at, revoked_at
                  FROM signing_keys
                 UNION ALL
                SELECT kid, NULL, CASE WHEN replaced_at IS NULL THEN 'active' ELSE 'gone' END,
                       public_jwk, created_at, created_at, replaced_at, replaced_at, NULL
                  FROM encryption_keys)
            SELECT kid, algorithm, state, public_jwk, created_at, activated_at, retired_at,
                   gone_at, revoked_at
              FROM listed
             WHERE $1::text IS NULL OR (created_at, kid) < (
                   SELECT a.created_at, a.kid FROM listed a WHERE a.kid = $1)
             ORDER BY created_at DESC, kid DESC
             LIMIT $2";
        let params = [text(after.map(KeyId::as_str)), number(rows)];
        let rows = self.conn.query(SQL, &params).await?;
        rows.iter()
            .map(|row| history(&Columns::of("signing_keys", row)))
            .collect()
    }

    /// Withdraws a key that signs, in whatever phase, and erases its private half. Answers whether it was not
    /// withdrawn before.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn revoke(&self, key: &KeyId, now: Timestamp) -> Result<bool, DbError> {
        const SQL: &str = "-- keys.revoke
            UPDATE signing_keys
               SET state = 'revoked', revoked_at = $2, sealed_key = ''
             WHERE kid = $1 AND state <> 'revoked'";
        let params = [text(key.as_str()), time(now.as_date_time())];
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }
}

fn history(row: &Columns<'_>) -> Result<KeyHistory, DbError> {
    Ok(KeyHistory {
        kid: KeyId::new(row.get("kid")?),
        algorithm: row.parse_opt("algorithm")?,
        public_jwk: row.get("public_jwk")?,
        phase: phase(row)?,
        created_at: row.time("created_at")?,
        activated_at: row.time_opt("activated_at")?,
        retired_at: row.time_opt("retired_at")?,
        gone_at: row.time_opt("gone_at")?,
        revoked_at: row.time_opt("revoked_at")?,
    })
}
