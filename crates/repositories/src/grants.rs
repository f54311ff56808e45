//! `grants`: each one authorization, the family its tokens belong to.

mod applications;
mod opened;
mod records;

use authly_domain::clock::Timestamp;
use authly_domain::grants::{LivenessFacts, Revocation};
use authly_domain::id::{GrantId, UserId};

use crate::DbError;
use crate::params::{text, time, uuid};
use crate::row::Columns;

pub use opened::GrantWithTokens;
pub use records::{GrantsOf, GrantsToRevoke};

repository! {
    /// Authorizations that were redeemed.
    Grants
}

/// The columns that `liveness` reads, for a statement that joins `clients c`, and where there are
/// any: `users u`, `grants g`, `sessions s` and `signing_keys k`.
macro_rules! liveness_columns {
    () => {
        "u.is_active AS user_is_active, c.is_active AS client_is_active,
                   g.revoked_at AS grant_revoked_at, s.ended_at AS session_ended_at,
                   k.revoked_at AS key_revoked_at"
    };
}
pub(crate) use liveness_columns;

/// Reads what `liveness_columns` selects.
pub(crate) fn liveness(row: &Columns<'_>) -> Result<LivenessFacts, DbError> {
    Ok(LivenessFacts {
        user_is_active: row.get("user_is_active")?,
        client_is_active: row.get("client_is_active")?,
        grant_revoked_at: row.time_opt("grant_revoked_at")?,
        session_ended_at: row.time_opt("session_ended_at")?,
        key_revoked_at: row.time_opt("key_revoked_at")?,
    })
}

impl Grants<'_> {
    /// Ends a grant, and with it every token of its. The first reason stays; answers whether this
    /// was it.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn revoke(
        &self,
        grant: GrantId,
        reason: Revocation,
        now: Timestamp,
    ) -> Result<bool, DbError> {
        const SQL: &str = "-- grants.revoke
            UPDATE grants
               SET revoked_at = $2, revoked_reason = $3
             WHERE id = $1 AND revoked_at IS NULL";
        let at = now.as_date_time();
        let params = [uuid(grant.as_uuid()), time(at), text(reason.as_str())];
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }

    /// Ends every grant of a user.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn revoke_all_of(
        &self,
        user: UserId,
        reason: Revocation,
        now: Timestamp,
    ) -> Result<(), DbError> {
        // Locked in the order of their keys: two who do this at once do not wait for each other.
        const SQL: &str = "-- grants.revoke_all_of
            WITH chosen AS (
                SELECT id FROM grants
                 WHERE user_id = $1 AND revoked_at IS NULL
                 ORDER BY id
                   FOR NO KEY UPDATE
            )
            UPDATE grants g
               SET revoked_at = $2, revoked_reason = $3
              FROM chosen c
             WHERE g.id = c.id";
        let at = now.as_date_time();
        let params = [uuid(user.as_uuid()), time(at), text(reason.as_str())];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }
}
