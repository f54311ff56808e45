//! Documents name files that exist, and nobody's home.

use crate::{assert_none, assert_none_in, tree};

/// How a path begins that is meant from the root of the repository.
const TOPS: [&str; 9] = [
    ".ci/",
    "bins/",
    "crates/",
    "deploy/",
    "docs/",
    "examples/",
    "migrations/",
    "templates/",
    "tests/",
];

/// Where people's files lie on their own machines.
const HOMES: [&str; 3] = ["/home/", concat!("/ro", "ot/"), "/Users/"];

/// The paths that a document names: in `code` from the root, as link targets from its own folder.
fn named_paths(path: &str, markdown: &str) -> Vec<String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let text = outside_fences(markdown);

    let spans = text.split('`').skip(1).step_by(2);
    let from_root = spans
        .filter(|span| TOPS.iter().any(|top| span.starts_with(top)))
        .map(str::to_owned);

    let links = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', '#']).next());
    let from_folder = links
        .filter(|target| !target.is_empty() && !target.contains("://"))
        .map(|target| {
            format!("{folder}/{target}")
                .trim_start_matches('/')
                .to_owned()
        });

    let named = from_root.chain(from_folder);
    named.filter(|name| !is_pattern(name)).collect()
}

/// Whether a name stands for several, or for one yet to come.
fn is_pattern(name: &str) -> bool {
    name.contains([' ', '*', '<', '{', '…', '\n']) || name.contains("NNNN")
}

/// The text without its fenced blocks, whose backquotes would pair up with others.
pub(crate) fn outside_fences(markdown: &str) -> String {
    let mut parts = markdown.split("```").step_by(2);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "\n" + part)
}

/// Lines that name a folder of somebody's own.
fn homes(path: &str, text: &str) -> Vec<String> {
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| {
            HOMES.iter().any(|home| {
                let mut after = line.split(home).skip(1);
                after.any(|rest| rest.starts_with(|first: char| first.is_ascii_alphanumeric()))
            })
        })
        .map(|(index, _)| format!("{path}:{}: names a folder of somebody's own", index + 1))
        .collect()
}

#[test]
fn documents_name_files_that_exist() {
    let root = tree::root();
    let mut complaints = Vec::new();
    for document in tree::files(&[".md"]) {
        for named in named_paths(&document.path, &document.text) {
            if !root.join(&named).exists() {
                complaints.push(format!("{}: {named} does not exist", document.path));
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn no_file_names_a_folder_of_somebodys_own() {
    let endings = [
        ".rs",
        ".md",
        ".toml",
        ".sql",
        ".html",
        "Makefile",
        ".ci/run",
        ".ci/setup",
        ".yaml",
    ];
    let mut files = tree::files(&endings);
    files.retain(|file| !file.path.starts_with("tests/architecture/"));
    assert_none_in(&files, homes);
}

#[test]
fn paths_are_found_in_code_and_in_links() {
    let text = "See `docs/adr/` and [this](0001-layers.md#why), not `docs/NNNN-*.md`,\n\
        [that](https://example.org) nor\n```\ncat `docs/no.md`\n```\nbut `crates/domain`.";

    let named = named_paths("docs/adr/README.md", text);

    assert_eq!(
        named,
        ["docs/adr/", "crates/domain", "docs/adr/0001-layers.md"]
    );
}

#[test]
fn a_home_is_found() {
    assert_eq!(homes("sample.md", "fine\ncd /home/ann/authly").len(), 1);
    assert!(homes("sample.md", "the folder /home/ is no place for a database").is_empty());
}
