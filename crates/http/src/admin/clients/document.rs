//! Clients as documents.

use authly_domain::clients::{
    Client as Record, ConsentPolicy, NonceRule, PkceRule, RedirectUri, RefreshRotation,
    RegisteredClient, RequestObjectRule,
};
use authly_domain::scopes::{AdminScope, Resource};
use authly_protocol::admin::clients::{Client, CreatedClient, LiveSecret, NewSecret};
use authly_protocol::admin::{Id, Moment};
use authly_protocol::oauth::WireSecret;
use authly_services::clients::{CreatedClient as Created, RotatedSecret};

/// A client as it is shown.
pub(crate) fn client(registered: &RegisteredClient) -> Client {
    let record = &registered.client;
    let (openid, logout) = (&record.openid, &record.logout);
    let (id_token, userinfo) = (openid.id_token_encryption, openid.userinfo_encryption);
    let seconds = |lifetime: std::time::Duration| lifetime.as_secs();
    Client {
        id: Id(record.key),
        client_id: record.id.as_str().to_owned(),
        client_name: record.name.clone(),
        client_type: record.client_type.as_str().to_owned(),
        application_type: record.application_type.as_str().to_owned(),
        profile: record.profile.as_str().to_owned(),
        token_endpoint_auth_method: record.auth_method.as_str().to_owned(),
        token_endpoint_auth_signing_alg: record.assertion_alg.map(|alg| alg.as_str().to_owned()),
        redirect_uris: uris(&record.redirect_uris),
        post_logout_redirect_uris: uris(&record.post_logout_redirect_uris),
        grant_types: grant_types(record),
        scope: record.scope.to_string(),
        optional_scope: record.optional_scope.to_string(),
        resources: resources(&record.resources),
        default_audience: resources(&record.default_audience),
        require_pkce: record.pkce == PkceRule::Required,
        require_nonce: record.nonce == NonceRule::Required,
        require_consent: record.consent == ConsentPolicy::Ask,
        refresh_rotation: record.refresh_rotation == RefreshRotation::Rotate,
        access_token_lifetime: record.lifetimes.access.map(seconds),
        refresh_token_idle_lifetime: record.lifetimes.refresh_idle.map(seconds),
        refresh_token_absolute_lifetime: record.lifetimes.refresh_absolute.map(seconds),
        jwks: record.jwks.clone(),
        jwks_uri: record.jwks_uri.as_ref().map(ToString::to_string),
        request_object_signing_alg: record.requests.alg.map(|alg| alg.as_str().to_owned()),
        require_signed_request_object: record.requests.rule == RequestObjectRule::Required,
        request_uris: as_texts(&record.requests.uris),
        id_token_signed_response_alg: openid.id_token_alg.as_str().to_owned(),
        userinfo_signed_response_alg: openid.userinfo_alg.map(|alg| alg.as_str().to_owned()),
        id_token_encrypted_response_alg: id_token.alg.map(|alg| alg.as_str().to_owned()),
        id_token_encrypted_response_enc: id_token.enc.map(|enc| enc.as_str().to_owned()),
        userinfo_encrypted_response_alg: userinfo.alg.map(|alg| alg.as_str().to_owned()),
        userinfo_encrypted_response_enc: userinfo.enc.map(|enc| enc.as_str().to_owned()),
        subject_type: openid.subject_type.as_str().to_owned(),
        sector_identifier_uri: openid.sector_identifier_uri.clone(),
        default_max_age: openid.default_max_age.map(seconds),
        require_auth_time: openid.require_auth_time,
        backchannel_logout_uri: logout.backchannel_uri.as_ref().map(ToString::to_string),
        backchannel_logout_session_required: logout.backchannel_session_required,
        frontchannel_logout_uri: logout.frontchannel_uri.as_ref().map(ToString::to_string),
        frontchannel_logout_session_required: logout.frontchannel_session_required,
        client_uri: record.client_uri.clone(),
        policy_uri: record.policy_uri.clone(),
        tos_uri: record.tos_uri.clone(),
        entitled_admin_scopes: entitled(&registered.entitled_to),
        secrets: secrets(registered),
        is_active: record.is_active,
        managed_by: registered.managed_by.as_ref().map(ToString::to_string),
        is_system: registered.is_system,
        version: record.version,
        created_at: Moment(registered.created_at),
        updated_at: Moment(registered.updated_at),
        warnings: record.warnings().into_iter().map(str::to_owned).collect(),
    }
}

/// A client that was registered.
pub(super) fn created(created: &Created) -> CreatedClient {
    let secret = created.secret.as_ref();
    CreatedClient {
        client: client(&created.client),
        client_secret: secret.map(|secret| WireSecret::new(secret.expose().to_owned())),
    }
}

/// A secret that was made.
pub(super) fn new_secret(rotated: &RotatedSecret) -> NewSecret {
    NewSecret {
        client_id: rotated.client_id.as_str().to_owned(),
        client_secret: WireSecret::new(rotated.secret.expose().to_owned()),
        old_secret_expires_at: rotated.old_ends_at.map(Moment),
        version: rotated.version,
    }
}

fn uris(uris: &[RedirectUri]) -> Vec<String> {
    uris.iter().map(|uri| uri.as_str().to_owned()).collect()
}

fn as_texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

fn resources(resources: &[Resource]) -> Vec<String> {
    let text = |resource: &Resource| resource.as_str().to_owned();
    resources.iter().map(text).collect()
}

fn grant_types(record: &Record) -> Vec<String> {
    let grants = record.grant_types.iter();
    grants.map(|grant| grant.as_str().to_owned()).collect()
}

fn entitled(scopes: &[AdminScope]) -> Vec<String> {
    scopes.iter().map(ToString::to_string).collect()
}

fn secrets(registered: &RegisteredClient) -> Vec<LiveSecret> {
    let secret = |secret: &authly_domain::clients::SecretRecord| LiveSecret {
        created_at: Moment(secret.made_at),
        expires_at: secret.ends_at.map(Moment),
    };
    registered.secrets.iter().map(secret).collect()
}
