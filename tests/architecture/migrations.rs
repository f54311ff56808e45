//! Migrations have names that their runner takes: it passes over any other file without a word.

use std::collections::BTreeMap;

use crate::tree::File;
use crate::{assert_none, tree};

/// The number in the name of a migration: `V0001__create_users.sql`.
fn number(name: &str) -> Option<u32> {
    let rest = name.strip_prefix('V')?.strip_suffix(".sql")?;
    let (number, words) = rest.split_once("__")?;
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let is_named = words.starts_with(|first: char| first.is_ascii_lowercase());
    let fits = number.len() == 4 && is_named && words.bytes().all(is_plain);
    number.parse().ok().filter(|_number| fits)
}

fn complaints(files: &[File]) -> Vec<String> {
    let mut taken = BTreeMap::new();
    let mut found = Vec::new();
    for File { path, .. } in files {
        let name = path.rsplit('/').next().unwrap_or_default();
        match number(name) {
            None => found.push(format!("{path}: call it V0001__what_it_does.sql")),
            Some(number) => {
                if let Some(other) = taken.insert(number, path) {
                    found.push(format!("{path}: {other} has that number"));
                }
            }
        }
    }
    found
}

#[test]
fn every_migration_has_a_name_that_its_runner_takes_and_a_number_of_its_own() {
    let mut files = tree::files(&["sql", "SQL", "rs"]);
    files.retain(|file| file.path.starts_with("migrations/"));
    assert!(files.len() > 5, "the migrations are elsewhere");
    assert_none(&complaints(&files));
}

#[test]
fn a_migration_that_would_be_passed_over_is_found() {
    let files = |names: &[&str]| -> Vec<_> {
        let file = |name: &&str| File {
            path: format!("migrations/{name}"),
            text: String::new(),
        };
        names.iter().map(file).collect()
    };
    for name in [
        "v0001__create_users.sql",
        "V1__create_users.sql",
        "V0001_create_users.sql",
        "V0001__create-users.sql",
        "V0001__.sql",
        "V0001__create_users.SQL",
        "create_users.sql",
    ] {
        assert_eq!(complaints(&files(&[name])).len(), 1, "{name}");
    }
    assert_eq!(
        complaints(&files(&["V0001__a.sql", "V0002__b.sql"])),
        Vec::<String>::new()
    );
    assert_eq!(
        complaints(&files(&["V0001__a.sql", "V0001__b.sql"])).len(),
        1
    );
}
