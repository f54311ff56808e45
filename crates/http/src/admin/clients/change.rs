//! What is said of clients, from texts to values, with everything that is wrong at once.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use authly_domain::clients::{
    ClientChange, ClientJwks, ClientType, ConsentPolicy, RefreshRotation, RequestObjectRule,
};
use authly_domain::scopes::Scope;
use authly_protocol::admin::clients::{self as wire, AssignedScopes, NewClient};
use authly_protocol::admin::{FieldError, Patch};
use authly_services::clients::{ClientOrdered, read_jwks};
use serde_json::Value;

use crate::admin::fields::Fields;
use crate::respond::AdminProblem;

/// What a word is said to be that is none of ours.
const UNKNOWN: &str = "it is not one of the known values";

/// A client to be registered.
pub(super) fn ordered(new: &NewClient) -> Result<ClientOrdered, AdminProblem> {
    let mut fields = Fields::default();
    let id = fields.parse_opt("/client_id", new.client_id.as_deref());
    let client_type = word(&mut fields, "/client_type", new.client_type.as_deref());
    let change = change(&mut fields, &as_change(new));
    fields.finish(Some(ClientOrdered {
        id,
        client_type: client_type.unwrap_or(ClientType::Confidential),
        change,
    }))
}

/// A change.
pub(super) fn changed(said: &wire::ClientChange) -> Result<ClientChange, AdminProblem> {
    let mut fields = Fields::default();
    let change = change(&mut fields, said);
    fields.finish(Some(change))
}

/// What a client says of itself.
///
/// # Errors
/// With everything that is wrong.
pub(crate) fn registered(said: &wire::ClientChange) -> Result<ClientChange, Vec<FieldError>> {
    let mut fields = Fields::default();
    let change = change(&mut fields, said);
    fields.checked(change)
}

/// What a client may ask for.
pub(super) fn assigned(said: &AssignedScopes) -> Result<ClientChange, AdminProblem> {
    let mut fields = Fields::default();
    let scope: Option<Scope> = fields.parse("/scope", &said.scope);
    let optional_scope = fields.parse("/optional_scope", &said.optional_scope);
    fields.finish(Some(ClientChange {
        scope,
        optional_scope,
        ..ClientChange::default()
    }))
}

/// What is said of a new client is said of it as of any other.
fn as_change(new: &NewClient) -> wire::ClientChange {
    let new = new.clone();
    wire::ClientChange {
        client_name: Patch::set_if(new.client_name),
        application_type: Patch::set_if(new.application_type),
        profile: Patch::set_if(new.profile),
        token_endpoint_auth_method: Patch::set_if(new.token_endpoint_auth_method),
        token_endpoint_auth_signing_alg: Patch::set_if(new.token_endpoint_auth_signing_alg),
        redirect_uris: Patch::set_if(new.redirect_uris),
        post_logout_redirect_uris: Patch::set_if(new.post_logout_redirect_uris),
        grant_types: Patch::set_if(new.grant_types),
        scope: Patch::set_if(new.scope),
        optional_scope: Patch::set_if(new.optional_scope),
        resources: Patch::set_if(new.resources),
        default_audience: Patch::set_if(new.default_audience),
        require_pkce: Patch::set_if(new.require_pkce),
        require_nonce: Patch::set_if(new.require_nonce),
        require_consent: Patch::set_if(new.require_consent),
        refresh_rotation: Patch::set_if(new.refresh_rotation),
        access_token_lifetime: Patch::set_if(new.access_token_lifetime),
        refresh_token_idle_lifetime: Patch::set_if(new.refresh_token_idle_lifetime),
        refresh_token_absolute_lifetime: Patch::set_if(new.refresh_token_absolute_lifetime),
        jwks: Patch::set_if(new.jwks),
        jwks_uri: Patch::set_if(new.jwks_uri),
        request_object_signing_alg: Patch::set_if(new.request_object_signing_alg),
        require_signed_request_object: Patch::set_if(new.require_signed_request_object),
        request_uris: Patch::set_if(new.request_uris),
        id_token_signed_response_alg: Patch::set_if(new.id_token_signed_response_alg),
        userinfo_signed_response_alg: Patch::set_if(new.userinfo_signed_response_alg),
        id_token_encrypted_response_alg: Patch::set_if(new.id_token_encrypted_response_alg),
        id_token_encrypted_response_enc: Patch::set_if(new.id_token_encrypted_response_enc),
        userinfo_encrypted_response_alg: Patch::set_if(new.userinfo_encrypted_response_alg),
        userinfo_encrypted_response_enc: Patch::set_if(new.userinfo_encrypted_response_enc),
        subject_type: Patch::set_if(new.subject_type),
        sector_identifier_uri: Patch::set_if(new.sector_identifier_uri),
        default_max_age: Patch::set_if(new.default_max_age),
        require_auth_time: Patch::set_if(new.require_auth_time),
        backchannel_logout_uri: Patch::set_if(new.backchannel_logout_uri),
        backchannel_logout_session_required: Patch::set_if(new.backchannel_logout_session_required),
        frontchannel_logout_uri: Patch::set_if(new.frontchannel_logout_uri),
        frontchannel_logout_session_required: Patch::set_if(
            new.frontchannel_logout_session_required,
        ),
        client_uri: Patch::set_if(new.client_uri),
        policy_uri: Patch::set_if(new.policy_uri),
        tos_uri: Patch::set_if(new.tos_uri),
        managed_by: Patch::set_if(new.managed_by),
    }
}

