//! Storing what was registered of a client.

use authly_domain::clients::{
    Client, ClientId, ConsentPolicy, LogoutMetadata, NonceRule, PkceRule, RedirectUri,
    RefreshRotation, RequestObjectMetadata, RequestObjectRule, RequestUri,
};
use authly_domain::clock::Timestamp;
use authly_domain::id::ClientKey;
use authly_domain::keys::{ContentEncryption, KeyManagement, SigningAlgorithm};
use authly_domain::network::FetchUrl;
use authly_domain::scopes::Resource;
use tokio_postgres::types::Json;

use super::Clients;
use crate::DbError;
use crate::params::{Param, flag, json, number, seconds, text, texts, time, uuid};
use crate::row::Columns;

/// The row of a client, with the parameters that [`columns`] gives.
macro_rules! insert {
    () => {
        "
        INSERT INTO clients AS c (id, client_id, client_name, client_type, application_type,
            token_endpoint_auth_method, redirect_uris, post_logout_redirect_uris, grant_types,
            resources, default_audience, require_pkce, require_nonce, require_consent,
            refresh_rotation, client_uri, policy_uri, tos_uri, is_active, created_at,
            updated_at, id_token_signed_response_alg, userinfo_signed_response_alg,
            subject_type, sector_identifier_uri, default_max_age, require_auth_time,
            access_token_lifetime, refresh_token_idle_lifetime,
            refresh_token_absolute_lifetime, jwks, id_token_encrypted_response_alg,
            id_token_encrypted_response_enc, userinfo_encrypted_response_alg,
            userinfo_encrypted_response_enc, jwks_uri, profile,
            token_endpoint_auth_signing_alg, backchannel_logout_uri,
            backchannel_logout_session_required, frontchannel_logout_uri,
            frontchannel_logout_session_required, request_object_signing_alg,
            require_signed_request_object, request_uris)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
            $18, $19, $20, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30,
            $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44)"
    };
}

const INSERT: &str = concat!(
    "-- clients.insert",
    insert!(),
    "
        ON CONFLICT (client_id) DO NOTHING"
);

const UPSERT: &str = concat!(
    "-- clients.upsert",
    insert!(),
    "
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
            access_token_lifetime = excluded.access_token_lifetime,
            refresh_token_idle_lifetime = excluded.refresh_token_idle_lifetime,
            refresh_token_absolute_lifetime = excluded.refresh_token_absolute_lifetime,
            jwks = excluded.jwks,
            id_token_encrypted_response_alg = excluded.id_token_encrypted_response_alg,
            id_token_encrypted_response_enc = excluded.id_token_encrypted_response_enc,
            userinfo_encrypted_response_alg = excluded.userinfo_encrypted_response_alg,
            userinfo_encrypted_response_enc = excluded.userinfo_encrypted_response_enc,
            jwks_uri = excluded.jwks_uri,
            profile = excluded.profile,
            token_endpoint_auth_signing_alg = excluded.token_endpoint_auth_signing_alg,
            backchannel_logout_uri = excluded.backchannel_logout_uri,
            backchannel_logout_session_required = excluded.backchannel_logout_session_required,
            frontchannel_logout_uri = excluded.frontchannel_logout_uri,
            frontchannel_logout_session_required = excluded.frontchannel_logout_session_required,
            request_object_signing_alg = excluded.request_object_signing_alg,
            require_signed_request_object = excluded.require_signed_request_object,
            request_uris = excluded.request_uris,
            version = c.version + 1
        RETURNING id"
);

