//! `throttles`: attempts counted in windows.

use std::time::Duration;

use authly_domain::clock::Timestamp;
use authly_domain::secret::SecretDigest;
use authly_domain::throttle::{Forgiveness, Spent, ThrottleKind, ThrottleRule};
use tokio_postgres::Row;

use crate::DbError;
use crate::params::{byte_strings, numbers, texts, time, times};
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
    /// The digest of the name that was tried, where one account is counted.
    pub account: Option<SecretDigest>,
}

impl Throttles<'_> {
    /// Counts one attempt on each of these counters, which are of different kinds, unless one of
    /// them is spent: then it is counted on none, or a guesser who has to wait would go on filling
    /// the counters that others share. Answers the spent ones; where there are none, the attempt may
    /// be tried. Counting comes before the attempt, so that parallel guesses are all counted.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn count(&self, counters: &[Counter], now: Timestamp) -> Result<Vec<Spent>, DbError> {
        // What is seen to be spent costs no write. Of parallel attempts on the last places, the
        // condition at the row itself decides.
        const SQL: &str = "-- throttle.count
            WITH asked AS (
                SELECT kind, key_digest, most, window_ends_at, account_digest
                  FROM unnest($1, $2, $3, $4, $6)
                    AS asked (kind, key_digest, most, window_ends_at, account_digest)
            ), spent AS (
                SELECT t.kind, t.window_ends_at
                  FROM throttles t
                  JOIN asked ON asked.kind = t.kind AND asked.key_digest = t.key_digest
                 WHERE t.window_ends_at > $5 AND t.attempts >= asked.most
            ), counted AS (
                INSERT INTO throttles AS t
                    (kind, key_digest, attempts, window_ends_at, account_digest)
                SELECT kind, key_digest, 1, window_ends_at, account_digest
                  FROM asked
                 WHERE NOT EXISTS (SELECT 1 FROM spent)
                 ORDER BY kind, key_digest
                ON CONFLICT (kind, key_digest) DO UPDATE SET
                    attempts = CASE WHEN t.window_ends_at <= $5 THEN 1 ELSE t.attempts + 1 END,
                    window_ends_at = CASE WHEN t.window_ends_at <= $5
                        THEN excluded.window_ends_at ELSE t.window_ends_at END
                 WHERE t.window_ends_at <= $5
                    OR t.attempts < (SELECT most FROM asked WHERE asked.kind = excluded.kind)
                RETURNING t.kind
            )
            SELECT asked.kind, spent.window_ends_at, counted.kind IS NOT NULL AS is_counted
              FROM asked
              LEFT JOIN spent ON spent.kind = asked.kind
              LEFT JOIN counted ON counted.kind = asked.kind";
        let kinds = kinds(counters);
        let keys = keys(counters);
        let most: Vec<_> = counters
            .iter()
            .map(|one| i64::from(one.rule.attempts))
            .collect();
        let ends: Vec<_> = counters
            .iter()
            .map(|one| now.plus(one.rule.window).as_date_time())
            .collect();
        let params = [
            texts(&kinds),
            byte_strings(&keys),
            numbers(&most),
            times(&ends),
            time(now.as_date_time()),
            byte_strings(accounts(counters)),
        ];
        let rows = self.conn.query(SQL, &params).await?;
        let spent = spent_ones(counters, &rows)?;
        if !spent.is_empty() {
            return Ok(spent);
        }
        for row in &rows {
            if !Columns::of("throttles", row).get::<bool>("is_counted")? {
                return self.spent(counters, now).await;
            }
        }
        Ok(spent)
    }

    /// The counters whose last place another attempt took at this very moment. If all are free
    /// again by now, the attempt may come back in a second.
    async fn spent(&self, counters: &[Counter], now: Timestamp) -> Result<Vec<Spent>, DbError> {
        const SQL: &str = "-- throttle.spent
            SELECT t.kind, t.window_ends_at
              FROM throttles t
              JOIN unnest($1, $2, $3) AS asked (kind, key_digest, most)
                ON asked.kind = t.kind AND asked.key_digest = t.key_digest
             WHERE t.window_ends_at > $4 AND t.attempts >= asked.most";
        let kinds = kinds(counters);
        let keys = keys(counters);
        let most: Vec<_> = counters
            .iter()
            .map(|one| i64::from(one.rule.attempts))
            .collect();
        let params = [
            texts(&kinds),
            byte_strings(&keys),
            numbers(&most),
            time(now.as_date_time()),
        ];
        let rows = self.conn.query(SQL, &params).await?;
        let mut spent = spent_ones(counters, &rows)?;
        if let (true, Some(first)) = (spent.is_empty(), counters.first()) {
            spent.push(Spent {
                kind: first.kind,
                until: now.plus(Duration::from_secs(1)),
            });
        }
        Ok(spent)
    }

    /// Takes off each counter what a right attempt makes good.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn forgive(&self, counters: &[Counter]) -> Result<(), DbError> {
        let made_good = |one: &Counter| match one.kind.forgiveness() {
            Forgiveness::Everything => i64::MAX,
            Forgiveness::ThisAttempt => 1,
        };
        let taken_off: Vec<_> = counters.iter().map(made_good).collect();
        self.take_off(counters, &taken_off).await
    }

    /// Takes an attempt off each counter that was not tried after all.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn take_back(&self, counters: &[Counter]) -> Result<(), DbError> {
        self.take_off(counters, &vec![1; counters.len()]).await
    }

    async fn take_off(&self, counters: &[Counter], taken_off: &[i64]) -> Result<(), DbError> {
        const SQL: &str = "-- throttle.take_off
            UPDATE throttles t
               SET attempts = greatest(t.attempts - locked.taken_off, 0)
              FROM (SELECT k.kind, k.key_digest, asked.taken_off
                      FROM throttles k
                      JOIN unnest($1, $2, $3) AS asked (kind, key_digest, taken_off)
                        ON k.kind = asked.kind AND k.key_digest = asked.key_digest
                     ORDER BY k.kind, k.key_digest
                       FOR UPDATE OF k) AS locked
             WHERE t.kind = locked.kind AND t.key_digest = locked.key_digest";
        let kinds = kinds(counters);
        let keys = keys(counters);
        let params = [texts(&kinds), byte_strings(&keys), numbers(taken_off)];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }
}

