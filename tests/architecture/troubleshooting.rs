//! `docs/troubleshooting.md` is searched by message: each message in it is one that the program has,
//! word by word, and what people and applications can be told is all there.

use std::collections::BTreeSet;

use crate::{assert_none, assert_none_in, tree};

/// The file at this path below the root.
fn text(path: &str) -> String {
    std::fs::read_to_string(tree::root().join(path)).expect("the file is there")
}

/// The first cells of the table below this heading, without the table's own head.
fn first_cells<'m>(markdown: &'m str, heading: &str) -> Vec<&'m str> {
    let (_, section) = markdown.split_once(heading).expect("the section is there");
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| "));
    let cells = rows.filter_map(|row| row.split(" | ").next());
    cells.skip(2).collect()
}

/// What stands in `code`.
fn spans(markdown: &str) -> impl Iterator<Item = &str> {
    markdown.split('`').skip(1).step_by(2)
}

/// The texts of pages whose keys have these ends.
fn texts<'t>(fluent: &'t str, begin: &str, end: &str) -> BTreeSet<&'t str> {
    let lines = fluent.lines().filter_map(|line| line.split_once(" = "));
    lines
        .filter(|(key, _)| key.starts_with(begin) && key.ends_with(end))
        .map(|(_, value)| value)
        .collect()
}

/// The error codes that are declared, with their statuses.
fn codes(source: &str) -> Vec<(&str, &str)> {
    let lines = source.lines().filter_map(|line| line.split_once(" = \""));
    lines
        .filter_map(|(_, rest)| rest.split_once("\", "))
        .map(|(code, rest)| (code, rest.trim_end_matches(',')))
        .collect()
}

/// Every text in the code of the program, with those over several lines in one piece.
fn said() -> String {
    let mut files = tree::rust_files();
    files.retain(|file| file.path.contains("/src/") && !file.path.contains("/tests"));
    let texts = files.iter().map(|file| {
        let mut lines = file.text.split("\\\n");
        let first = lines.next().unwrap_or_default().to_owned();
        lines.fold(first, |text, line| text + line.trim_start())
    });
    texts.collect()
}

/// Messages of the page that nothing says.
fn invented(markdown: &str, said: &str) -> Vec<String> {
    let commands = ["chmod ", "authly ", "authly-server "];
    let is_command = |span: &str| commands.iter().any(|command| span.starts_with(command));
    let messages = spans(markdown).filter(|span| span.contains(' ') && !is_command(span));
    let is_said = |part: &str| said.contains(part.trim_matches('`'));
    messages
        .filter(|message| !message.split('…').all(is_said))
        .map(|message| format!("nothing says {message:?}"))
        .collect()
}

/// Settings that a page names and that do not exist.
fn unknown_settings(path: &str, markdown: &str, configuration: &str) -> Vec<String> {
    let documented = |name: &str| configuration.contains(&format!("| `{name}` |"));
    let is_section = |name: &str| configuration.contains(&format!("### `[{name}]`"));
    let is_setting = |span: &&str| {
        let of_a_name = |letter: char| letter.is_ascii_lowercase() || letter == '_';
        span.split_once('.').is_some_and(|(section, name)| {
            is_section(section) && !name.is_empty() && name.chars().all(of_a_name)
        })
    };
    spans(markdown)
        .filter(is_setting)
        .filter(|span| !documented(span))
        .map(|span| format!("{path}: there is no setting {span}"))
        .collect()
}

#[test]
fn every_heading_of_a_page_that_says_what_is_wrong_is_explained() {
    let page = text("docs/troubleshooting.md");
    let fluent = text("templates/texts/en.ftl");
    let explained: BTreeSet<_> = first_cells(&page, "## On a page").into_iter().collect();
    let problems = texts(&fluent, "problem-", "-title");
    assert!(problems.len() > 15, "{problems:?}");

    let missing: Vec<_> = problems.difference(&explained).collect();
    assert!(missing.is_empty(), "not explained: {missing:?}");
    let everything = texts(&fluent, "", "");
    for heading in explained {
        let is_there = everything.iter().any(|text| text.starts_with(heading));
        assert!(is_there, "no page says {heading:?}");
    }
}

