//! The cases in `corpus`, each run by the function that fuzzing runs it by.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a case that cannot be read is a failed test"
)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use authly_fuzz::TARGETS;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// What lies in a folder, in order.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("an entry can be read").path());
    let mut entries: Vec<_> = entries.collect();
    entries.sort();
    entries
}

/// Runs the cases of a target.
fn run(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name);
    let mut check = (target.expect("there is such a target").start)();
    let cases = entries(&corpus().join(name));
    assert!(!cases.is_empty(), "{name} has no cases");
    let fails = |case: &PathBuf| {
        let bytes = std::fs::read(case).expect("the case can be read");
        catch_unwind(AssertUnwindSafe(|| check(&bytes))).is_err()
    };
    let failed: Vec<_> = cases.into_iter().filter(fails).collect();
    assert!(failed.is_empty(), "these do not hold: {failed:#?}");
}

#[test]
fn every_target_has_a_folder_of_cases_and_every_folder_a_target() {
    let names = TARGETS.map(|target| corpus().join(target.name));
    assert_eq!(entries(&corpus()), names);
}

#[test]
fn the_cases_of_answer_hold() {
    run("answer");
}

#[test]
fn the_cases_of_http_hold() {
    run("http");
}

#[test]
fn the_cases_of_json_hold() {
    run("json");
}

#[test]
fn the_cases_of_jwt_hold() {
    run("jwt");
}

#[test]
fn the_cases_of_names_hold() {
    run("names");
}

#[test]
fn the_cases_of_network_hold() {
    run("network");
}

#[test]
fn the_cases_of_pkce_hold() {
    run("pkce");
}

#[test]
fn the_cases_of_redirect_uri_hold() {
    run("redirect_uri");
}

#[test]
fn the_cases_of_scope_hold() {
    run("scope");
}

#[test]
fn the_cases_of_sealed_hold() {
    run("sealed");
}

#[test]
fn the_cases_of_seed_hold() {
    run("seed");
}

#[test]
fn the_cases_of_settings_hold() {
    run("settings");
}
