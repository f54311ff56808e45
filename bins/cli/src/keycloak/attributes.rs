//! The attributes of a client: what Authly has like them, and a note for each of the others.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Taken;
use super::export::{Client, Realm, first};

/// What Authly signs with, or has others sign with.
pub(super) const SIGNING: [&str; 4] = ["RS256", "PS256", "ES256", "EdDSA"];
/// What ID tokens are signed with unless it is said, in Keycloak as well.
const USUAL_SIGNING: &str = "RS256";
/// How clients authenticate that have a key.
pub(super) const PRIVATE_KEY_JWT: &str = "private_key_jwt";
/// How it lets keys of encrypted answers reach a client.
const KEY_MANAGEMENT: [&str; 4] = [
    "RSA-OAEP-256",
    "ECDH-ES",
    "ECDH-ES+A128KW",
    "ECDH-ES+A256KW",
];
/// What it encrypts answers with.
const ENCRYPTION: [&str; 4] = ["A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM"];

/// Algorithms by their attributes: what Authly calls them, and which of them it has.
const ALGORITHMS: [(&str, &str, &[&str]); 6] = [
    (
        "id.token.signed.response.alg",
        "id_token_signed_response_alg",
        &SIGNING,
    ),
    (
        "user.info.response.signature.alg",
        "userinfo_signed_response_alg",
        &SIGNING,
    ),
    (
        "id.token.encrypted.response.alg",
        "id_token_encrypted_response_alg",
        &KEY_MANAGEMENT,
    ),
    (
        "id.token.encrypted.response.enc",
        "id_token_encrypted_response_enc",
        &ENCRYPTION,
    ),
    (
        "user.info.encrypted.response.alg",
        "userinfo_encrypted_response_alg",
        &KEY_MANAGEMENT,
    ),
    (
        "user.info.encrypted.response.enc",
        "userinfo_encrypted_response_enc",
        &ENCRYPTION,
    ),
];

/// Attributes that mean something to Keycloak alone.
const INTERNAL: [&str; 4] = [
    "client.secret.creation.time",
    "display.on.consent.screen",
    "gui.order",
    "realm_client",
];

/// Values by which Keycloak says nothing.
const NOTHING: [&str; 4] = ["", "-1", "any", "false"];

/// Why the others are not taken, by how their names begin.
const REASONS: [(&str, &str); 13] = [
    ("access.token.", "Authly decides it for all clients"),
    (
        "authorization.",
        "Authly does not sign or encrypt these answers",
    ),
    (
        "client.",
        "refresh_token_idle_lifetime and refresh_token_absolute_lifetime are what is like it",
    ),
    ("dpop.", "the access tokens of Authly are bound to nothing"),
    ("frontchannel.", "it is switched off there"),
    ("jwks.", "it is switched off there, or no key set"),
    ("jwt.credential.", "Authly takes keys as jwks or jwks_uri"),
    ("oauth2.device.", "Authly does not have this grant"),
    ("oidc.ciba.", "Authly does not have this grant"),
    ("pkce.", "challenges are of the method S256 here"),
    ("require.pushed.", "Authly has no pushed requests"),
    ("tls.", "the access tokens of Authly are bound to nothing"),
    (
        "token.endpoint.auth.",
        "it is for clients that authenticate by a key",
    ),
];

/// The attributes of a client of which nothing has been made yet.
pub(super) struct Attributes<'c> {
    left: BTreeMap<&'c str, &'c str>,
    /// What notes are about.
    what: &'c str,
}

impl<'c> Attributes<'c> {
    pub(super) fn of(client: &'c Client, what: &'c str) -> Self {
        let names = client.attributes.keys();
        let texts =
            names.filter_map(|name| Some((name.as_str(), first(&client.attributes, name)?)));
        Self {
            left: texts.filter(|(_, text)| !text.is_empty()).collect(),
            what,
        }
    }

