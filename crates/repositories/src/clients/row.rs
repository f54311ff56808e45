//! Rows of `clients` as records.

use authly_domain::clients::{
    Client, ClientJwks, ClientSecretDigest, ConsentPolicy, LogoutMetadata, NonceRule,
    OpenIdMetadata, PkceRule, RedirectUri, RefreshRotation, RequestObjectMetadata,
    RequestObjectRule, ResponseEncryption, TokenLifetimes,
};
use authly_domain::clock::Timestamp;
use authly_domain::id::ClientKey;
use authly_domain::scopes::{Scope, ScopeToken};
use authly_domain::secret::SecretDigest;
use time::OffsetDateTime;
use tokio_postgres::types::Json;

use crate::DbError;
use crate::row::Columns;

/// The columns of `clients c` that [`record`] reads, beside secrets and scopes.
macro_rules! client_columns {
    () => {
        "c.id, c.client_id, c.client_name, c.client_type, c.application_type,
                   c.token_endpoint_auth_method, c.redirect_uris, c.post_logout_redirect_uris,
                   c.grant_types, c.resources, c.default_audience, c.require_pkce,
                   c.require_nonce, c.require_consent, c.refresh_rotation, c.client_uri,
                   c.policy_uri, c.tos_uri, c.is_active, c.version,
                   c.id_token_signed_response_alg, c.userinfo_signed_response_alg,
                   c.subject_type, c.sector_identifier_uri, c.default_max_age,
                   c.require_auth_time, c.access_token_lifetime,
                   c.refresh_token_idle_lifetime, c.refresh_token_absolute_lifetime, c.jwks,
                   c.id_token_encrypted_response_alg, c.id_token_encrypted_response_enc,
                   c.userinfo_encrypted_response_alg, c.userinfo_encrypted_response_enc,
                   c.backchannel_logout_uri, c.backchannel_logout_session_required,
                   c.frontchannel_logout_uri, c.frontchannel_logout_session_required,
                   c.jwks_uri, c.profile, c.token_endpoint_auth_signing_alg,
                   c.request_object_signing_alg, c.require_signed_request_object, c.request_uris"
    };
}
pub(super) use client_columns;

/// Reads what [`client_columns`] selects, and `secret_digests`, `secret_ends`, `scopes`,
/// `optional_scopes` and `default_scopes`.
pub(super) fn record(row: &Columns<'_>) -> Result<Client, DbError> {
    Ok(Client {
        key: ClientKey::from_uuid(row.uuid("id")?),
        id: row.parse("client_id")?,
        name: row.get("client_name")?,
        client_type: row.parse("client_type")?,
        application_type: row.parse("application_type")?,
        profile: row.parse("profile")?,
        auth_method: row.parse("token_endpoint_auth_method")?,
        assertion_alg: row.parse_opt("token_endpoint_auth_signing_alg")?,
        secrets: secrets(row)?,
        redirect_uris: uris(row, "redirect_uris")?,
        post_logout_redirect_uris: uris(row, "post_logout_redirect_uris")?,
        grant_types: row.parse_all("grant_types")?,
        scope: scope(row, "scopes")?,
        default_scope: scope(row, "default_scopes")?,
        optional_scope: scope(row, "optional_scopes")?,
        resources: row.parse_all("resources")?,
        default_audience: row.parse_all("default_audience")?,
        pkce: PkceRule::from(row.get::<bool>("require_pkce")?),
        nonce: NonceRule::from(row.get::<bool>("require_nonce")?),
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
        jwks: row
            .get::<Option<Json<ClientJwks>>>("jwks")?
            .map(|Json(keys)| keys),
        jwks_uri: row.parse_opt("jwks_uri")?,
        requests: requests(row)?,
        openid: openid(row)?,
        logout: logout(row)?,
        lifetimes: TokenLifetimes {
            access: row.seconds_opt("access_token_lifetime")?,
            refresh_idle: row.seconds_opt("refresh_token_idle_lifetime")?,
            refresh_absolute: row.seconds_opt("refresh_token_absolute_lifetime")?,
        },
        client_uri: row.get("client_uri")?,
        policy_uri: row.get("policy_uri")?,
        tos_uri: row.get("tos_uri")?,
        is_active: row.get("is_active")?,
        version: row.get("version")?,
    })
}

fn requests(row: &Columns<'_>) -> Result<RequestObjectMetadata, DbError> {
    Ok(RequestObjectMetadata {
        alg: row.parse_opt("request_object_signing_alg")?,
        rule: if row.get("require_signed_request_object")? {
            RequestObjectRule::Required
        } else {
            RequestObjectRule::Optional
        },
        uris: row.parse_all("request_uris")?,
    })
}

fn logout(row: &Columns<'_>) -> Result<LogoutMetadata, DbError> {
    Ok(LogoutMetadata {
        backchannel_uri: row.parse_opt("backchannel_logout_uri")?,
        backchannel_session_required: row.get("backchannel_logout_session_required")?,
        frontchannel_uri: row.parse_opt("frontchannel_logout_uri")?,
        frontchannel_session_required: row.get("frontchannel_logout_session_required")?,
    })
}

fn openid(row: &Columns<'_>) -> Result<OpenIdMetadata, DbError> {
    Ok(OpenIdMetadata {
        id_token_alg: row.parse("id_token_signed_response_alg")?,
        userinfo_alg: row.parse_opt("userinfo_signed_response_alg")?,
        id_token_encryption: ResponseEncryption {
            alg: row.parse_opt("id_token_encrypted_response_alg")?,
            enc: row.parse_opt("id_token_encrypted_response_enc")?,
        },
        userinfo_encryption: ResponseEncryption {
            alg: row.parse_opt("userinfo_encrypted_response_alg")?,
            enc: row.parse_opt("userinfo_encrypted_response_enc")?,
        },
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