#[test]
fn every_error_code_is_explained_with_its_status_and_no_other() {
    let page = text("docs/troubleshooting.md");
    let source = text("crates/protocol/src/oauth/error.rs");
    let declared = codes(&source);
    let cells = first_cells(&page, "## In an answer to the application");
    let explained: BTreeSet<_> = cells.iter().flat_map(|cell| spans(cell)).collect();
    let codes: BTreeSet<_> = declared.iter().map(|(code, _)| *code).collect();
    assert_eq!(explained, codes);

    for cell in cells {
        let Some((_, statuses)) = cell.split_once(" (") else {
            continue;
        };
        let code = spans(cell).next().unwrap_or_default();
        let (_, status) = declared
            .iter()
            .find(|(other, _)| *other == code)
            .expect("a code");
        assert!(statuses.contains(status), "{code} has the status {status}");
    }
}

#[test]
fn every_code_of_the_admin_api_is_explained_and_no_other() {
    let page = text("docs/troubleshooting.md");
    let source = text("crates/protocol/src/admin/problem.rs");
    let cells = first_cells(&page, "## In the admin API");
    let explained: BTreeSet<_> = cells.iter().flat_map(|cell| spans(cell)).collect();
    let declared: BTreeSet<_> = codes(&source).into_iter().map(|(code, _)| code).collect();
    assert_eq!(explained, declared);
}

#[test]
fn every_reason_of_a_refusal_is_listed_with_its_sentence_and_no_other() {
    let page = text("docs/explain.md");
    let source = text("crates/domain/src/refusals/reason.rs");
    let declared: BTreeSet<_> = source
        .lines()
        .filter_map(|line| line.trim().strip_suffix("\";")?.split_once(" = \""))
        .filter_map(|(_, rest)| rest.split_once("\", \""))
        .map(|(reason, sentence)| format!("| `{reason}` | {sentence} |"))
        .collect();
    assert!(declared.len() > 90, "{}", declared.len());
    let (_, listed) = page.split_once("## The reasons").expect("the list");
    let listed: BTreeSet<_> = listed
        .lines()
        .filter(|line| line.starts_with("| `"))
        // Names of settings are written as such.
        .map(|line| match line.split_once("` | ") {
            Some((reason, sentence)) => format!("{reason}` | {}", sentence.replace('`', "")),
            None => line.to_owned(),
        })
        .collect();
    assert_eq!(listed, declared);
}

#[test]
fn every_message_is_one_that_the_program_has() {
    let page = text("docs/troubleshooting.md");
    assert!(first_cells(&page, "## At the start").len() > 5);
    assert_none(&invented(&page, &said()));
}

#[test]
fn every_setting_that_a_page_names_exists() {
    let configuration = text("docs/configuration.md");
    let mut pages = tree::files(&[".md"]);
    // What was said of earlier versions stays.
    pages.retain(|page| page.path != "CHANGELOG.md" && !page.path.starts_with("docs/adr/"));
    assert_none_in(&pages, |path, markdown| {
        unknown_settings(path, markdown, &configuration)
    });
}

#[test]
fn what_is_invented_is_found() {
    let said = "bail!(\"cannot listen on {address}: stop it\")";
    let page = "`cannot listen on …: stop it` or `cannot open …`, `issuer`";
    assert_eq!(invented(page, said), ["nothing says \"cannot open …\""]);

    let configuration = "### `[keys]`: what\n| `keys.master_key` | none |";
    let page = "`keys.master_key`, `keys.master`, `other.thing`, `keys.…`";
    let complaints = unknown_settings("a.md", page, configuration);
    assert_eq!(complaints, ["a.md: there is no setting keys.master"]);
}

#[test]
fn tables_and_sources_are_read_as_they_stand() {
    let page =
        "## One\n| head | x |\n| --- | --- |\n| `a` (400) | b |\n| c | d |\n## Two\n| e | f |";
    assert_eq!(first_cells(page, "## One"), ["`a` (400)", "c"]);
    let source = "    InvalidGrant = \"invalid_grant\", 400,\n        \"The code\";";
    assert_eq!(codes(source), [("invalid_grant", "400")]);
    let fluent = "a-title = A\nproblem-b-title = B: { $c }\n    more";
    assert_eq!(texts(fluent, "problem-", "-title"), ["B: { $c }"].into());
}
