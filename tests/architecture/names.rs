//! A module is named for what it is about.

use crate::rust_source::Source;
use crate::{assert_none_in, tree};

/// Names that say nothing, so that everything ends up there.
const SINKS: [&str; 7] = [
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "misc",
    "utilities",
];

fn complaints(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let without_ending = path.strip_suffix(".rs").unwrap_or(path);
    for part in without_ending.split('/') {
        if part == "mod" {
            found.push(format!(
                "{path}: write foo.rs beside the folder foo, not foo/mod.rs"
            ));
        }
        if SINKS.contains(&part) {
            found.push(format!(
                "{path}: name the module for what it is about, not {part}"
            ));
        }
    }
    for line in Source::parse(text).code.lines() {
        let name = line
            .split_once("mod ")
            .and_then(|(_, rest)| rest.strip_suffix('{'));
        if let Some(name) = name.map(str::trim).filter(|name| SINKS.contains(name)) {
            found.push(format!(
                "{path}: name the module for what it is about, not {name}"
            ));
        }
    }
    found
}

#[test]
fn every_module_is_named_for_what_it_is_about() {
    assert_none_in(&tree::rust_files(), complaints);
}

#[test]
fn a_sink_is_found_by_path_and_in_the_code() {
    assert_eq!(complaints("crates/http/src/utils.rs", "").len(), 1);
    assert_eq!(complaints("crates/http/src/helpers/form.rs", "").len(), 1);
    assert_eq!(complaints("crates/http/src/oauth/mod.rs", "").len(), 1);
    assert_eq!(
        complaints("crates/http/src/oauth.rs", "pub(crate) mod misc {\n}").len(),
        1
    );
    assert!(complaints("crates/http/src/oauth.rs", "mod token;\nmod tests {\n}").is_empty());
}