fn change(fields: &mut Fields, said: &wire::ClientChange) -> ClientChange {
    let switched = switches(fields, said, lifetimes(said));
    let encrypted = encryption(fields, said, switched);
    let rest = openid(fields, said, encrypted);
    let rest = logout(fields, said, rest);
    let rest = authentication(fields, said, rest);
    let rest = requests(fields, said, rest);
    ClientChange {
        name: fields.required("/client_name", said.client_name.clone()),
        application_type: kept_word(fields, "/application_type", &said.application_type),
        redirect_uris: list(fields, "/redirect_uris", &said.redirect_uris),
        post_logout_redirect_uris: list(
            fields,
            "/post_logout_redirect_uris",
            &said.post_logout_redirect_uris,
        ),
        grant_types: words(fields, "/grant_types", &said.grant_types),
        scope: text(fields, "/scope", &said.scope),
        optional_scope: text(fields, "/optional_scope", &said.optional_scope),
        resources: list(fields, "/resources", &said.resources),
        default_audience: list(fields, "/default_audience", &said.default_audience),
        client_uri: cleared(said.client_uri.clone()),
        policy_uri: cleared(said.policy_uri.clone()),
        tos_uri: cleared(said.tos_uri.clone()),
        managed_by: fields.mark(&said.managed_by),
        ..rest
    }
}

/// How it proves itself, and by which keys.
fn authentication(
    fields: &mut Fields,
    said: &wire::ClientChange,
    rest: ClientChange,
) -> ClientChange {
    let method = &said.token_endpoint_auth_method;
    let assertion_alg = cleared_word(
        fields,
        "/token_endpoint_auth_signing_alg",
        &said.token_endpoint_auth_signing_alg,
    );
    let jwks_uri = match cleared(said.jwks_uri.clone()) {
        Some(Some(uri)) => fields.parse("/jwks_uri", &uri).map(Some),
        Some(None) => Some(None),
        None => None,
    };
    ClientChange {
        profile: kept_word(fields, "/profile", &said.profile),
        auth_method: kept_word(fields, "/token_endpoint_auth_method", method),
        assertion_alg,
        jwks: keys(fields, &said.jwks),
        jwks_uri,
        ..rest
    }
}

/// How it is told of logouts.
fn logout(fields: &mut Fields, said: &wire::ClientChange, rest: ClientChange) -> ClientChange {
    let mut address = |pointer: &str, said: &Patch<String>| match cleared(said.clone()) {
        Some(Some(uri)) => fields.parse(pointer, &uri).map(Some),
        Some(None) => Some(None),
        None => None,
    };
    let back = address("/backchannel_logout_uri", &said.backchannel_logout_uri);
    let front = address("/frontchannel_logout_uri", &said.frontchannel_logout_uri);
    ClientChange {
        backchannel_logout_uri: back,
        frontchannel_logout_uri: front,
        frontchannel_logout_session_required: fields.required(
            "/frontchannel_logout_session_required",
            said.frontchannel_logout_session_required,
        ),
        backchannel_logout_session_required: fields.required(
            "/backchannel_logout_session_required",
            said.backchannel_logout_session_required,
        ),
        ..rest
    }
}

/// How it signs its requests.
fn requests(fields: &mut Fields, said: &wire::ClientChange, rest: ClientChange) -> ClientChange {
    let alg = &said.request_object_signing_alg;
    let pointer = "/require_signed_request_object";
    ClientChange {
        request_object_alg: cleared_word(fields, "/request_object_signing_alg", alg),
        request_object_rule: switch(
            fields.required(pointer, said.require_signed_request_object),
            RequestObjectRule::Required,
            RequestObjectRule::Optional,
        ),
        request_uris: list(fields, "/request_uris", &said.request_uris),
        ..rest
    }
}

fn lifetimes(said: &wire::ClientChange) -> ClientChange {
    let lifetime = |said: Patch<u64>| cleared(said.map(Duration::from_secs));
    ClientChange {
        access_lifetime: lifetime(said.access_token_lifetime),
        refresh_idle_lifetime: lifetime(said.refresh_token_idle_lifetime),
        refresh_absolute_lifetime: lifetime(said.refresh_token_absolute_lifetime),
        ..ClientChange::default()
    }
}

fn switches(fields: &mut Fields, said: &wire::ClientChange, rest: ClientChange) -> ClientChange {
    ClientChange {
        pkce: (fields.required("/require_pkce", said.require_pkce)).map(Into::into),
        nonce: (fields.required("/require_nonce", said.require_nonce)).map(Into::into),
        consent: switch(
            fields.required("/require_consent", said.require_consent),
            ConsentPolicy::Ask,
            ConsentPolicy::FirstParty,
        ),
        refresh_rotation: switch(
            fields.required("/refresh_rotation", said.refresh_rotation),
            RefreshRotation::Rotate,
            RefreshRotation::Keep,
        ),
        ..rest
    }
}

