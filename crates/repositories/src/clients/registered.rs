//! Clients as administrators see and change them.

use authly_domain::clients::{RegisteredClient, SecretRecord};
use authly_domain::clock::Timestamp;
use authly_domain::configuration::ConfigurationName;
use authly_domain::id::ClientKey;
use authly_domain::scopes::AdminScope;
use authly_domain::secret::SecretDigest;
use time::OffsetDateTime;

use super::Clients;
use super::row::{client_columns, record};
use crate::DbError;
use crate::params::{bytes, flag, text, texts, time, uuid};
use crate::row::Columns;

/// What is read of clients, from a `p` that says which, and under which `key` they are sorted.
macro_rules! select_registered {
    ($position:literal) => {
        concat!(
            "
            SELECT ",
            client_columns!(),
            ",
                   c.is_system, c.managed_by, c.entitled_admin_scopes, c.created_at, c.updated_at,
                   x.secret_digests, x.secret_ends, x.secret_times,
                   a.scopes, a.optional_scopes, a.default_scopes,
                   ",
            $position,
            " AS position
              FROM page p
              JOIN clients c ON c.id = p.id
              CROSS JOIN LATERAL (
                   SELECT coalesce(array_agg(s.digest ORDER BY s.created_at, s.digest), '{}')
                              AS secret_digests,
                          coalesce(array_agg(s.expires_at ORDER BY s.created_at, s.digest), '{}')
                              AS secret_ends,
                          coalesce(array_agg(s.created_at ORDER BY s.created_at, s.digest), '{}')
                              AS secret_times
                     FROM client_secrets s
                    WHERE s.client_id = c.id) x
              CROSS JOIN LATERAL (
                   SELECT coalesce(array_agg(y.scope ORDER BY y.scope), '{}') AS scopes,
                          coalesce(array_agg(y.scope ORDER BY y.scope)
                              FILTER (WHERE y.is_optional), '{}') AS optional_scopes,
                          coalesce(array_agg(y.scope ORDER BY y.scope)
                              FILTER (WHERE o.is_default), '{}') AS default_scopes
                     FROM client_scopes y
                     JOIN scopes o ON o.name = y.scope
                    WHERE y.client_id = c.id) a"
        )
    };
}

pub(super) use select_registered;

