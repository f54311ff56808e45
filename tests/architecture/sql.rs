//! SQL has one place, is written out, and is told the time.

use crate::rust_source::{Literal, Source};
use crate::{assert_none_in, tree};

/// How a statement begins that reads or changes rows.
const STATEMENTS: [&str; 4] = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "];

/// Parts of statements that nobody writes by chance.
const PARTS: [&str; 7] = [
    "SELECT ",
    "INSERT INTO ",
    "UPDATE ",
    "DELETE FROM ",
    " WHERE ",
    " JOIN ",
    " VALUES ",
];

/// Ways to ask the database for the time.
const CLOCKS: [&str; 6] = [
    "now()",
    "current_timestamp",
    "current_date",
    "clock_timestamp(",
    "statement_timestamp(",
    "transaction_timestamp(",
];

/// Where SQL stands: storage, the harness that looks behind it, the private server's own tests, and
/// those that look into the database of real servers.
const HOMES: [&str; 5] = [
    "crates/repositories/",
    "crates/testing/",
    "crates/embedded-postgres/tests/",
    "tests/leaks/",
    "tests/resilience/",
];

fn is_statement(text: &str) -> bool {
    text.lines().any(|line| {
        STATEMENTS
            .iter()
            .any(|start| line.trim_start().starts_with(start))
    })
}

/// The literals of a file that `is_bad` holds to be so, one line for each.
fn literals(
    path: &str,
    text: &str,
    complaint: &str,
    is_bad: impl Fn(&Source, &Literal) -> bool,
) -> Vec<String> {
    let source = Source::parse(text);
    let bad = source
        .literals
        .iter()
        .filter(|literal| is_bad(&source, literal));
    bad.map(|literal| format!("{path}:{}: {complaint}", source.line(literal)))
        .collect()
}

/// SQL that is away from home.
fn strays(path: &str, text: &str) -> Vec<String> {
    if HOMES.iter().any(|home| path.starts_with(home)) {
        return Vec::new();
    }
    literals(
        path,
        text,
        "SQL belongs into crates/repositories",
        |_, literal| is_statement(&literal.text),
    )
}

/// SQL that is put together from pieces.
fn built(path: &str, text: &str) -> Vec<String> {
    literals(
        path,
        text,
        "write SQL out: values are parameters",
        |source, literal| {
            let before = source.before(literal).trim_end();
            let is_pattern = before.ends_with("format!(") || before.ends_with("format_args!(");
            is_pattern && PARTS.iter().any(|part| literal.text.contains(part))
        },
    )
}

fn asks_for_the_time(sql: &str) -> bool {
    let sql = sql.to_lowercase();
    CLOCKS.iter().any(|clock| sql.contains(clock))
}

/// SQL in Rust that takes its time from the database.
fn clocks(path: &str, text: &str) -> Vec<String> {
    literals(path, text, "time is a parameter", |_, literal| {
        asks_for_the_time(&literal.text)
    })
}

/// Lines of a migration that take their time from the database. The one trigger that moves
/// `updated_at` may: nobody passes it a parameter, and nothing is decided by it.
fn clocks_in_migration(path: &str, text: &str) -> Vec<String> {
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim_start().starts_with("NEW.updated_at ="))
        .filter(|(_, line)| asks_for_the_time(line.split("--").next().unwrap_or_default()))
        .map(|(index, _)| format!("{path}:{}: time is a parameter", index + 1))
        .collect()
}

#[test]
fn sql_stands_in_the_repositories_alone() {
    let mut files = tree::rust_files();
    files.retain(|file| !file.path.starts_with("tests/architecture/"));
    assert_none_in(&files, strays);
}

#[test]
fn sql_is_never_put_together_from_pieces() {
    assert_none_in(&tree::rust_files(), built);
}

#[test]
fn sql_never_asks_the_database_for_the_time() {
    let mut files = tree::rust_files();
    files.retain(|file| file.path.starts_with("crates/repositories/src/"));
    assert_none_in(&files, clocks);
    assert_none_in(&tree::files(&[".sql"]), clocks_in_migration);
}

#[test]
fn a_stray_statement_is_found() {
    let sample = "const SQL: &str = \"-- users.find\n    SELECT id FROM users\";";

    assert_eq!(strays("crates/http/src/users.rs", sample).len(), 1);
    assert!(strays("crates/repositories/src/users.rs", sample).is_empty());
    assert!(
        strays(
            "crates/http/src/users.rs",
            "// SELECT a user\nlet a = \"Select\";"
        )
        .is_empty()
    );
}

#[test]
fn a_built_statement_is_found() {
    let sample = "let sql = format!(\n    \"DELETE FROM users WHERE name = '{name}'\"\n);";

    assert_eq!(
        built("sample.rs", sample),
        ["sample.rs:2: write SQL out: values are parameters"]
    );
    assert!(built("sample.rs", "query(\"DELETE FROM users WHERE name = $1\")").is_empty());
}

#[test]
fn a_clock_in_sql_is_found() {
    let sample = "const SQL: &str = \"UPDATE codes SET consumed_at = now()\";";
    assert_eq!(clocks("sample.rs", sample).len(), 1);
    assert!(clocks("sample.rs", "let now = clock.now();").is_empty());

    let sample = "-- now() is a comment\ncreated_at timestamptz DEFAULT CURRENT_TIMESTAMP\n";
    assert_eq!(
        clocks_in_migration("V1.sql", sample),
        ["V1.sql:2: time is a parameter"]
    );
}
