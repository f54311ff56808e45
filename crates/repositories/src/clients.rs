//! `clients`, with their secrets and scopes.

mod assertions;
mod list;
mod registered;
mod row;
mod store;

use authly_domain::clients::{Client, ClientId};
use authly_domain::clock::Timestamp;
use authly_domain::id::ClientKey;
use authly_domain::scopes::Scope;
use authly_domain::secret::SecretDigest;

use self::row::{client_columns, record};
use crate::DbError;
use crate::params::{bytes, text, texts, time, uuid};
use crate::row::Columns;

pub use assertions::AssertionUse;
pub use list::{ClientPosition, list_statement};
pub use registered::Activity;

repository! {
    /// Applications that ask for tokens.
    Clients
}

impl Clients<'_> {
    /// Whether there is such a client, active or not.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn exists(&self, client: ClientKey) -> Result<bool, DbError> {
        const SQL: &str = "-- clients.exists
            SELECT id FROM clients WHERE id = $1";
        let found = self.conn.query_opt(SQL, &[uuid(client.as_uuid())]).await?;
        Ok(found.is_some())
    }

    /// The client of this name on the wire, active or not.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find(&self, id: &ClientId) -> Result<Option<Client>, DbError> {
        const SQL: &str = concat!(
            "-- clients.find
            SELECT ",
            client_columns!(),
            ",
                   (SELECT coalesce(array_agg(s.digest ORDER BY s.digest), '{}')
                      FROM client_secrets s WHERE s.client_id = c.id) AS secret_digests,
                   (SELECT coalesce(array_agg(s.expires_at ORDER BY s.digest), '{}')
                      FROM client_secrets s WHERE s.client_id = c.id) AS secret_ends,
                   a.scopes, a.optional_scopes, a.default_scopes
              FROM clients c
              CROSS JOIN LATERAL (
                   SELECT coalesce(array_agg(x.scope ORDER BY x.scope), '{}') AS scopes,
                          coalesce(array_agg(x.scope ORDER BY x.scope)
                              FILTER (WHERE x.is_optional), '{}') AS optional_scopes,
                          coalesce(array_agg(x.scope ORDER BY x.scope)
                              FILTER (WHERE o.is_default), '{}') AS default_scopes
                     FROM client_scopes x
                     JOIN scopes o ON o.name = x.scope AND o.is_active
                    WHERE x.client_id = c.id) a
             WHERE c.client_id = $1"
        );
        let row = self.conn.query_opt(SQL, &[text(id.as_str())]).await?;
        row.map(|row| record(&Columns::of("clients", &row)))
            .transpose()
    }

    /// Makes this the client's one secret.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn replace_secrets(
        &self,
        client: ClientKey,
        digest: &SecretDigest,
        now: Timestamp,
    ) -> Result<(), DbError> {
        const SQL: &str = "-- clients.replace_secrets
            WITH gone AS (
                DELETE FROM client_secrets WHERE client_id = $1 AND digest <> $2)
            INSERT INTO client_secrets (client_id, digest, created_at)
            VALUES ($1, $2, $3)
            ON CONFLICT (client_id, digest) DO UPDATE SET expires_at = NULL";
        let digest = digest.as_bytes().as_slice();
        let params = [
            uuid(client.as_uuid()),
            bytes(digest),
            time(now.as_date_time()),
        ];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Makes these the scopes that the client may ask for, and these of them optional. Names that
    /// are not in the catalogue violate `client_scopes_scope_fkey`.
    ///
    /// # Errors
    /// When a scope does not exist, or storage fails.
    pub async fn replace_scopes(
        &self,
        client: ClientKey,
        scope: &Scope,
        optional: &Scope,
    ) -> Result<(), DbError> {
        // What stays as it is is not touched: no lock on a scope is asked for that is not new.
        const SQL: &str = "-- clients.replace_scopes
            WITH removed AS (
                DELETE FROM client_scopes WHERE client_id = $1 AND scope <> ALL ($2))
            INSERT INTO client_scopes AS s (client_id, scope, is_optional)
            SELECT $1, name, name = ANY ($3) FROM unnest($2) AS asked (name)
            ON CONFLICT (client_id, scope) DO UPDATE SET is_optional = excluded.is_optional
             WHERE s.is_optional <> excluded.is_optional";
        let names =
            |scope: &Scope| -> Vec<String> { scope.iter().map(ToString::to_string).collect() };
        let params = [
            uuid(client.as_uuid()),
            texts(names(scope)),
            texts(names(optional)),
        ];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }
}