impl Clients<'_> {
    /// Marks a client as one that the server depends on: nobody disables or deletes it.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn protect(&self, id: &ClientId) -> Result<(), DbError> {
        const SQL: &str = "-- clients.protect
            UPDATE clients
               SET is_system = true, version = version + 1
             WHERE client_id = $1 AND NOT is_system";
        self.conn.execute(SQL, &[text(id.as_str())]).await?;
        Ok(())
    }

    /// Stores a new client, unless one of that name is there. Answers whether it was stored. Secrets and
    /// scopes are stored by [`Clients::replace_secrets`] and [`Clients::replace_scopes`].
    ///
    /// # Errors
    /// When storage fails.
    pub async fn insert(&self, client: &Client, now: Timestamp) -> Result<bool, DbError> {
        Ok(self.conn.execute(INSERT, &columns(client, now)).await? == 1)
    }

    /// Stores a client, or makes the one of that name as it is described: the key counts only if it
    /// is new, the version not at all, since that goes up by itself. Answers the key. Secrets and
    /// scopes are replaced by [`Clients::replace_secrets`] and [`Clients::replace_scopes`].
    ///
    /// # Errors
    /// When storage fails.
    pub async fn upsert(&self, client: &Client, now: Timestamp) -> Result<ClientKey, DbError> {
        let row = self.conn.query_opt(UPSERT, &columns(client, now)).await?;
        let row = row.ok_or(DbError::Corrupt {
            table: "clients",
            column: "id",
        })?;
        Ok(ClientKey::from_uuid(
            Columns::of("clients", &row).uuid("id")?,
        ))
    }
}

fn columns(client: &Client, now: Timestamp) -> Vec<Param<'_>> {
    let uris =
        |uris: &[RedirectUri]| -> Vec<String> { uris.iter().map(ToString::to_string).collect() };
    let grants: Vec<&str> = client
        .grant_types
        .iter()
        .map(|grant| grant.as_str())
        .collect();
    let resources: Vec<&str> = client.resources.iter().map(Resource::as_str).collect();
    let audience: Vec<&str> = client
        .default_audience
        .iter()
        .map(Resource::as_str)
        .collect();
    let id_token = client.openid.id_token_encryption;
    let userinfo = client.openid.userinfo_encryption;
    let mut columns = vec![
        uuid(client.key.as_uuid()),
        text(client.id.as_str()),
        text(&client.name),
        text(client.client_type.as_str()),
        text(client.application_type.as_str()),
        text(client.auth_method.as_str()),
        texts(uris(&client.redirect_uris)),
        texts(uris(&client.post_logout_redirect_uris)),
        texts(grants),
        texts(resources),
        texts(audience),
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
        number(client.lifetimes.access.map(seconds)),
        number(client.lifetimes.refresh_idle.map(seconds)),
        number(client.lifetimes.refresh_absolute.map(seconds)),
        json(client.jwks.as_ref().map(Json)),
        text(id_token.alg.map(KeyManagement::as_str)),
        text(id_token.enc.map(ContentEncryption::as_str)),
        text(userinfo.alg.map(KeyManagement::as_str)),
        text(userinfo.enc.map(ContentEncryption::as_str)),
        text(client.jwks_uri.as_ref().map(FetchUrl::as_str)),
        text(client.profile.as_str()),
        text(client.assertion_alg.map(SigningAlgorithm::as_str)),
    ];
    columns.extend(logout(&client.logout));
    columns.extend(requests(&client.requests));
    columns
}

/// How a client signs its requests.
fn requests(of: &RequestObjectMetadata) -> [Param<'_>; 3] {
    let uris: Vec<&str> = of.uris.iter().map(RequestUri::as_str).collect();
    [
        text(of.alg.map(SigningAlgorithm::as_str)),
        flag(of.rule == RequestObjectRule::Required),
        texts(uris),
    ]
}

/// Where a client is told of logouts.
fn logout(of: &LogoutMetadata) -> [Param<'_>; 4] {
    [
        text(of.backchannel_uri.as_ref().map(FetchUrl::as_str)),
        flag(of.backchannel_session_required),
        text(of.frontchannel_uri.as_ref().map(FetchUrl::as_str)),
        flag(of.frontchannel_session_required),
    ]
}
