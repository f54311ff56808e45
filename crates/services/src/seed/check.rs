//! What is wrong with a seed whatever is stored: texts that cannot be, and things listed twice.

use std::collections::BTreeSet;

use authly_domain::users::Username;

use super::profile::texts_of;
use super::{Seed, SeedUser};

/// Adds what is wrong to `problems`.
pub(super) fn check(seed: &Seed, problems: &mut Vec<String>) {
    for (of, what, text) in free_texts(seed) {
        if text.contains('\0') {
            problems.push(format!("{of}: {what} holds a NUL character"));
        }
    }
    let scopes = seed.scopes.iter().map(|scope| scope.name.clone());
    let clients = seed.clients.iter().map(|client| client.client_id.clone());
    check_single("scope", scopes, problems);
    check_single("user", seed.users.iter().map(normal_name), problems);
    check_single("client", clients, problems);
}

/// The name in the form that is unique.
fn normal_name(user: &SeedUser) -> String {
    let read = user.username.parse::<Username>();
    read.map_or_else(
        |_malformed| user.username.clone(),
        |name| name.normal_form().to_owned(),
    )
}

/// Each stands once, or the last one would silently win.
fn check_single(kind: &str, names: impl Iterator<Item = String>, problems: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    let again = names.filter(|name| !seen.insert(name.clone()));
    problems.extend(again.map(|name| format!("{kind} {name:?} is listed more than once")));
}

/// The texts that are stored as they are: whose they are, what they are, and themselves. All others
/// have a form of their own, in which NUL has no place.
fn free_texts(seed: &Seed) -> impl Iterator<Item = (String, &'static str, &str)> {
    let scopes = seed.scopes.iter().map(|scope| {
        let of = format!("scope {:?}", scope.name);
        (of, "description", scope.description.as_str())
    });
    let users = seed.users.iter().flat_map(|user| {
        texts_of(user).map(|(name, text)| (format!("user {}", user.username), name, text))
    });
    scopes.chain(users)
}
