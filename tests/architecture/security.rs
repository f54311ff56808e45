//! `docs/security.md` and `docs/oidc.md` name tests that exist, and no private key is in the repository.

use std::collections::BTreeSet;

use crate::rust_source::Source;
use crate::tree::File;
use crate::{assert_none, assert_none_in, tree};

/// The documents that map requirements to tests, and how many they name at least.
const DOCUMENTS: [(&str, usize); 2] = [("docs/security.md", 100), ("docs/oidc.md", 40)];

/// How a file begins a private key, wherever it stands in it.
const PRIVATE_KEYS: [&str; 2] = [
    concat!("PRIVATE", " KEY-----"),
    concat!("-----BEGIN", " PGP"),
];

/// The crate and the file-system folder of its sources that a path of a test begins with.
const CRATES: [(&str, &str); 13] = [
    ("domain", "crates/domain/"),
    ("protocol", "crates/protocol/"),
    ("crypto", "crates/crypto/"),
    ("repositories", "crates/repositories/"),
    ("services", "crates/services/"),
    ("http", "crates/http/"),
    ("outbound", "crates/outbound/"),
    ("admin-client", "crates/admin-client/"),
    ("embedded-postgres", "crates/embedded-postgres/"),
    ("server", "bins/server/"),
    ("cli", "bins/cli/"),
    ("tests", "tests/"),
    ("examples", "examples/"),
];

/// The paths of tests that the document names: code such as `http limits::a_name`.
fn named_tests(markdown: &str) -> Vec<&str> {
    let spans = markdown.split('`').skip(1).step_by(2);
    spans
        .filter(|span| span.contains(' ') && span.contains("::"))
        .collect()
}

/// The tests of a file: functions that an attribute or a macro runs, by module and name.
fn tests_of(file: &File) -> BTreeSet<String> {
    let code = Source::parse(&file.text).code;
    let mut found = BTreeSet::new();
    let mut is_test = false;
    let mut in_both_modes = false;
    for line in code.lines().map(str::trim) {
        if line.starts_with("#[test]")
            || line.starts_with("#[tokio::test")
            || line.starts_with("#[actix_web::test")
        {
            is_test = true;
        } else if let Some(name) = function(line) {
            if is_test {
                found.insert(name.to_owned());
            }
            is_test = false;
        } else if ["in_both_modes!(", "modules!("].contains(&line) {
            in_both_modes = true;
        } else if line.starts_with(')') {
            in_both_modes = false;
        } else if in_both_modes {
            found.insert(line.trim_end_matches(',').to_owned());
        }
    }
    let module = module_of(&file.path);
    found
        .into_iter()
        .map(|name| format!("{module}::{name}"))
        .collect()
}

/// The name of the function that a line begins.
fn function(line: &str) -> Option<&str> {
    let line = line.strip_prefix("pub(crate) ").unwrap_or(line);
    let rest = line
        .strip_prefix("async ")
        .unwrap_or(line)
        .strip_prefix("fn ")?;
    rest.split(['(', '<']).next()
}

/// The last part of a file's path, which stands before the names of its tests: for unit tests in a
/// file of their own, that of what they are about.
fn module_of(path: &str) -> &str {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let path = path.strip_suffix("/tests").unwrap_or(path);
    let path = path.strip_suffix("/main").unwrap_or(path);
    path.rsplit('/').next().unwrap_or(path)
}

/// What the document names and the sources do not have.
fn missing(document: &File, sources: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for named in named_tests(&document.text) {
        let (package, path) = named.split_once(' ').unwrap_or_default();
        let folder = CRATES.iter().find(|(name, _)| *name == package);
        let exists = folder.is_some_and(|(_, folder)| {
            let files = sources.iter().filter(|file| file.path.starts_with(folder));
            files.into_iter().any(|file| tests_of(file).contains(path))
        });
        if !exists {
            complaints.push(format!("{}: there is no test `{named}`", document.path));
        }
    }
    complaints
}

#[test]
fn every_test_that_the_documents_on_security_and_openid_name_exists() {
    let documents = tree::files(&[".md"]);
    let sources = tree::rust_files();
    for (path, least) in DOCUMENTS {
        let document = documents.iter().find(|file| file.path == path);
        let document = document.expect("the document is there");
        assert!(
            named_tests(&document.text).len() > least,
            "{path} names too few"
        );
        assert_none(&missing(document, &sources));
    }
}

#[test]
fn no_private_key_is_in_the_repository() {
    let endings = [
        ".rs", ".md", ".toml", ".sql", ".html", ".json", ".pem", ".key", ".sh", ".yaml", "Makefile",
    ];
    let files = tree::files(&endings);
    assert_none_in(&files, |path, text| {
        let found = PRIVATE_KEYS.iter().filter(|key| text.contains(*key));
        found.map(|key| format!("{path}: {key}")).collect()
    });
}

#[test]
fn a_test_that_was_renamed_is_found() {
    let sources = [File {
        path: "crates/http/tests/it/limits.rs".to_owned(),
        text: concat!(
            "#[tokio::test]\nasync fn a_name() {}\nfn no_test() {}\n",
            "// #[test]\nfn commented() {}\n",
            "proptest! {\n    #![proptest_config(x)]\n    #[test]\n    fn all(text in \".\") {}\n}\n",
            "in_both_modes!(\n    one,\n    other,\n);\nmodules!(\n    third,\n);\n",
        )
        .to_owned(),
    }];
    let complaints = |text: &str| {
        let document = File {
            path: "docs/security.md".to_owned(),
            text: text.to_owned(),
        };
        missing(&document, &sources).len()
    };
    for name in ["a_name", "all", "one", "other", "third"] {
        assert_eq!(
            complaints(&format!("| x | `http limits::{name}` |")),
            0,
            "{name}"
        );
    }
    for name in [
        "http limits::no_test",
        "http limits::commented",
        "http logs::a_name",
        "cli limits::a_name",
    ] {
        assert_eq!(complaints(&format!("`no::test`, `{name}`")), 1, "{name}");
    }
}

#[test]
fn the_module_of_a_test_is_the_name_of_its_file() {
    for (path, module) in [
        ("crates/crypto/src/keyring/tests.rs", "keyring"),
        ("crates/crypto/src/keyring/tests/hostile.rs", "hostile"),
        ("crates/http/tests/it/limits.rs", "limits"),
        ("tests/leaks/main.rs", "leaks"),
    ] {
        assert_eq!(module_of(path), module);
    }
}
