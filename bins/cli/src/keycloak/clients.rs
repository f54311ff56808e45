//! Clients and client scopes of a realm.

use authly_admin_client::WireSecret;
use authly_admin_client::secret::ClientSecret;
use serde_json::{Map, Value, json};
use url::Url;

use super::Taken;
use super::export::{Client, ClientScope, Realm, first};

/// Clients that every realm has for Keycloak itself.
const OWN: [&str; 6] = [
    "account",
    "account-console",
    "admin-cli",
    "broker",
    "realm-management",
    "security-admin-console",
];

/// Scopes that Authly has as well.
const SHARED: [&str; 5] = ["profile", "email", "address", "phone", "offline_access"];

/// Client scopes that every realm has, and Authly has no use for.
const BUILT_IN: [&str; 10] = [
    "roles",
    "web-origins",
    "acr",
    "basic",
    "microprofile-jwt",
    "role_list",
    "saml_organization",
    "organization",
    "service_account",
    "openid",
];

/// Whether a client acts for itself as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Acts {
    ForItself,
    ForUsers,
}

/// Takes scopes and clients of a realm.
pub(super) fn take(realm: &Realm, taken: &mut Taken) {
    for (kind, count) in [
        ("realm roles", realm.roles.realm.len()),
        ("groups", realm.groups.len()),
        ("identity providers", realm.identity_providers.len()),
    ] {
        if count > 0 {
            taken.note(format!("{count} {kind}"), "Authly has nothing like them");
        }
    }
    let mut known: Vec<&str> = SHARED.to_vec();
    for scope in &realm.client_scopes {
        let name = scope.name.as_str();
        if SHARED.contains(&name) || BUILT_IN.contains(&name) {
            continue;
        }
        if scope
            .protocol
            .as_deref()
            .is_some_and(|kind| kind != "openid-connect")
        {
            taken.note(
                format!("client scope {name}"),
                "it is none of OpenID Connect",
            );
            continue;
        }
        known.push(name);
        taken
            .scopes
            .push(json!({"name": name, "description": description(scope)}));
    }
    for client in &realm.clients {
        let what = format!("client {}", client.client_id);
        match one(client, &known, taken) {
            Ok(said) => {
                let secret = secret(client, &what, taken);
                taken.clients.push((said, secret));
            }
            Err(why) => taken.note(what, why),
        }
    }
}

/// What people read: Keycloak's own words may be names of translations.
fn description(scope: &ClientScope) -> String {
    let words = [
        first(&scope.attributes, "consent.screen.text"),
        scope.description.as_deref(),
    ];
    let mut words = words.into_iter().flatten();
    let said = words.find(|text| !text.is_empty() && !text.starts_with("${"));
    said.unwrap_or(&scope.name).to_owned()
}

fn one(client: &Client, known: &[&str], taken: &mut Taken) -> Result<Value, String> {
    let what = format!("client {}", client.client_id);
    if OWN.contains(&client.client_id.as_str()) || client.client_id.ends_with("-realm") {
        return Err("it is one of Keycloak's own".to_owned());
    }
    if client
        .protocol
        .as_deref()
        .is_some_and(|kind| kind != "openid-connect")
    {
        return Err("it does not speak OpenID Connect".to_owned());
    }
    if client.bearer_only {
        return Err(
            "it only takes tokens: it needs no client, and may become a resource server".to_owned(),
        );
    }
    for (is_on, flow) in [
        (client.implicit_flow_enabled, "the implicit flow"),
        (client.direct_access_grants_enabled, "the grant by password"),
    ] {
        if is_on {
            taken.note(
                &what,
                format!("{flow} is not taken, since OAuth 2.1 has done away with it"),
            );
        }
    }
    if !client.protocol_mappers.is_empty() {
        taken.note(&what, "its protocol mappers are not taken");
    }
    let signs_in = client.standard_flow_enabled.unwrap_or(true);
    let acts = if client.service_accounts_enabled && !client.public_client {
        Acts::ForItself
    } else {
        Acts::ForUsers
    };
    let redirect_uris = if signs_in {
        let uris = client.redirect_uris.iter().map(String::as_str);
        whole(uris, "redirect URI", client, &what, taken)
    } else {
        Vec::new()
    };
    if signs_in && redirect_uris.is_empty() {
        if acts == Acts::ForUsers {
            return Err("no redirect URI of its can be taken".to_owned());
        }
        taken.note(
            &what,
            "nobody signs in through it, since no redirect URI of its can be taken",
        );
    }
    if !signs_in && acts == Acts::ForUsers {
        return Err("no grant of its can be taken".to_owned());
    }
    let logout_uris = logout_uris(client, &redirect_uris, &what, taken);
    Ok(said(client, known, redirect_uris, logout_uris, acts))
}

