//! The texts in the binary are complete and used, and wrong ones are found.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pretty_assertions::assert_eq;

use super::super::directory::Sources;
use super::super::embedded::TEMPLATES;
use super::*;
use crate::respond::PageProblem;

/// What is written by its key, and what it is told.
type Calls = Vec<(String, BTreeSet<String>)>;

/// Everything up to the parenthesis that closes, and what is behind it.
fn until_closed(text: &str) -> (&str, &str) {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' if depth == 0 => return (&text[..at], &text[at + 1..]),
            ')' => depth -= 1,
            _ => {}
        }
    }
    panic!("a call that does not end: {text}");
}

/// The names before an equals sign, outside of inner parentheses.
fn named_arguments(inside: &str) -> BTreeSet<String> {
    let mut depth = 0_usize;
    let mut names = BTreeSet::new();
    let mut name = String::new();
    for letter in inside.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            '=' if depth == 0 => {
                names.insert(std::mem::take(&mut name));
            }
            letter if letter.is_ascii_alphanumeric() || letter == '_' => name.push(letter),
            _ => name.clear(),
        }
    }
    names
}

/// The calls `t("key", name=…)` of a template.
fn calls_of_template(source: &str) -> Calls {
    let mut calls = Calls::new();
    for (at, _) in source.match_indices("t(\"") {
        let before = source[..at].chars().next_back();
        if before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_') {
            continue;
        }
        let (key, rest) = source[at + 3..].split_once('"').unwrap();
        let (inside, _) = until_closed(rest);
        calls.push((key.to_owned(), named_arguments(inside)));
    }
    calls
}

/// The calls `Text::key("key").with("name", …)` and `.with_name("name", …)` of Rust code.
fn calls_of_rust(source: &str) -> Calls {
    let mut calls = Calls::new();
    for (at, begin) in source.match_indices("Text::key(\"") {
        let (key, rest) = source[at + begin.len()..].split_once('"').unwrap();
        let (_, mut rest) = until_closed(rest);
        let mut told = BTreeSet::new();
        loop {
            rest = rest.trim_start();
            let told_one = [".with(\"", ".with_name(\""];
            let found = told_one.iter().find_map(|call| rest.strip_prefix(call));
            if let Some(inside) = found {
                told.insert(inside.split('"').next().unwrap().to_owned());
                rest = until_closed(inside).1;
            } else if let Some(inside) = rest.strip_prefix(".with_wait(") {
                told.extend(["unit", "count"].map(str::to_owned));
                rest = until_closed(inside).1;
            } else {
                break;
            }
        }
        calls.push((key.to_owned(), told));
    }
    calls
}

