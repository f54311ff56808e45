//! Rules of the code base that the compiler does not hold, held as tests.
//!
//! Each module is one concern. It looks for breaches with plain functions from text to a list of
//! complaints, runs them over this repository, and shows on a bad sample that they do find some.

#![expect(
    clippy::expect_used,
    reason = "a repository that cannot be read is a failed test, also in the functions between"
)]

mod attributes;
mod book;
mod dependencies;
mod documents;
mod features;
mod manifests;
mod migrations;
mod names;
mod rust_source;
mod security;
mod sql;
mod tree;
mod troubleshooting;

/// Fails if `check`, given the path and text of a file, complains about any of `files`.
fn assert_none_in(files: &[tree::File], check: impl Fn(&str, &str) -> Vec<String>) {
    assert!(!files.is_empty(), "there are no files to check");
    let complaints = files.iter().flat_map(|file| check(&file.path, &file.text));
    assert_none(&complaints.collect::<Vec<_>>());
}

/// Fails with one line for each complaint.
fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