/// The client as a configuration says it.
fn said(
    client: &Client,
    known: &[&str],
    redirect_uris: Vec<String>,
    logout_uris: Vec<String>,
    acts: Acts,
) -> Value {
    let signs_in = !redirect_uris.is_empty();
    let mut grants = Vec::new();
    if signs_in {
        grants.extend(["authorization_code", "refresh_token"]);
    }
    if acts == Acts::ForItself {
        grants.push("client_credentials");
    }
    let mut said = Map::new();
    let mut say = |name: &str, value: Value| said.insert(name.to_owned(), value);
    say("client_id", client.client_id.clone().into());
    if let Some(name) = client
        .name
        .as_ref()
        .filter(|name| !name.is_empty() && !name.starts_with("${"))
    {
        say("client_name", name.clone().into());
    }
    if client.public_client {
        say("client_type", "public".into());
    }
    if client.enabled == Some(false) {
        say("is_active", false.into());
    }
    if client.consent_required {
        say("require_consent", true.into());
    }
    if redirect_uris.iter().any(|uri| is_native(uri)) {
        say("application_type", "native".into());
    }
    say("grant_types", grants.into());
    say("scope", scope(client, known, signs_in).into());
    if signs_in {
        say("redirect_uris", redirect_uris.into());
        if !logout_uris.is_empty() {
            say("post_logout_redirect_uris", logout_uris.into());
        }
    }
    let lifespan = first(&client.attributes, "access.token.lifespan");
    if let Some(seconds) = lifespan.and_then(|text| text.parse::<u64>().ok()) {
        say("access_token_lifetime", seconds.into());
    }
    Value::Object(said)
}

/// What it may ask for: of Keycloak's default and optional scopes those that are here.
fn scope(client: &Client, known: &[&str], signs_in: bool) -> String {
    let mut names = if signs_in { vec!["openid"] } else { Vec::new() };
    let all = client.default_client_scopes.iter();
    for name in all.chain(&client.optional_client_scopes) {
        let name = name.as_str();
        // Claims and offline access are about users.
        let is_fit = known.contains(&name) && (signs_in || !SHARED.contains(&name));
        if is_fit && !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(" ")
}

/// Where a browser may go after a logout: `+` is wherever answers may go, `-` is nowhere.
fn logout_uris(
    client: &Client,
    redirect_uris: &[String],
    what: &str,
    taken: &mut Taken,
) -> Vec<String> {
    let said = first(&client.attributes, "post.logout.redirect.uris").unwrap_or_default();
    let own = said.split("##").filter(|uri| !["", "+", "-"].contains(uri));
    let mut all = whole(own, "post-logout redirect URI", client, what, taken);
    if said.split("##").any(|uri| uri == "+") {
        all.extend_from_slice(redirect_uris);
    }
    all
}

/// Whole addresses. Keycloak takes patterns and addresses below the root URL; Authly compares all of it
/// (OAuth 2.1 §4.1.3).
fn whole<'u>(
    uris: impl Iterator<Item = &'u str>,
    kind: &str,
    client: &Client,
    what: &str,
    taken: &mut Taken,
) -> Vec<String> {
    let root = client.root_url.as_deref().unwrap_or_default();
    let mut all = Vec::new();
    for uri in uris {
        let whole = if uri.starts_with('/') {
            format!("{}{uri}", root.trim_end_matches('/'))
        } else {
            uri.to_owned()
        };
        if whole.contains('*') {
            taken.note(
                what,
                format!("the {kind} {uri} is not taken: it is a pattern"),
            );
        } else if whole.contains("${") || Url::parse(&whole).is_err() {
            taken.note(
                what,
                format!("the {kind} {uri} is not taken: it is not absolute"),
            );
        } else if !all.contains(&whole) {
            all.push(whole);
        }
    }
    all
}

/// Whether an address is one of an application on a device.
fn is_native(uri: &str) -> bool {
    !(uri.starts_with("https://") || uri.starts_with("http://"))
}

/// The secret of a confidential client, if it can be taken.
fn secret(client: &Client, what: &str, taken: &mut Taken) -> Option<WireSecret> {
    if client.public_client {
        return None;
    }
    let kind = client.client_authenticator_type.as_deref();
    let secret = client.secret.as_ref().map_or("", WireSecret::expose);
    let why = if kind.is_some_and(|kind| kind != "client-secret") {
        "it authenticates in another way in Keycloak, and gets a secret"
    } else if secret.is_empty() || secret.bytes().all(|byte| byte == b'*') {
        "the export has no secret, and it gets another one"
    } else if ClientSecret::new(secret.to_owned()).check_form().is_err() {
        "its secret is too short or has odd characters, and it gets another one"
    } else {
        return client.secret.clone();
    };
    taken.note(what, why);
    None
}
