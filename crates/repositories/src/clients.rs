//! `clients`, with their secrets and scopes.

use authly_domain::clients::{
    Client, ClientId, ClientSecretDigest, ConsentPolicy, NonceRule, OpenIdMetadata, PkceRule,
    RedirectUri, RefreshRotation,
};
use authly_domain::clock::Timestamp;
use authly_domain::id::ClientKey;
use authly_domain::keys::SigningAlgorithm;
use authly_domain::scopes::{Scope, ScopeToken};
use authly_domain::secret::SecretDigest;
use time::OffsetDateTime;

use crate::DbError;
use crate::params::{bytes, flag, number, seconds, text, texts, time, uuid};
use crate::row::Columns;

repository! {
    /// Applications that ask for tokens.
    Clients
}

const UPSERT: &str = "-- clients.upsert
        INSERT INTO clients AS c (id, client_id, client_name, client_type, application_type,
            token_endpoint_auth_method, redirect_uris, post_logout_redirect_uris, grant_types,
            resources, default_audience, require_pkce, require_nonce, require_consent,
            refresh_rotation, client_uri, policy_uri, tos_uri, is_active, created_at,
            updated_at, id_token_signed_response_alg, userinfo_signed_response_alg,
            subject_type, sector_identifier_uri, default_max_age, require_auth_time)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
            $18, $19, $20, $20, $21, $22, $23, $24, $25, $26)
        ON CONFLICT (client_id) DO UPDATE SET
            client_name = excluded.client_name,
            client_type = excluded.client_type,
            application_type = excluded.application_type,
            token_endpoint_auth_method = excluded.token_endpoint_auth_method,
            redirect_uris = excluded.redirect_uris,
            post_logout_redirect_uris = excluded.post_logout_redirect_uris,
            grant_types = excluded.grant_types,
            resources = excluded.resources,
            default_audience = excluded.default_audience,
            require_pkce = excluded.require_pkce,
            require_nonce = excluded.require_nonce,
            require_consent = excluded.require_consent,
            refresh_rotation = excluded.refresh_rotation,
            client_uri = excluded.client_uri,
            policy_uri = excluded.policy_uri,
            tos_uri = excluded.tos_uri,
            is_active = excluded.is_active,
            id_token_signed_response_alg = excluded.id_token_signed_response_alg,
            userinfo_signed_response_alg = excluded.userinfo_signed_response_alg,
            subject_type = excluded.subject_type,
            sector_identifier_uri = excluded.sector_identifier_uri,
            default_max_age = excluded.default_max_age,
            require_auth_time = excluded.require_auth_time,
            version = c.version + 1
        RETURNING id";

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
        const SQL: &str = "-- clients.find
            SELECT c.id, c.client_id, c.client_name, c.client_type, c.application_type,
                   c.token_endpoint_auth_method, c.redirect_uris, c.post_logout_redirect_uris,
                   c.grant_types, c.resources,
                   c.default_audience, c.require_pkce, c.require_nonce, c.require_consent,
                   c.refresh_rotation, c.client_uri, c.policy_uri, c.tos_uri, c.is_active,
                   c.version, c.id_token_signed_response_alg, c.userinfo_signed_response_alg,
                   c.subject_type, c.sector_identifier_uri, c.default_max_age,
                   c.require_auth_time,
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
             WHERE c.client_id = $1";
        let row = self.conn.query_opt(SQL, &[text(id.as_str())]).await?;
        row.map(|row| record(&Columns::of("clients", &row)))
            .transpose()
    }

    /// Stores a client, or makes the one of that name as it is described: the key counts only if it
    /// is new, the version not at all, since that goes up by itself. Answers the key. Secrets and scopes are replaced by [`Clients::replace_secrets`] and
    /// [`Clients::replace_scopes`].
    ///
    /// # Errors
    /// When storage fails.
    pub async fn upsert(&self, client: &Client, now: Timestamp) -> Result<ClientKey, DbError> {
        let uris = |uris: &[RedirectUri]| -> Vec<String> {
            uris.iter().map(ToString::to_string).collect()
        };
        let grants: Vec<&str> = client
            .grant_types
            .iter()
            .map(|grant| grant.as_str())
            .collect();
        let resources: Vec<&str> = client
            .resources
            .iter()
            .map(authly_domain::scopes::Resource::as_str)
            .collect();
        let audience: Vec<&str> = client
            .default_audience
            .iter()
            .map(authly_domain::scopes::Resource::as_str)
            .collect();
        let params = [
            uuid(client.key.as_uuid()),
            text(client.id.as_str()),
            text(&client.name),
            text(client.client_type.as_str()),
            text(client.application_type.as_str()),
            text(client.auth_method.as_str()),
            texts(uris(&client.redirect_uris)),
            texts(uris(&client.post_logout_redirect_uris)),
            texts(&grants),
            texts(&resources),
            texts(&audience),
            flag(client.pkce == PkceRule::Required),
            flag(client.nonce == NonceRule::Required),
            flag(client.consent == ConsentPolicy::Ask),
            flag(client.refresh_rotation == RefreshRotation::Rotate),
            text(&client.client_uri),
            text(&client.policy_uri),
            text(&client.tos_uri),
            flag(client.is_active),
            time(now.as_date_time()),
            text(client.openid.id_token_alg.as_str()),
            text(client.openid.userinfo_alg.map(SigningAlgorithm::as_str)),
            text(client.openid.subject_type.as_str()),
            text(&client.openid.sector_identifier_uri),
            number(client.openid.default_max_age.map(seconds)),
            flag(client.openid.require_auth_time),
        ];
        let row = self.conn.query_opt(UPSERT, &params).await?;
        let row = row.ok_or(DbError::Corrupt {
            table: "clients",
            column: "id",
        })?;
        Ok(ClientKey::from_uuid(
            Columns::of("clients", &row).uuid("id")?,
        ))
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
        const DELETE: &str = "-- clients.replace_scopes (delete)
            DELETE FROM client_scopes WHERE client_id = $1";
        const INSERT: &str = "-- clients.replace_scopes (insert)
            INSERT INTO client_scopes (client_id, scope, is_optional)
            SELECT $1, name, name = ANY ($3) FROM unnest($2) AS asked (name)";
        self.conn.execute(DELETE, &[uuid(client.as_uuid())]).await?;
        let names =
            |scope: &Scope| -> Vec<String> { scope.iter().map(ToString::to_string).collect() };
        let params = [
            uuid(client.as_uuid()),
            texts(names(scope)),
            texts(names(optional)),
        ];
        self.conn.execute(INSERT, &params).await?;
        Ok(())
    }
}

