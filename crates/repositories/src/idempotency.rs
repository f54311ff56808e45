//! `idempotency_keys`: answers for those who ask again.

use authly_domain::clock::Timestamp;
use authly_domain::secret::SecretDigest;

use crate::DbError;
use crate::params::{bytes, time};
use crate::row::Columns;

repository! {
    /// Requests that may arrive again, with their answers.
    IdempotencyKeys
}

/// A request with its key, as it is stored.
#[derive(Debug, Clone, Copy)]
pub struct KeyedRequest {
    /// Digest of the key.
    pub key: SecretDigest,
    /// Digest of who asks, and for what.
    pub request: SecretDigest,
}

/// What is known of a key.
#[derive(Debug)]
pub enum ClaimedKey {
    /// It was free and belongs to this unit of work now: who comes with it waits until that ends.
    Ours,
    /// It is taken.
    Taken {
        /// Digest of the request that took it.
        request: SecretDigest,
        /// What that was answered, sealed.
        answer: Vec<u8>,
    },
}

impl IdempotencyKeys<'_> {
    /// Takes the key unless somebody has it, and waits for whoever is taking it. A key whose time was
    /// over at `now` is free. To be followed by [`keep`](Self::keep) in the same unit of work.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn claim(
        &self,
        asked: &KeyedRequest,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<ClaimedKey, DbError> {
        // A present row is written as it is, so that one round trip locks it and answers what is
        // there after the wait. An answer that is kept is never empty.
        const SQL: &str = "-- idempotency_keys.claim
            INSERT INTO idempotency_keys AS k
                (key_digest, request_digest, sealed_answer, expires_at)
            VALUES ($1, $2, '', $3)
            ON CONFLICT (key_digest) DO UPDATE SET
                request_digest = CASE WHEN k.expires_at <= $4
                    THEN excluded.request_digest ELSE k.request_digest END,
                sealed_answer = CASE WHEN k.expires_at <= $4
                    THEN excluded.sealed_answer ELSE k.sealed_answer END,
                expires_at = CASE WHEN k.expires_at <= $4
                    THEN excluded.expires_at ELSE k.expires_at END
            RETURNING request_digest, sealed_answer";
        let params = [
            bytes(asked.key.as_bytes().as_slice()),
            bytes(asked.request.as_bytes().as_slice()),
            time(until.as_date_time()),
            time(now.as_date_time()),
        ];
        let row = self.conn.query_opt(SQL, &params).await?;
        let row = row.ok_or(DbError::Corrupt {
            table: "idempotency_keys",
            column: "sealed_answer",
        })?;
        let row = Columns::of("idempotency_keys", &row);
        let answer: Vec<u8> = row.get("sealed_answer")?;
        if answer.is_empty() {
            return Ok(ClaimedKey::Ours);
        }
        let request = row.digest("request_digest")?;
        Ok(ClaimedKey::Taken { request, answer })
    }

    /// Keeps the answer of a key that this unit of work has claimed.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn keep(&self, key: &SecretDigest, sealed: &[u8]) -> Result<(), DbError> {
        const SQL: &str = "-- idempotency_keys.keep
            UPDATE idempotency_keys SET sealed_answer = $2 WHERE key_digest = $1";
        let params = [bytes(key.as_bytes().as_slice()), bytes(sealed)];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }
}
