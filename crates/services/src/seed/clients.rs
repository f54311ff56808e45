//! From what a seed says of a client, and what is stored of it, to what is to be stored.

use std::str::FromStr;
use std::time::Duration;

use authly_domain::clients::{
    AuthMethod, Client, ClientId, ClientType, ConsentPolicy, LogoutMetadata, MIN_SECRET_BYTES,
    OpenIdMetadata, RefreshRotation, RequestObjectRule,
};
use authly_domain::id::ClientKey;
use authly_domain::network::FetchUrl;
use authly_domain::scopes::Scope;

use super::SeedClient;
use crate::clients::read_jwks;

/// Collects what is wrong with one client.
struct Reader<'p> {
    client_id: &'p str,
    problems: &'p mut Vec<String>,
}

impl Reader<'_> {
    fn problem(&mut self, what: &str) {
        self.problems
            .push(format!("client {}: {what}", self.client_id));
    }

    fn one<T: FromStr>(&mut self, name: &str, text: Option<&String>) -> Option<T> {
        let text = text?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.problem(&format!("{name} {text:?} is not one of the known values"));
        }
        parsed
    }

    fn all<T: FromStr>(&mut self, name: &str, texts: Option<&Vec<String>>) -> Option<Vec<T>>
    where
        T::Err: std::fmt::Display,
    {
        let mut all = Vec::new();
        for text in texts? {
            match text.parse() {
                Ok(one) => all.push(one),
                Err(why) => self.problem(&format!("{name} {text:?}: {why}")),
            }
        }
        Some(all)
    }

    fn scope(&mut self, name: &str, text: Option<&String>) -> Option<Scope> {
        let parsed = text?.parse();
        if let Err(why) = &parsed {
            self.problem(&format!("{name}: {why}"));
        }
        parsed.ok()
    }
}

/// A client as it is to be: what is listed replaces, what is absent stays or has its default.
pub(super) fn client_of(
    seed: &SeedClient,
    present: Option<&Client>,
    key: ClientKey,
    problems: &mut Vec<String>,
) -> Option<Client> {
    let mut read = Reader {
        client_id: &seed.client_id,
        problems,
    };
    let id: Option<ClientId> = seed.client_id.parse().ok();
    let Some(id) = id.filter(|id| id.check_chosen().is_ok()) else {
        read.problem("the client_id is malformed, or reserved for another mechanism");
        return None;
    };
    let mut client = present.cloned().unwrap_or_else(|| Client::new(key, id));
    replace(
        &mut client.client_type,
        read.one("client_type", seed.client_type.as_ref()),
    );
    if present.is_none() && client.client_type == ClientType::Public {
        client.auth_method = AuthMethod::None;
    }
    let method = read.one(
        "token_endpoint_auth_method",
        seed.token_endpoint_auth_method.as_ref(),
    );
    replace(&mut client.auth_method, method);
    let application = read.one("application_type", seed.application_type.as_ref());
    replace(&mut client.application_type, application);
    let redirect_uris = read.all("redirect_uris", seed.redirect_uris.as_ref());
    replace(&mut client.redirect_uris, redirect_uris);
    let logout = read.all(
        "post_logout_redirect_uris",
        seed.post_logout_redirect_uris.as_ref(),
    );
    replace(&mut client.post_logout_redirect_uris, logout);
    replace(
        &mut client.grant_types,
        read.all("grant_types", seed.grant_types.as_ref()),
    );
    replace(
        &mut client.resources,
        read.all("resources", seed.resources.as_ref()),
    );
    let audience = read.all("default_audience", seed.default_audience.as_ref());
    replace(&mut client.default_audience, audience);
    replace(&mut client.scope, read.scope("scope", seed.scope.as_ref()));
    let optional = read.scope("optional_scope", seed.optional_scope.as_ref());
    replace(&mut client.optional_scope, optional);
    replace(&mut client.name, seed.client_name.clone());
    replace(&mut client.is_active, seed.active);
    take_switches(&mut client, seed);
    take_keys(&mut read, &mut client, seed);
    take_logout(&mut read, &mut client.logout, seed);
    take_requests(&mut read, &mut client, seed);
    take_openid(&mut read, &mut client.openid, seed);
    check(&mut read, &client, seed, present.is_some());
    Some(client)
}

fn replace<T>(present: &mut T, listed: Option<T>) {
    if let Some(listed) = listed {
        *present = listed;
    }
}

fn take_switches(client: &mut Client, seed: &SeedClient) {
    let switch = |listed: Option<bool>, on, off| listed.map(|listed| if listed { on } else { off });
    if let Some(rule) = seed.require_pkce {
        client.pkce = rule.into();
    }
    if let Some(rule) = seed.require_nonce {
        client.nonce = rule.into();
    }
    let consent = switch(
        seed.require_consent,
        ConsentPolicy::Ask,
        ConsentPolicy::FirstParty,
    );
    replace(&mut client.consent, consent);
    if let Some(rotate) = seed.refresh_rotation {
        client.refresh_rotation = if rotate {
            RefreshRotation::Rotate
        } else {
            RefreshRotation::Keep
        };
    }
    for (present, listed) in [
        (&mut client.client_uri, &seed.client_uri),
        (&mut client.policy_uri, &seed.policy_uri),
        (&mut client.tos_uri, &seed.tos_uri),
    ] {
        if listed.is_some() {
            present.clone_from(listed);
        }
    }
}

