//! Client scopes of a realm.

use serde_json::json;

use super::Taken;
use super::export::{ClientScope, Realm, first, saying};

/// Scopes that Authly has as well.
pub(super) const SHARED: [&str; 5] = ["profile", "email", "address", "phone", "offline_access"];

/// Client scopes that every realm has, and Authly has no use for.
pub(super) const BUILT_IN: [&str; 10] = [
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

/// What is read of the attributes, or is as Authly has it.
const KNOWN: [&str; 4] = [
    "consent.screen.text",
    "display.on.consent.screen",
    "gui.order",
    "include.in.token.scope",
];

/// The mappers that the shared scopes have, which yield the claims that they have here.
const MAPPERS: [&str; 20] = [
    "address",
    "birthdate",
    "email",
    "email verified",
    "family name",
    "full name",
    "gender",
    "given name",
    "locale",
    "middle name",
    "nickname",
    "phone number",
    "phone number verified",
    "picture",
    "profile",
    "sub",
    "updated at",
    "username",
    "website",
    "zoneinfo",
];

/// Takes the client scopes of a realm. Answers the names that are here then.
pub(super) fn take<'r>(realm: &'r Realm, taken: &mut Taken) -> Vec<&'r str> {
    let mut known: Vec<&str> = SHARED.to_vec();
    for scope in &realm.client_scopes {
        let name = scope.name.as_str();
        let what = format!("client scope {name}");
        if BUILT_IN.contains(&name) {
            continue;
        }
        if scope
            .protocol
            .as_deref()
            .is_some_and(|kind| kind != "openid-connect")
        {
            taken.note(what, "it is none of OpenID Connect");
            continue;
        }
        let is_shared = SHARED.contains(&name);
        note_the_rest(scope, is_shared, &what, taken);
        if !is_shared {
            known.push(name);
            let said = json!({"name": name, "description": description(scope)});
            taken.scopes.push(said);
        }
    }
    known
}

/// Notes what nothing is made of.
fn note_the_rest(scope: &ClientScope, is_shared: bool, what: &str, taken: &mut Taken) {
    for mapper in &scope.protocol_mappers {
        let name = mapper.name.as_str();
        if !(is_shared && MAPPERS.contains(&name)) {
            let why = "Authly has its own claims";
            taken.note(
                what,
                format!("the protocol mapper {name} is not taken: {why}"),
            );
        }
    }
    let is_off = |name: &str| first(&scope.attributes, name) == Some("false");
    for (name, why) in [
        (
            "display.on.consent.screen",
            "the page of consent shows all scopes",
        ),
        ("include.in.token.scope", "tokens name all their scopes"),
    ] {
        if is_off(name) {
            taken.note(what, format!("the attribute {name} is not taken: {why}"));
        }
    }
    for (name, _) in saying(&scope.attributes, &KNOWN) {
        let why = "Authly has nothing like it";
        taken.note(what, format!("the attribute {name} is not taken: {why}"));
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
