//! Clients of a realm.

use authly_admin_client::WireSecret;
use authly_admin_client::secret::ClientSecret;
use serde_json::{Map, Value};
use url::Url;

use super::Taken;
use super::attributes::{Attributes, PRIVATE_KEY_JWT};
use super::export::{Client, Realm, first, saying};
use super::scopes::{BUILT_IN, SHARED};

/// Clients that every realm has for Keycloak itself.
pub(super) const OWN: [&str; 6] = [
    "account",
    "account-console",
    "admin-cli",
    "broker",
    "realm-management",
    "security-admin-console",
];

/// What is said of a client elsewhere, or means something to Keycloak alone. Scripts of all origins may call
/// what they need of Authly, so that no `webOrigins` are lost.
const KNOWN: [&str; 6] = [
    "id",
    "access",
    "fullScopeAllowed",
    "notBefore",
    "registeredNodes",
    "webOrigins",
];

/// The attribute with the addresses where a browser may go after a logout.
const LOGOUT_URIS: &str = "post.logout.redirect.uris";

/// Whether a client acts for itself as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Acts {
    ForItself,
    ForUsers,
}

/// Takes the clients of a realm, which may ask for the scopes that are known.
pub(super) fn take(realm: &Realm, known: &[&str], taken: &mut Taken) {
    for client in &realm.clients {
        let what = format!("client {}", client.client_id);
        match one(client, &what, known, taken) {
            Ok(mut said) => {
                let mut attributes = Attributes::of(client, &what);
                // It is read with the addresses.
                attributes.take(LOGOUT_URIS);
                attributes.say(client, realm, &mut said, taken);
                note_the_rest(client, known, &what, taken);
                let secret = secret(client, &said, &what, taken);
                taken.clients.push((Value::Object(said), secret));
            }
            Err(why) => taken.note(what, why),
        }
    }
}

/// Notes what nothing was made of.
fn note_the_rest(client: &Client, known: &[&str], what: &str, taken: &mut Taken) {
    for name in client.asks_for() {
        if !known.contains(&name) && !BUILT_IN.contains(&name) {
            taken.note(
                what,
                format!("the scope {name} is not taken: it is not here"),
            );
        }
    }
    for mapper in &client.protocol_mappers {
        let why = if mapper.kind.contains("pairwise") {
            "its users get other subjects"
        } else {
            "claims are those of its scopes"
        };
        let why = format!("the protocol mapper {} is not taken: {why}", mapper.name);
        taken.note(what, why);
    }
    for (name, _) in saying(&client.rest, &KNOWN) {
        taken.note(
            what,
            format!("its {name} is not taken: Authly has nothing like it"),
        );
    }
}

fn one(
    client: &Client,
    what: &str,
    known: &[&str],
    taken: &mut Taken,
) -> Result<Map<String, Value>, String> {
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
                what,
                format!("{flow} is not taken, since OAuth 2.1 has done away with it"),
            );
        }
    }
    let signs_in = client.standard_flow_enabled.unwrap_or(true);
    let acts = if client.service_accounts_enabled && !client.public_client {
        Acts::ForItself
    } else {
        Acts::ForUsers
    };
    let redirect_uris = if signs_in {
        let uris = client.redirect_uris.iter().map(String::as_str);
        whole(uris, "redirect URI", client, what, taken)
    } else {
        Vec::new()
    };
    if signs_in && redirect_uris.is_empty() {
        if acts == Acts::ForUsers {
            return Err("no redirect URI of its can be taken".to_owned());
        }
        taken.note(
            what,
            "nobody signs in through it, since no redirect URI of its can be taken",
        );
    }
    if !signs_in && acts == Acts::ForUsers {
        return Err("no grant of its can be taken".to_owned());
    }
    let logout_uris = logout_uris(client, &redirect_uris, what, taken);
    Ok(said(client, known, redirect_uris, logout_uris, acts))
}

/// The client as a configuration says it.
fn said(
    client: &Client,
    known: &[&str],
    redirect_uris: Vec<String>,
    logout_uris: Vec<String>,
    acts: Acts,
) -> Map<String, Value> {
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
    if let Some(uri) = client.base_url.as_deref().filter(|uri| !uri.is_empty()) {
        say("client_uri", client.below_root(uri).into());
    }
    said
}

/// What it may ask for: of Keycloak's default and optional scopes those that are here.
fn scope(client: &Client, known: &[&str], signs_in: bool) -> String {
    let mut names = if signs_in { vec!["openid"] } else { Vec::new() };
    for name in client.asks_for() {
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
    let said = first(&client.attributes, LOGOUT_URIS).unwrap_or_default();
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
    let mut all = Vec::new();
    for uri in uris {
        let whole = client.below_root(uri);
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

impl Client {
    /// An address, which may stand below the root URL.
    pub(super) fn below_root(&self, uri: &str) -> String {
        let root = self.root_url.as_deref().unwrap_or_default();
        if uri.starts_with('/') {
            format!("{}{uri}", root.trim_end_matches('/'))
        } else {
            uri.to_owned()
        }
    }

    /// Which client scopes it has, by default or on request.
    fn asks_for(&self) -> impl Iterator<Item = &str> {
        let all = self.default_client_scopes.iter();
        all.chain(&self.optional_client_scopes).map(String::as_str)
    }

    /// Whether it authenticates by assertions that it signs.
    pub(super) fn authenticates_by_key(&self) -> bool {
        !self.public_client && self.client_authenticator_type.as_deref() == Some("client-jwt")
    }
}

/// Whether an address is one of an application on a device.
fn is_native(uri: &str) -> bool {
    !(uri.starts_with("https://") || uri.starts_with("http://"))
}

/// The secret of a confidential client, if it can be taken.
fn secret(
    client: &Client,
    said: &Map<String, Value>,
    what: &str,
    taken: &mut Taken,
) -> Option<WireSecret> {
    let method = said.get("token_endpoint_auth_method");
    if client.public_client || method.is_some_and(|method| method == PRIVATE_KEY_JWT) {
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