/// How it is told of logouts.
fn take_logout(read: &mut Reader<'_>, logout: &mut LogoutMetadata, seed: &SeedClient) {
    let uri = read.one(
        "backchannel_logout_uri",
        seed.backchannel_logout_uri.as_ref(),
    );
    replace(&mut logout.backchannel_uri, uri.map(Some));
    replace(
        &mut logout.backchannel_session_required,
        seed.backchannel_logout_session_required,
    );
    let uri = read.one(
        "frontchannel_logout_uri",
        seed.frontchannel_logout_uri.as_ref(),
    );
    replace(&mut logout.frontchannel_uri, uri.map(Some));
    replace(
        &mut logout.frontchannel_session_required,
        seed.frontchannel_logout_session_required,
    );
}

fn take_requests(read: &mut Reader<'_>, client: &mut Client, seed: &SeedClient) {
    let requests = &mut client.requests;
    let alg = seed.request_object_signing_alg.as_ref();
    let alg = read.one("request_object_signing_alg", alg);
    replace(&mut requests.alg, alg.map(Some));
    if let Some(is_required) = seed.require_signed_request_object {
        requests.rule = if is_required {
            RequestObjectRule::Required
        } else {
            RequestObjectRule::Optional
        };
    }
    let uris = read.all("request_uris", seed.request_uris.as_ref());
    replace(&mut requests.uris, uris);
}

/// What is listed replaces, so that one place of keys takes the other's.
fn take_keys(read: &mut Reader<'_>, client: &mut Client, seed: &SeedClient) {
    let (profile, alg) = (
        seed.profile.as_ref(),
        seed.token_endpoint_auth_signing_alg.as_ref(),
    );
    replace(&mut client.profile, read.one("profile", profile));
    let alg = read.one("token_endpoint_auth_signing_alg", alg);
    replace(&mut client.assertion_alg, alg.map(Some));
    if seed.jwks.is_some() != seed.jwks_uri.is_some() {
        client.jwks = None;
        client.jwks_uri = None;
    }
    match seed.jwks_uri.as_deref().map(str::parse::<FetchUrl>) {
        Some(Ok(uri)) => client.jwks_uri = Some(uri),
        Some(Err(why)) => read.problem(&format!("jwks_uri: {why}")),
        None => {}
    }
    let Some(document) = &seed.jwks else { return };
    match read_jwks(document.to_string().as_bytes()) {
        Ok(keys) => client.jwks = Some(keys),
        Err(flaws) => {
            for flaw in flaws {
                let place = flaw
                    .key
                    .map_or_else(String::new, |at| format!(".keys[{at}]"));
                read.problem(&format!("jwks{place}: {}", flaw.why));
            }
        }
    }
}

fn take_openid(read: &mut Reader<'_>, openid: &mut OpenIdMetadata, seed: &SeedClient) {
    let (id_token, userinfo, subject_type) = (
        seed.id_token_signed_response_alg.as_ref(),
        seed.userinfo_signed_response_alg.as_ref(),
        seed.subject_type.as_ref(),
    );
    let id_token = read.one("id_token_signed_response_alg", id_token);
    let userinfo = read.one("userinfo_signed_response_alg", userinfo);
    replace(&mut openid.id_token_alg, id_token);
    replace(&mut openid.userinfo_alg, userinfo.map(Some));
    replace(
        &mut openid.subject_type,
        read.one("subject_type", subject_type),
    );
    take_encryption(read, openid, seed);
    let sector = seed.sector_identifier_uri.clone();
    replace(&mut openid.sector_identifier_uri, sector.map(Some));
    let max_age = seed.default_max_age.map(u64::from).map(Duration::from_secs);
    replace(&mut openid.default_max_age, max_age.map(Some));
    replace(&mut openid.require_auth_time, seed.require_auth_time);
}

fn take_encryption(read: &mut Reader<'_>, openid: &mut OpenIdMetadata, seed: &SeedClient) {
    let id_token = &mut openid.id_token_encryption;
    let alg = seed.id_token_encrypted_response_alg.as_ref();
    let alg = read.one("id_token_encrypted_response_alg", alg);
    replace(&mut id_token.alg, alg.map(Some));
    let enc = seed.id_token_encrypted_response_enc.as_ref();
    let enc = read.one("id_token_encrypted_response_enc", enc);
    replace(&mut id_token.enc, enc.map(Some));
    let userinfo = &mut openid.userinfo_encryption;
    let alg = seed.userinfo_encrypted_response_alg.as_ref();
    let alg = read.one("userinfo_encrypted_response_alg", alg);
    replace(&mut userinfo.alg, alg.map(Some));
    let enc = seed.userinfo_encrypted_response_enc.as_ref();
    let enc = read.one("userinfo_encrypted_response_enc", enc);
    replace(&mut userinfo.enc, enc.map(Some));
}

/// What every registration has to be, and what is said about the secret.
fn check(read: &mut Reader<'_>, client: &Client, seed: &SeedClient, is_present: bool) {
    let is_public = client.client_type == ClientType::Public;
    match &seed.client_secret {
        Some(_) if is_public => read.problem("a public client has no client_secret"),
        Some(secret) if secret.expose().len() < MIN_SECRET_BYTES => {
            read.problem("a client_secret has at least 32 bytes");
        }
        Some(_) if !client.auth_method.is_by_secret() => {
            read.problem("a client that authenticates by private_key_jwt has no client_secret");
        }
        None if client.auth_method.is_by_secret() && !is_present => {
            read.problem("a confidential client has a client_secret");
        }
        Some(_) | None => {}
    }
    for flaw in client.flaws() {
        read.problem(&flaw.what);
    }
}
