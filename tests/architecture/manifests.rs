//! What every manifest has to say.

use crate::{assert_none_in, tree};

/// Complains about a package that does not take the workspace's lints.
fn lints(path: &str, manifest: &str) -> Option<String> {
    let manifest = manifest
        .parse::<toml::Table>()
        .expect("cargo has read this manifest already");
    let inherited = manifest
        .get("lints")
        .and_then(|lints| lints.get("workspace"))
        .and_then(toml::Value::as_bool);
    let is_package = manifest.contains_key("package");
    (is_package && inherited != Some(true)).then(|| format!("{path}: [lints] workspace = true"))
}

#[test]
fn every_package_takes_the_lints_of_the_workspace() {
    assert_none_in(&tree::files(&["Cargo.toml"]), |path, manifest| {
        lints(path, manifest).into_iter().collect()
    });
}

#[test]
fn a_package_with_lints_of_its_own_is_found() {
    assert!(lints("sample", "[package]\nname = \"a\"").is_some());
    assert!(
        lints(
            "sample",
            "[package]\nname = \"a\"\n[lints]\nworkspace = false"
        )
        .is_some()
    );
    assert!(
        lints(
            "sample",
            "[package]\nname = \"a\"\n[lints]\nworkspace = true"
        )
        .is_none()
    );
}