/// The code below a folder, without tests and samples.
fn code(folder: &Path, into: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != "tests" {
            code(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs")
            && !["tests.rs", "samples.rs"].contains(&name)
        {
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap().to_owned();
            into.push(text);
        }
    }
}

/// Every text that the pages write.
fn every_call() -> Calls {
    let mut calls = Calls::new();
    for (_, source) in TEMPLATES {
        calls.extend(calls_of_template(source));
    }
    let mut sources = Vec::new();
    code(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut sources,
    );
    assert!(sources.len() > 40, "{}", sources.len());
    for source in sources {
        calls.extend(calls_of_rust(&source));
    }
    for problem in PageProblem::ALL {
        let entry = problem.entry();
        let keys = [entry.title, entry.what, entry.next];
        calls.extend(keys.map(|key| (key.to_owned(), BTreeSet::new())));
    }
    calls.push(("language-name".to_owned(), BTreeSet::new()));
    calls
}

fn embedded() -> Catalogue {
    let mut problems = Problems::default();
    let catalogue = Catalogue::read(&Sources::embedded().texts, &mut problems);
    catalogue.check(&mut problems);
    problems.unless_any(catalogue).unwrap()
}

#[test]
fn every_text_that_is_written_is_there_in_every_language_and_told_what_it_uses() {
    let catalogue = embedded();
    let tags: Vec<_> = catalogue.messages.keys().map(String::as_str).collect();
    assert_eq!(tags, ["de", "en"]);
    let calls = every_call();
    assert!(calls.len() > 60, "{calls:?}");
    for (tag, messages) in &catalogue.messages {
        for (key, told) in &calls {
            assert!(messages.has(key), "{key} is missing in {tag}");
            let used = messages.variables(key);
            let untold: Vec<_> = used.iter().filter(|one| !told.contains(**one)).collect();
            assert!(untold.is_empty(), "{key} in {tag} is not told {untold:?}");
        }
    }
}

#[test]
fn every_text_is_used() {
    let catalogue = embedded();
    let calls = every_call();
    let called: BTreeSet<_> = calls.iter().map(|(key, _)| key.as_str()).collect();
    for (tag, messages) in &catalogue.messages {
        let referred = messages.referred();
        let unused: Vec<_> = messages
            .keys()
            .filter(|key| !key.starts_with("scope-"))
            .filter(|key| !called.contains(key) && !referred.contains(key))
            .collect();
        assert_eq!(unused, Vec::<&str>::new(), "{tag}");
    }
}

#[test]
fn every_language_has_the_same_texts() {
    let catalogue = embedded();
    let keys = |tag: &str| -> Vec<_> { catalogue.messages[tag].keys().collect() };
    for tag in catalogue.messages.keys() {
        assert_eq!(keys(tag), keys(COMPLETE), "{tag}");
        assert_eq!(catalogue.lacks(&tag.parse().unwrap()), 0);
    }
}

#[test]
fn every_scope_of_the_first_start_is_described() {
    let catalogue = embedded();
    let english = "en".parse().unwrap();
    let texts = catalogue.texts(&english, &english);
    for scope in ["openid", "profile", "email", "offline_access"] {
        assert!(texts.has(&format!("scope-{scope}")), "{scope}");
    }
    for area in [
        "clients", "scopes", "users", "system", "tokens", "keys", "audit",
    ] {
        for right in ["read", "write"] {
            assert!(texts.has(&format!("scope-admin_{area}_{right}")), "{area}");
        }
    }
}

#[test]
fn the_calls_of_a_source_are_found() {
    let template = r#"{{ t("a-b", one=two(three=4), five=t("c")) }}{{ not_t("d") }}{{ t(e) }}"#;
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let expected = [("a-b", names(&["one", "five"])), ("c", names(&[]))];
    let expected = expected.map(|(key, told): (_, BTreeSet<String>)| (key.to_owned(), told));
    assert_eq!(calls_of_template(template), expected);

    let rust =
        "Text::key(\"a\")\n    .with(\"b\", f(1)).with_wait(w(2)).other(); Text::key(\"c\");";
    let expected = [("a", names(&["b", "count", "unit"])), ("c", names(&[]))];
    let expected = expected.map(|(key, told): (_, BTreeSet<String>)| (key.to_owned(), told));
    assert_eq!(calls_of_rust(rust), expected);
}

/// What is wrong with these files, each given as place and source.
fn problems(files: &[(&str, &str)]) -> Vec<String> {
    let mut problems = Problems::default();
    let files: Vec<_> = files
        .iter()
        .map(|(place, source)| TextFile {
            place: (*place).to_owned(),
            tag: place.trim_end_matches(".ftl").to_owned(),
            source: (*source).to_owned(),
        })
        .collect();
    Catalogue::read(&files, &mut problems).check(&mut problems);
    let error = problems.unless_any(()).err();
    error.map_or(Vec::new(), |error| error.problems().to_vec())
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_line() {
    let english = ("en.ftl", "a = { $x }\nb = { a }\n");
    assert_eq!(problems(&[english]), Vec::<String>::new());
    for (source, expected) in [
        ("a = A\nb = B }\n", "fr.ftl:2: "),
        ("a = A\nb\n", "fr.ftl:2: "),
        ("a = { $y }", "fr.ftl: `a` uses `$y`, which it is not told"),
        (
            "b = { $x } { $z }",
            "fr.ftl: `b` uses `$z`, which it is not told",
        ),
        (
            "b = { a }",
            "fr.ftl: `b` refers to `a`, which this language lacks",
        ),
        (
            "b = { -brand }",
            "fr.ftl: `b` refers to `-brand`, which this language lacks",
        ),
        (
            "b = { NUMBER($x) }",
            "fr.ftl: `b` uses the function NUMBER, which is not there",
        ),
        ("a = 1\na = 2", "fr.ftl: `a` stands there more than once"),
    ] {
        let found = problems(&[english, ("fr.ftl", source)]);
        assert_eq!(found.len(), 1, "{source}: {found:?}");
        assert!(found[0].starts_with(expected), "{source}: {found:?}");
    }
    let found = problems(&[english, ("not a tag!.ftl", "a = A")]);
    assert_eq!(found, ["not a tag!.ftl: `not a tag!` is no language tag"]);
}

#[test]
fn a_later_file_takes_the_place_of_an_earlier_one_text_by_text() {
    let file = |tag: &str, source: &str| TextFile {
        place: format!("{tag}.ftl"),
        tag: tag.to_owned(),
        source: source.to_owned(),
    };
    let files = [
        file("en", "a = A\nb = B\nc = C"),
        file("de", "b = Be\nc = Ce"),
        file("en", "b = Bee"),
        file("de-AT", "c = Zeh"),
    ];
    let catalogue = Catalogue::read(&files, &mut Problems::default());
    let said = |tag: &str, key: &str| {
        let texts = catalogue.texts(&tag.parse().unwrap(), &"en".parse().unwrap());
        texts.write(key, &FluentArgs::new()).ok()
    };
    let said = BTreeMap::from_iter(["en", "de", "de-AT"].map(|tag| {
        let texts = ["a", "b", "c", "d"].map(|key| said(tag, key).unwrap_or_default());
        (tag, texts.join(" "))
    }));
    let expected = [
        ("de", "A Be Ce "),
        ("de-AT", "A Be Zeh "),
        ("en", "A Bee C "),
    ];
    assert_eq!(
        said,
        expected.map(|(tag, text)| (tag, text.to_owned())).into()
    );
}
