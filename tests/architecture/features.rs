//! One word for each feature, the same in every layer.

use std::collections::BTreeSet;

use crate::{assert_none, tree};

/// The features of Authly. `git ls-files '*tokens*'` lists one across the layers.
const FEATURES: &[&str] = &[
    "audit",
    "authorizations",
    "clients",
    "consents",
    "devices",
    "grants",
    "jobs",
    "keys",
    "logout",
    "refusals",
    "registration",
    "resource_servers",
    "scopes",
    "sessions",
    "tokens",
    "users",
];

/// What repositories need beside features: the database itself, and counters that cut across.
const STORAGE: &[&str] = &[
    "conn",
    "db",
    "error",
    "idempotency",
    "migrate",
    "params",
    "pooler",
    "row",
    "settings",
    "system",
    "throttle",
    "unit_of_work",
    "walk",
];

/// What services need beside features: what they are built with, and what no feature owns.
const DECISIONS: &[&str] = &[
    "account",
    "admin",
    "assembly",
    "bootstrap",
    "context",
    "demo",
    "discovery",
    "health",
    "idempotency",
    "metrics",
    "paging",
    "policy",
    "ports",
    "seed",
    "settings",
    "system",
    "throttle",
    "userinfo",
    "walk",
    "watch",
];

/// The modules right below `folder` that are neither a feature nor in `others`.
fn strangers(paths: &[&str], folder: &str, others: &[&str]) -> Vec<String> {
    let below = paths
        .iter()
        .filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/'));
    let modules = below
        .filter_map(|path| path.split('/').next())
        .map(|part| part.strip_suffix(".rs").unwrap_or(part))
        .filter(|module| *module != "lib")
        .collect::<BTreeSet<_>>();
    modules
        .into_iter()
        .filter(|module| !FEATURES.contains(module) && !others.contains(module))
        .map(|module| format!("{folder}/{module} is no feature of tests/architecture/features.rs"))
        .collect()
}

#[test]
fn modules_of_repositories_and_services_are_named_by_their_feature() {
    let files = tree::rust_files();
    let paths = files
        .iter()
        .map(|file| file.path.as_str())
        .collect::<Vec<_>>();

    let mut complaints = strangers(&paths, "crates/repositories/src", STORAGE);
    complaints.extend(strangers(&paths, "crates/services/src", DECISIONS));
    assert_none(&complaints);
}

#[test]
fn a_module_with_a_word_of_its_own_is_found() {
    let paths = [
        "src/lib.rs",
        "src/tokens.rs",
        "src/tokens/refresh.rs",
        "src/oauth/token.rs",
    ];

    let found = strangers(&paths, "src", &["db"]);

    assert_eq!(
        found,
        ["src/oauth is no feature of tests/architecture/features.rs"]
    );
}
