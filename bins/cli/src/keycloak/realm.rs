//! What else a realm has, which is noted: nothing of it is taken.

use serde_json::Value;

use super::Taken;
use super::clients::OWN;
use super::export::{Realm, saying};

/// What is said of a realm in other words, or says nothing elsewhere.
const KNOWN: [&str; 4] = ["id", "enabled", "keycloakVersion", "defaultRole"];

/// Notes everything of a realm that is neither a scope nor a client nor a user.
pub(super) fn note(realm: &Realm, taken: &mut Taken) {
    let of_clients = realm.roles.client.iter();
    let of_clients = of_clients.filter(|(client, _)| !OWN.contains(&client.as_str()));
    let client_roles: usize = of_clients.map(|(_, roles)| roles.len()).sum();
    for (kind, count) in [
        ("realm roles", realm.roles.realm.len()),
        ("client roles", client_roles),
    ] {
        if count > 0 {
            taken.note(format!("{count} {kind}"), NOTHING_LIKE_IT);
        }
    }
    let mut settings = Vec::new();
    for (name, value) in saying(&realm.rest, &KNOWN) {
        match count(value) {
            0 => settings.push(name),
            count => taken.note(format!("{count} {}", words(name)), reason(name)),
        }
    }
    if let Some(alg) = &realm.default_signature_algorithm
        && !super::attributes::SIGNING.contains(&alg.as_str())
    {
        settings.push("defaultSignatureAlgorithm");
    }
    if !settings.is_empty() {
        let why = format!(
            "they are not taken, Authly has its own (docs/configuration.md): {}",
            settings.join(", ")
        );
        taken.note("settings of the realm", why);
    }
}

const NOTHING_LIKE_IT: &str = "Authly has nothing like them";

fn reason(name: &str) -> &'static str {
    match name {
        "requiredActions" | "authenticationFlows" | "authenticatorConfig" => {
            "users log in by the pages of Authly"
        }
        "components" => "Authly has keys of its own, and no users of other directories",
        "scopeMappings" | "clientScopeMappings" => "they are about roles",
        _ => NOTHING_LIKE_IT,
    }
}

/// How many things a member holds; none for what is a setting.
fn count(value: &Value) -> usize {
    match value {
        Value::Array(entries) => entries.iter().filter(|entry| entry.is_object()).count(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

/// The name of a member as words: `identityProviders` are `identity providers`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}
