//! `throttles`: attempts counted in windows.

use std::time::Duration;

use authly_domain::clock::Timestamp;
use authly_domain::secret::SecretDigest;
use authly_domain::throttle::{ThrottleKind, ThrottleRule, ThrottleVerdict};

use crate::DbError;
use crate::params::{byte_strings, texts, time, times};
use crate::row::Columns;

repository! {
    /// Counters of attempts.
    Throttles
}

/// One counter: what is counted, for whom, by which rule.
#[derive(Debug, Clone, Copy)]
pub struct Counter {
    /// What kind of attempt.
    pub kind: ThrottleKind,
    /// For whom: a digest of address, account or both.
    pub key: SecretDigest,
    /// How many are let through.
    pub rule: ThrottleRule,
}

impl Throttles<'_> {
    /// Counts one attempt on each counter and answers what the strictest says. Counting comes
    /// before the attempt is tried, so that parallel guesses are all counted.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn count(
        &self,
        counters: &[Counter],
        now: Timestamp,
    ) -> Result<ThrottleVerdict, DbError> {
        const SQL: &str = "-- throttle.count
            INSERT INTO throttles AS t (kind, key_digest, attempts, window_ends_at)
            SELECT kind, key_digest, 1, window_ends_at
              FROM unnest($1, $2, $3) AS asked (kind, key_digest, window_ends_at)
             ORDER BY kind, key_digest
            ON CONFLICT (kind, key_digest) DO UPDATE SET
                attempts = CASE WHEN t.window_ends_at <= $4 THEN 1 ELSE t.attempts + 1 END,
                window_ends_at = CASE WHEN t.window_ends_at <= $4
                    THEN excluded.window_ends_at ELSE t.window_ends_at END
            RETURNING kind, attempts, window_ends_at";
        let kinds: Vec<&str> = counters
            .iter()
            .map(|counter| counter.kind.as_str())
            .collect();
        let keys: Vec<&[u8]> = counters
            .iter()
            .map(|one| one.key.as_bytes().as_slice())
            .collect();
        let ends: Vec<_> = counters
            .iter()
            .map(|counter| now.plus(counter.rule.window).as_date_time())
            .collect();
        let at = now.as_date_time();
        let params = [texts(&kinds), byte_strings(&keys), times(&ends), time(at)];
        let rows = self.conn.query(SQL, &params).await?;

        let mut verdict = ThrottleVerdict::Proceed;
        for row in &rows {
            let row = Columns::of("throttles", row);
            let (kind, attempts): (String, i64) = (row.get("kind")?, row.get("attempts")?);
            let left: Duration = row.time("window_ends_at")?.since(now);
            let rule = counters
                .iter()
                .find(|counter| counter.kind.as_str() == kind);
            let rule = rule.ok_or_else(|| row.corrupt("kind"))?.rule;
            verdict = verdict.and(rule.verdict(attempts, left));
        }
        Ok(verdict)
    }

    /// Takes one attempt off each counter: it was a right one.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn forgive(&self, counters: &[Counter]) -> Result<(), DbError> {
        const SQL: &str = "-- throttle.forgive
            UPDATE throttles t
               SET attempts = greatest(t.attempts - 1, 0)
              FROM (SELECT k.kind, k.key_digest
                      FROM throttles k
                      JOIN unnest($1, $2) AS asked (kind, key_digest)
                        ON k.kind = asked.kind AND k.key_digest = asked.key_digest
                     ORDER BY k.kind, k.key_digest
                       FOR UPDATE OF k) AS locked
             WHERE t.kind = locked.kind AND t.key_digest = locked.key_digest";
        let kinds: Vec<&str> = counters
            .iter()
            .map(|counter| counter.kind.as_str())
            .collect();
        let keys: Vec<&[u8]> = counters
            .iter()
            .map(|one| one.key.as_bytes().as_slice())
            .collect();
        self.conn
            .execute(SQL, &[texts(&kinds), byte_strings(&keys)])
            .await?;
        Ok(())
    }

    /// Forgets one counter: the account's own user has logged in from there.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn reset(&self, counter: &Counter) -> Result<(), DbError> {
        const SQL: &str = "-- throttle.reset
            DELETE FROM throttles WHERE kind = $1 AND key_digest = $2";
        let (kind, key) = (counter.kind.as_str(), counter.key.as_bytes().as_slice());
        self.conn
            .execute(SQL, &[crate::params::text(kind), crate::params::bytes(key)])
            .await?;
        Ok(())
    }
}