impl Throttles<'_> {
    /// Forgets every counter of these names, wherever the attempts came from. Counters that others
    /// fill too, such as that of an address, stay.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn forget_accounts(&self, names: &[SecretDigest]) -> Result<(), DbError> {
        const SQL: &str = "-- throttle.forget_accounts
            DELETE FROM throttles t
             USING (SELECT kind, key_digest
                      FROM throttles
                     WHERE account_digest = ANY ($1)
                     ORDER BY kind, key_digest
                       FOR UPDATE) AS locked
             WHERE t.kind = locked.kind AND t.key_digest = locked.key_digest";
        let names: Vec<_> = names.iter().map(|one| one.as_bytes().as_slice()).collect();
        self.conn.execute(SQL, &[byte_strings(&names)]).await?;
        Ok(())
    }
}

fn accounts(counters: &[Counter]) -> Vec<Option<&[u8]>> {
    counters
        .iter()
        .map(|one| one.account.as_ref().map(|name| name.as_bytes().as_slice()))
        .collect()
}

fn kinds(counters: &[Counter]) -> Vec<&'static str> {
    counters.iter().map(|one| one.kind.as_str()).collect()
}

fn keys(counters: &[Counter]) -> Vec<&[u8]> {
    counters
        .iter()
        .map(|one| one.key.as_bytes().as_slice())
        .collect()
}

/// The counters among these rows that have an end to wait for.
fn spent_ones(counters: &[Counter], rows: &[Row]) -> Result<Vec<Spent>, DbError> {
    let mut spent = Vec::new();
    for row in rows {
        let row = Columns::of("throttles", row);
        let Some(until) = row.time_opt("window_ends_at")? else {
            continue;
        };
        let name: String = row.get("kind")?;
        let asked = counters.iter().find(|one| one.kind.as_str() == name);
        let kind = asked.ok_or_else(|| row.corrupt("kind"))?.kind;
        spent.push(Spent { kind, until });
    }
    Ok(spent)
}