    /// The value of one, if it has any.
    pub(super) fn take(&mut self, name: &str) -> Option<&'c str> {
        self.left.remove(name)
    }

    /// Says of the client what Authly has like them, and notes the others.
    pub(super) fn say(
        mut self,
        client: &Client,
        realm: &Realm,
        said: &mut Map<String, Value>,
        taken: &mut Taken,
    ) {
        self.tokens(said);
        self.logout(client, said);
        self.algorithms(realm, said, taken);
        self.keys(client, said, taken);
        self.requests(said, taken);
        for (name, member) in [("policyUri", "policy_uri"), ("tosUri", "tos_uri")] {
            self.say_as(name, member, said);
        }
        self.note_the_others(taken);
    }

    /// Says a text as it is.
    fn say_as(&mut self, name: &str, member: &str, said: &mut Map<String, Value>) {
        if let Some(text) = self.take(name) {
            said.insert(member.to_owned(), text.into());
        }
    }

    fn tokens(&mut self, said: &mut Map<String, Value>) {
        let lifespan = self.left.get("access.token.lifespan");
        if let Some(seconds) = lifespan.and_then(|text| text.parse::<u64>().ok()) {
            self.take("access.token.lifespan");
            said.insert("access_token_lifetime".to_owned(), seconds.into());
        }
        if self.take("use.refresh.tokens") == Some("false")
            && let Some(Value::Array(grants)) = said.get_mut("grant_types")
        {
            grants.retain(|grant| grant != "refresh_token");
        }
    }

    /// How it is told of logouts. Whether it needs `sid` there is `true` unless it is said.
    fn logout(&mut self, client: &Client, said: &mut Map<String, Value>) {
        for (kind, is_on) in [
            ("backchannel", true),
            ("frontchannel", client.frontchannel_logout),
        ] {
            let required = self.take(&format!("{kind}.logout.session.required"));
            if !is_on {
                continue;
            }
            if let Some(uri) = self.take(&format!("{kind}.logout.url")) {
                said.insert(format!("{kind}_logout_uri"), client.below_root(uri).into());
                let required = required != Some("false");
                said.insert(format!("{kind}_logout_session_required"), required.into());
            }
        }
    }

    fn algorithms(&mut self, realm: &Realm, said: &mut Map<String, Value>, taken: &mut Taken) {
        for (name, member, known) in ALGORITHMS {
            self.algorithm(name, member, known, said, taken);
        }
        if let Some(alg) = realm.default_signature_algorithm.as_deref()
            && SIGNING.contains(&alg)
            && alg != USUAL_SIGNING
        {
            said.entry("id_token_signed_response_alg")
                .or_insert_with(|| alg.into());
        }
    }

    fn algorithm(
        &mut self,
        name: &str,
        member: &str,
        known: &[&str],
        said: &mut Map<String, Value>,
        taken: &mut Taken,
    ) {
        match self.take(name) {
            None | Some("any" | "none" | "unsigned") => {}
            Some(alg) if known.contains(&alg) => {
                said.insert(member.to_owned(), alg.into());
            }
            Some(alg) => self.note(name, &format!("Authly does not have {alg} for it"), taken),
        }
    }

    /// Its keys, and how it authenticates by them. Such clients sign as OpenID Connect has it, which the
    /// profile `oidc` takes.
    fn keys(&mut self, client: &Client, said: &mut Map<String, Value>, taken: &mut Taken) {
        let by_address = self.take("use.jwks.url") == Some("true");
        let by_value = self.take("use.jwks.string") == Some("true");
        let text = self.left.get("jwks.string").copied().unwrap_or_default();
        let keys = serde_json::from_str::<Value>(text).ok();
        if by_address && self.left.contains_key("jwks.url") {
            self.say_as("jwks.url", "jwks_uri", said);
        } else if let Some(keys) = keys.filter(|keys| by_value && keys.is_object()) {
            self.take("jwks.string");
            said.insert("jwks".to_owned(), keys);
        } else {
            return;
        }
        said.insert("profile".to_owned(), "oidc".into());
        if client.authenticates_by_key() {
            said.insert(
                "token_endpoint_auth_method".to_owned(),
                PRIVATE_KEY_JWT.into(),
            );
            let member = "token_endpoint_auth_signing_alg";
            self.algorithm(
                "token.endpoint.auth.signing.alg",
                member,
                &SIGNING,
                said,
                taken,
            );
        }
    }

    /// How it signs its requests.
    fn requests(&mut self, said: &mut Map<String, Value>, taken: &mut Taken) {
        let (name, member) = ("request.object.signature.alg", "request_object_signing_alg");
        self.algorithm(name, member, &SIGNING, said, taken);
        let name = "request.object.required";
        match self.take(name) {
            None | Some("not required") => {}
            Some(how) => {
                said.insert("require_signed_request_object".to_owned(), true.into());
                if how != "request or request_uri" {
                    let why = "it may send them by value and by reference";
                    self.note(name, why, taken);
                }
            }
        }
        let name = "request.uris";
        let uris = self.take(name).unwrap_or_default().split("##");
        let (patterns, uris): (Vec<_>, Vec<_>) = uris
            .filter(|uri| !uri.is_empty())
            .partition(|uri| uri.contains('*'));
        for uri in patterns {
            self.note(name, &format!("{uri} is a pattern"), taken);
        }
        if !uris.is_empty() {
            said.insert("request_uris".to_owned(), uris.into());
        }
    }

    fn note(&self, name: &str, why: &str, taken: &mut Taken) {
        taken.note(
            self.what,
            format!("the attribute {name} is not taken: {why}"),
        );
    }

    fn note_the_others(&mut self, taken: &mut Taken) {
        if self.left.get("pkce.code.challenge.method") == Some(&"S256") {
            self.take("pkce.code.challenge.method");
        }
        for (name, text) in &self.left {
            if INTERNAL.contains(name) || NOTHING.contains(text) {
                continue;
            }
            let mut reasons = REASONS.iter();
            let reason = reasons.find(|(begin, _)| name.starts_with(begin));
            let why = reason.map_or("Authly has nothing like it", |(_, why)| why);
            self.note(name, why, taken);
        }
    }
}
