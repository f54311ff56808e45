//! `signing_keys` and `encryption_keys`, and the revision by which nodes learn that they changed.

mod encryption;
mod history;

use authly_domain::clock::Timestamp;
use authly_domain::keys::{KeyId, KeyPhase, SealedKey, SigningAlgorithm, SigningKeyRecord};

use crate::DbError;
use crate::conn::Conn;
use crate::params::{bytes, text, texts, time};
use crate::row::Columns;

repository! {
    /// Keys in their phases.
    SigningKeys
}

impl<'u> SigningKeys<'u> {
    pub(crate) const fn conn(&self) -> Conn<'u> {
        self.conn
    }

    /// The number that goes up whenever keys change.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn revision(&self) -> Result<i64, DbError> {
        const SQL: &str = "-- keys.revision
            SELECT keys FROM revisions";
        let row = self.conn.query_opt(SQL, &[]).await?;
        row.map_or(Ok(0), |row| Columns::of("revisions", &row).get("keys"))
    }

    /// All keys that are not yet gone for good, with the revision they belong to.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn all(&self) -> Result<Vec<SigningKeyRecord>, DbError> {
        const SQL: &str = "-- keys.all
            SELECT kid, algorithm, state, public_jwk, sealed_key, master_key_id, created_at,
                   activated_at, retired_at, gone_at, revoked_at
              FROM signing_keys
             ORDER BY created_at, kid";
        let rows = self.conn.query(SQL, &[]).await?;
        rows.iter()
            .map(|row| record(&Columns::of("signing_keys", row)))
            .collect()
    }

    /// Goes on to the next revision, and makes others who want to change keys wait until this unit
    /// of work ends. The first thing a change of keys does.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn lock_and_bump(&self) -> Result<i64, DbError> {
        const SQL: &str = "-- keys.lock_and_bump
            UPDATE revisions SET keys = keys + 1 RETURNING keys";
        let row = self.conn.query_opt(SQL, &[]).await?;
        row.map_or(
            Err(DbError::Corrupt {
                table: "revisions",
                column: "keys",
            }),
            |row| Columns::of("revisions", &row).get("keys"),
        )
    }

    /// What pairwise subjects are made with, sealed; `None` where there is none yet.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn pairwise_salt(&self) -> Result<Option<SealedKey>, DbError> {
        const SQL: &str = "-- keys.pairwise_salt
            SELECT sealed_salt, master_key_id FROM pairwise_salts";
        let row = self.conn.query_opt(SQL, &[]).await?;
        row.map(|row| {
            let row = Columns::of("pairwise_salts", &row);
            Ok(SealedKey {
                master_key_id: row.get("master_key_id")?,
                ciphertext: row.get("sealed_salt")?,
            })
        })
        .transpose()
    }

    /// Stores what pairwise subjects are made with, unless there is something already: the first
    /// stays for ever.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn insert_pairwise_salt(
        &self,
        salt: &SealedKey,
        now: Timestamp,
    ) -> Result<(), DbError> {
        const SQL: &str = "-- keys.insert_pairwise_salt
            INSERT INTO pairwise_salts (sealed_salt, master_key_id, created_at)
            VALUES ($1, $2, $3)
            ON CONFLICT DO NOTHING";
        let params = [
            bytes(&salt.ciphertext),
            text(&salt.master_key_id),
            time(now.as_date_time()),
        ];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Stores a new key.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn insert(&self, key: &SigningKeyRecord) -> Result<(), DbError> {
        const SQL: &str = "-- keys.insert
            INSERT INTO signing_keys (kid, algorithm, state, public_jwk, sealed_key,
                master_key_id, created_at, activated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let activated = match key.phase {
            KeyPhase::Active { since } => Some(since.as_date_time()),
            _ => None,
        };
        let params = [
            text(key.kid.as_str()),
            text(key.algorithm.as_str()),
            text(key.phase.as_str()),
            text(&key.public_jwk),
            bytes(&key.sealed_private_key.ciphertext),
            text(&key.sealed_private_key.master_key_id),
            time(key.created_at.as_date_time()),
            time(activated),
        ];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Retires the keys that sign with these algorithms. Their private halves are erased: nothing will
    /// be signed with them any more.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn retire(
        &self,
        algorithms: &[SigningAlgorithm],
        now: Timestamp,
    ) -> Result<(), DbError> {
        const SQL: &str = "-- keys.retire
            UPDATE signing_keys
               SET state = 'retiring', retired_at = $2, sealed_key = ''
             WHERE state = 'active' AND algorithm = ANY ($1)";
        let params = [texts(names(algorithms)), time(now.as_date_time())];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Lets the announced keys of these algorithms sign, in whose place nothing else may sign.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn activate_announced(
        &self,
        algorithms: &[SigningAlgorithm],
        now: Timestamp,
    ) -> Result<(), DbError> {
        const SQL: &str = "-- keys.activate_announced
            UPDATE signing_keys
               SET state = 'active', activated_at = $2
             WHERE state = 'announced' AND algorithm = ANY ($1)";
        let params = [texts(names(algorithms)), time(now.as_date_time())];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Lets retiring keys go: all they signed has expired.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn let_go(&self, keys: &[KeyId], now: Timestamp) -> Result<(), DbError> {
        const SQL: &str = "-- keys.let_go
            UPDATE signing_keys
               SET state = 'gone', gone_at = $2
             WHERE state = 'retiring' AND kid = ANY ($1)";
        let kids: Vec<&str> = keys.iter().map(KeyId::as_str).collect();
        self.conn
            .execute(SQL, &[texts(kids), time(now.as_date_time())])
            .await?;
        Ok(())
    }
}

fn names(algorithms: &[SigningAlgorithm]) -> Vec<&'static str> {
    algorithms.iter().map(|one| one.as_str()).collect()
}

fn record(row: &Columns<'_>) -> Result<SigningKeyRecord, DbError> {
    Ok(SigningKeyRecord {
        kid: KeyId::new(row.get("kid")?),
        algorithm: row.parse("algorithm")?,
        public_jwk: row.get("public_jwk")?,
        sealed_private_key: SealedKey {
            master_key_id: row.get("master_key_id")?,
            ciphertext: row.get("sealed_key")?,
        },
        phase: phase(row)?,
        created_at: row.time("created_at")?,
    })
}

/// What `state` and the times say together.
fn phase(row: &Columns<'_>) -> Result<KeyPhase, DbError> {
    let state: String = row.get("state")?;
    let since = |column| row.time_opt(column)?.ok_or_else(|| row.corrupt(column));
    Ok(match state.as_str() {
        "announced" => KeyPhase::Announced,
        "active" => KeyPhase::Active {
            since: since("activated_at")?,
        },
        "retiring" => KeyPhase::Retiring {
            since: since("retired_at")?,
        },
        "gone" => KeyPhase::Gone {
            since: since("gone_at")?,
        },
        "revoked" => KeyPhase::Revoked {
            since: since("revoked_at")?,
        },
        _ => return Err(row.corrupt("state")),
    })
}