fn openid(fields: &mut Fields, said: &wire::ClientChange, rest: ClientChange) -> ClientChange {
    let id_token = &said.id_token_signed_response_alg;
    let userinfo = &said.userinfo_signed_response_alg;
    let userinfo_alg = cleared_word(fields, "/userinfo_signed_response_alg", userinfo);
    let max_age = said.default_max_age.map(Duration::from_secs);
    ClientChange {
        id_token_alg: kept_word(fields, "/id_token_signed_response_alg", id_token),
        userinfo_alg,
        subject_type: kept_word(fields, "/subject_type", &said.subject_type),
        sector_identifier_uri: cleared(said.sector_identifier_uri.clone()),
        default_max_age: cleared(max_age),
        require_auth_time: fields.required("/require_auth_time", said.require_auth_time),
        ..rest
    }
}

fn encryption(fields: &mut Fields, said: &wire::ClientChange, rest: ClientChange) -> ClientChange {
    ClientChange {
        id_token_encryption_alg: cleared_word(
            fields,
            "/id_token_encrypted_response_alg",
            &said.id_token_encrypted_response_alg,
        ),
        id_token_encryption_enc: cleared_word(
            fields,
            "/id_token_encrypted_response_enc",
            &said.id_token_encrypted_response_enc,
        ),
        userinfo_encryption_alg: cleared_word(
            fields,
            "/userinfo_encrypted_response_alg",
            &said.userinfo_encrypted_response_alg,
        ),
        userinfo_encryption_enc: cleared_word(
            fields,
            "/userinfo_encrypted_response_enc",
            &said.userinfo_encrypted_response_enc,
        ),
        ..rest
    }
}

/// A key set, with everything that is wrong about it.
#[expect(
    clippy::option_option,
    reason = "the service's change has these three cases so"
)]
fn keys(fields: &mut Fields, said: &Patch<Value>) -> Option<Option<ClientJwks>> {
    let Some(document) = cleared(said.clone())? else {
        return Some(None);
    };
    match read_jwks(document.to_string().as_bytes()) {
        Ok(keys) => Some(Some(keys)),
        Err(flaws) => {
            for flaw in flaws {
                let place = flaw
                    .key
                    .map_or_else(String::new, |at| format!("/keys/{at}"));
                fields.wrong(format!("/jwks{place}"), flaw.why);
            }
            None
        }
    }
}

/// What a switch stands for.
fn switch<T>(said: Option<bool>, on: T, off: T) -> Option<T> {
    said.map(|is_on| if is_on { on } else { off })
}

/// What may be empty: to stay, to be cleared, or to become this.
#[expect(
    clippy::option_option,
    reason = "the service's change has these three cases so"
)]
fn cleared<T>(said: Patch<T>) -> Option<Option<T>> {
    match said {
        Patch::Keep => None,
        Patch::Clear => Some(None),
        Patch::Set(value) => Some(Some(value)),
    }
}

fn text<T: FromStr<Err: Display>>(
    fields: &mut Fields,
    pointer: &str,
    said: &Patch<String>,
) -> Option<T> {
    let said = fields.required(pointer, said.clone());
    fields.parse_opt(pointer, said.as_deref())
}

fn list<T: FromStr<Err: Display>>(
    fields: &mut Fields,
    pointer: &str,
    said: &Patch<Vec<String>>,
) -> Option<Vec<T>> {
    let said = fields.required(pointer, said.clone())?;
    Some(fields.parse_all(pointer, &said))
}

/// A word out of a fixed set.
fn word<T: FromStr>(fields: &mut Fields, pointer: &str, text: Option<&str>) -> Option<T> {
    let read = text?.parse();
    if read.is_err() {
        fields.wrong(pointer, UNKNOWN);
    }
    read.ok()
}

/// A word that may be taken away.
#[expect(
    clippy::option_option,
    reason = "the service's change has these three cases so"
)]
fn cleared_word<T: FromStr>(
    fields: &mut Fields,
    pointer: &str,
    said: &Patch<String>,
) -> Option<Option<T>> {
    match cleared(said.clone())? {
        Some(name) => word(fields, pointer, Some(&name)).map(Some),
        None => Some(None),
    }
}

fn kept_word<T: FromStr>(fields: &mut Fields, pointer: &str, said: &Patch<String>) -> Option<T> {
    let said = fields.required(pointer, said.clone());
    word(fields, pointer, said.as_deref())
}

fn words<T: FromStr>(
    fields: &mut Fields,
    pointer: &str,
    said: &Patch<Vec<String>>,
) -> Option<Vec<T>> {
    let said = fields.required(pointer, said.clone())?;
    let numbered = said.iter().enumerate();
    let read = numbered.filter_map(|(at, one)| word(fields, &format!("{pointer}/{at}"), Some(one)));
    Some(read.collect())
}
