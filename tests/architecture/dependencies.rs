//! The layers: each package uses what the table says, and nothing else.

mod table;

use std::process::Command;

use serde_json::Value;

use self::table::{Row, SMALL, TABLE, TEST_TOOLS};
use crate::{assert_none, tree};

/// That one package names another in its manifest.
struct Edge {
    from: String,
    to: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Part of what is built: `[dependencies]` and `[build-dependencies]`.
    Built,
    /// `[dev-dependencies]`.
    Tests,
}

/// The packages of the workspace, as cargo describes them.
fn packages() -> Vec<Value> {
    let arguments = "metadata --format-version 1 --no-deps --locked --offline";
    let output = Command::new(env!("CARGO"))
        .args(arguments.split(' '))
        .current_dir(tree::root())
        .output()
        .expect("cargo can be started");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );

    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    list(&metadata, "packages").clone()
}

fn edges(package: &Value) -> Vec<Edge> {
    list(package, "dependencies")
        .iter()
        .map(|dependency| Edge {
            from: name(package),
            to: name(dependency),
            kind: kind(dependency),
        })
        .collect()
}

fn list<'v>(value: &'v Value, key: &str) -> &'v Vec<Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .expect("cargo's description has this list")
}

fn name(package: &Value) -> String {
    package
        .get("name")
        .and_then(Value::as_str)
        .expect("a package has a name")
        .to_owned()
}

fn kind(dependency: &Value) -> Kind {
    match dependency.get("kind").and_then(Value::as_str) {
        Some("dev") => Kind::Tests,
        _ => Kind::Built,
    }
}

fn is_allowed(row: &Row, edge: &Edge) -> bool {
    let to = &edge.to.as_str();
    let is_for_tests = row.in_tests.contains(to) || TEST_TOOLS.contains(to) || SMALL.contains(to);
    row.ours.contains(to)
        || row.theirs.contains(to)
        || row.small.contains(to)
        || (edge.kind == Kind::Tests && is_for_tests)
}

fn complaint(edge: &Edge) -> Option<String> {
    let Some(row) = TABLE.iter().find(|row| row.package == edge.from) else {
        return Some(format!(
            "{} has no row in the table of dependencies",
            edge.from
        ));
    };
    (!is_allowed(row, edge)).then(|| {
        format!(
            "{} must not use {}: see the table of dependencies",
            edge.from, edge.to
        )
    })
}

#[test]
fn every_package_uses_only_what_its_layer_may() {
    let edges = packages().iter().flat_map(edges).collect::<Vec<_>>();
    assert_none(&edges.iter().filter_map(complaint).collect::<Vec<_>>());
}

#[test]
fn the_table_has_a_row_for_each_package_and_no_other() {
    let mut packages = packages().iter().map(name).collect::<Vec<_>>();
    let mut rows = TABLE
        .iter()
        .map(|row| row.package.to_owned())
        .collect::<Vec<_>>();
    packages.sort();
    rows.sort();
    assert_eq!(rows, packages);
}

#[test]
fn an_edge_against_the_layers_is_found() {
    for (from, to, kind) in [
        ("authly-domain", "authly-crypto", Kind::Built),
        ("authly-domain", "tokio", Kind::Built),
        ("authly-domain", "authly-testing", Kind::Tests),
        ("authly-http", "authly-repositories", Kind::Built),
        ("authly-http", "authly-crypto", Kind::Tests),
        ("authly-http", "reqwest", Kind::Built),
        ("authly-http", "authly-testing", Kind::Built),
        ("authly-services", "josekit", Kind::Built),
        ("authly-services", "a-crate-nobody-knows", Kind::Built),
        ("authly-services", "a-crate-nobody-knows", Kind::Tests),
        ("authly-cli", "authly-services", Kind::Built),
        ("a-package-nobody-knows", "serde", Kind::Built),
    ] {
        let edge = Edge {
            from: from.to_owned(),
            to: to.to_owned(),
            kind,
        };
        assert!(complaint(&edge).is_some(), "{from} may use {to}");
    }
}

#[test]
fn an_edge_along_the_layers_is_fine() {
    for (from, to, kind) in [
        ("authly-services", "authly-repositories", Kind::Built),
        ("authly-http", "actix-web", Kind::Built),
        ("authly-http", "authly-testing", Kind::Tests),
        ("authly-http", "reqwest", Kind::Tests),
        ("authly-protocol", "serde_json", Kind::Tests),
    ] {
        let edge = Edge {
            from: from.to_owned(),
            to: to.to_owned(),
            kind,
        };
        assert_eq!(complaint(&edge), None);
    }
}