impl Clients<'_> {
    /// The client with this key and everything that is known of it.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find_registered(
        &self,
        client: ClientKey,
    ) -> Result<Option<RegisteredClient>, DbError> {
        const SQL: &str = concat!(
            "-- clients.find_registered
            WITH page AS (SELECT id FROM clients WHERE id = $1)",
            select_registered!("NULL")
        );
        let row = self.conn.query_opt(SQL, &[uuid(client.as_uuid())]).await?;
        row.map(|row| registered(&Columns::of("clients", &row)))
            .transpose()
    }

    /// Keeps everybody else from changing this client until the unit of work ends. What is read after
    /// this is what the last one left. Tokens are stored for it all the same: a redemption that this
    /// unit of work waits for must not wait for it. Answers whether it is there.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn lock(&self, client: ClientKey) -> Result<bool, DbError> {
        const SQL: &str = "-- clients.lock
            SELECT id FROM clients WHERE id = $1 FOR NO KEY UPDATE";
        let row = self.conn.query_opt(SQL, &[uuid(client.as_uuid())]).await?;
        Ok(row.is_some())
    }

    /// Enables or disables a client.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn set_activity(&self, client: ClientKey, activity: Activity) -> Result<(), DbError> {
        const SQL: &str = "-- clients.set_activity
            UPDATE clients SET is_active = $2, version = version + 1 WHERE id = $1";
        let is_active = activity == Activity::Enabled;
        let params = [uuid(client.as_uuid()), flag(is_active)];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Marks a client as looked after by a configuration, or by none.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn mark(
        &self,
        client: ClientKey,
        managed_by: Option<&ConfigurationName>,
    ) -> Result<(), DbError> {
        const SQL: &str = "-- clients.mark
            UPDATE clients SET managed_by = $2 WHERE id = $1";
        let name = managed_by.map(ConfigurationName::as_str);
        let params = [uuid(client.as_uuid()), text(name)];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Makes this what a client may administer for itself.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn entitle(&self, client: ClientKey, to: &[AdminScope]) -> Result<(), DbError> {
        const SQL: &str = "-- clients.entitle
            UPDATE clients SET entitled_admin_scopes = $2, version = version + 1 WHERE id = $1";
        let names: Vec<&str> = to.iter().map(|scope| scope.as_str()).collect();
        let params = [uuid(client.as_uuid()), texts(&names)];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Makes this the present secret; those that are there end at `old_end` at the latest, and those that
    /// have ended by `now` are removed. The client's version goes up, so that no copy of it admits them: answers which
    /// it is now, or `None` where there is no such client.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn rotate_secret(
        &self,
        client: ClientKey,
        digest: &SecretDigest,
        now: Timestamp,
        old_end: Timestamp,
    ) -> Result<Option<i64>, DbError> {
        // A statement changes a row once: what has ended is removed, and all else is shortened.
        const SQL: &str = "-- clients.rotate_secret
            WITH touched AS (
                UPDATE clients SET version = version + 1 WHERE id = $1 RETURNING id, version),
            removed AS (
                DELETE FROM client_secrets
                 WHERE client_id = $1 AND digest <> $2 AND least(expires_at, $4) <= $3),
            kept AS (
                UPDATE client_secrets SET expires_at = least(expires_at, $4)
                 WHERE client_id = $1 AND digest <> $2 AND least(expires_at, $4) > $3),
            added AS (
                INSERT INTO client_secrets (client_id, digest, created_at)
                SELECT id, $2, $3 FROM touched
                ON CONFLICT (client_id, digest) DO UPDATE
                   SET created_at = excluded.created_at, expires_at = NULL)
            SELECT version FROM touched";
        let params = [
            uuid(client.as_uuid()),
            bytes(digest.as_bytes().as_slice()),
            time(now.as_date_time()),
            time(old_end.as_date_time()),
        ];
        let row = self.conn.query_opt(SQL, &params).await?;
        row.map(|row| Columns::of("clients", &row).get("version"))
            .transpose()
    }

    /// Removes some tokens of a client (as many as a batch has). Answers how many.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn remove_tokens(&self, client: ClientKey) -> Result<u64, DbError> {
        const SQL: &str = "-- clients.remove_tokens
            DELETE FROM tokens
             WHERE id IN (SELECT id FROM tokens WHERE client_id = $1 LIMIT 2000)";
        self.conn.execute(SQL, &[uuid(client.as_uuid())]).await
    }

    /// Removes some grants of a client (as many as a batch has). Answers how many.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn remove_grants(&self, client: ClientKey) -> Result<u64, DbError> {
        const SQL: &str = "-- clients.remove_grants
            DELETE FROM grants
             WHERE id IN (SELECT id FROM grants WHERE client_id = $1 LIMIT 2000)";
        self.conn.execute(SQL, &[uuid(client.as_uuid())]).await
    }

    /// Removes a client, and what is left of its. Whether it was there.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn delete(&self, client: ClientKey) -> Result<bool, DbError> {
        const SQL: &str = "-- clients.delete
            DELETE FROM clients WHERE id = $1";
        let removed = self.conn.execute(SQL, &[uuid(client.as_uuid())]).await?;
        Ok(removed == 1)
    }
}

/// Whether a client may do anything at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// It may.
    Enabled,
    /// It may not.
    Disabled,
}

pub(super) fn registered(row: &Columns<'_>) -> Result<RegisteredClient, DbError> {
    let made: Vec<OffsetDateTime> = row.get("secret_times")?;
    let client = record(row)?;
    let ends = client.secrets.iter().map(|secret| secret.expires_at);
    let secrets = made.into_iter().zip(ends).map(|(made_at, ends_at)| {
        let made_at = Timestamp::from_date_time(made_at);
        SecretRecord { made_at, ends_at }
    });
    Ok(RegisteredClient {
        secrets: secrets.collect(),
        client,
        is_system: row.get("is_system")?,
        managed_by: row.parse_opt("managed_by")?,
        entitled_to: row.parse_all("entitled_admin_scopes")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