fn record(row: &Columns<'_>) -> Result<Client, DbError> {
    Ok(Client {
        key: ClientKey::from_uuid(row.uuid("id")?),
        id: row.parse("client_id")?,
        name: row.get("client_name")?,
        client_type: row.parse("client_type")?,
        application_type: row.parse("application_type")?,
        auth_method: row.parse("token_endpoint_auth_method")?,
        secrets: secrets(row)?,
        redirect_uris: uris(row, "redirect_uris")?,
        post_logout_redirect_uris: uris(row, "post_logout_redirect_uris")?,
        grant_types: row.parse_all("grant_types")?,
        scope: scope(row, "scopes")?,
        default_scope: scope(row, "default_scopes")?,
        optional_scope: scope(row, "optional_scopes")?,
        resources: row.parse_all("resources")?,
        default_audience: row.parse_all("default_audience")?,
        pkce: if row.get("require_pkce")? {
            PkceRule::Required
        } else {
            PkceRule::Exempt
        },
        nonce: if row.get("require_nonce")? {
            NonceRule::Required
        } else {
            NonceRule::Exempt
        },
        consent: if row.get("require_consent")? {
            ConsentPolicy::Ask
        } else {
            ConsentPolicy::FirstParty
        },
        refresh_rotation: if row.get("refresh_rotation")? {
            RefreshRotation::Rotate
        } else {
            RefreshRotation::Keep
        },
        openid: openid(row)?,
        client_uri: row.get("client_uri")?,
        policy_uri: row.get("policy_uri")?,
        tos_uri: row.get("tos_uri")?,
        is_active: row.get("is_active")?,
        version: row.get("version")?,
    })
}

fn openid(row: &Columns<'_>) -> Result<OpenIdMetadata, DbError> {
    Ok(OpenIdMetadata {
        id_token_alg: row.parse("id_token_signed_response_alg")?,
        userinfo_alg: row.parse_opt("userinfo_signed_response_alg")?,
        subject_type: row.parse("subject_type")?,
        sector_identifier_uri: row.get("sector_identifier_uri")?,
        default_max_age: row.seconds_opt("default_max_age")?,
        require_auth_time: row.get("require_auth_time")?,
    })
}

fn scope(row: &Columns<'_>, column: &'static str) -> Result<Scope, DbError> {
    Ok(row.parse_all::<ScopeToken>(column)?.into_iter().collect())
}

fn uris(row: &Columns<'_>, column: &'static str) -> Result<Vec<RedirectUri>, DbError> {
    let texts: Vec<String> = row.get(column)?;
    Ok(texts.into_iter().map(RedirectUri::from_stored).collect())
}

fn secrets(row: &Columns<'_>) -> Result<Vec<ClientSecretDigest>, DbError> {
    let digests: Vec<Vec<u8>> = row.get("secret_digests")?;
    let ends: Vec<Option<OffsetDateTime>> = row.get("secret_ends")?;
    let pairs = digests.into_iter().zip(ends);
    pairs
        .map(|(digest, end)| {
            let digest = digest
                .try_into()
                .map_err(|_bytes| row.corrupt("secret_digests"))?;
            Ok(ClientSecretDigest {
                digest: SecretDigest::from_bytes(digest),
                expires_at: end.map(Timestamp::from_date_time),
            })
        })
        .collect()
}
