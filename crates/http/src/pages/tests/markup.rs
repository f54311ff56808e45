//! What stands in each page, and what never does.

use std::collections::BTreeSet;

use pretty_assertions::assert_eq;

use super::*;
use crate::pages::embedded::TEMPLATES;

/// The values of an attribute, in order.
fn values<'h>(html: &'h str, attribute: &str) -> Vec<&'h str> {
    let begin = format!(" {attribute}=\"");
    let parts = html.split(begin.as_str()).skip(1);
    parts.map(|part| part.split('"').next().unwrap()).collect()
}

#[test]
fn no_text_breaks_out_of_its_place() {
    for page in every_page(HOSTILE) {
        let (name, html) = (page.template, page.html);
        assert!(!html.contains("<script>alert"), "{name}: {html}");
        assert!(!html.contains(r#""'>"#), "{name}: {html}");
    }
}

#[test]
fn every_page_says_its_language_title_and_heading_and_has_no_inline_style() {
    for page in every_page("sample") {
        let (name, html) = (page.template, page.html);
        assert!(html.starts_with("<!doctype html>\n<html lang="), "{name}");
        assert!(html.contains(&format!(r#"<html lang="{}" dir="ltr">"#, page.language)));
        assert_eq!(html.matches("<title>").count(), 1, "{name}");
        assert!(html.contains(" - Authly</title>"), "{name}: {html}");
        for once in ["<h1", "<main>", "<header "] {
            assert_eq!(html.matches(once).count(), 1, "{name}: {once}");
        }
        assert!(html.contains(r#"href="/auth/static/authly."#), "{name}");
        assert!(!html.contains("style="), "{name}");
        assert!(!html.contains("<style"), "{name}");
        let mut words = html.split_whitespace();
        let handler = words.find(|word| word.starts_with("on") && word.contains('='));
        assert_eq!(handler, None, "{name}: an event handler");
    }
}

#[test]
fn every_field_has_a_label_and_every_reference_leads_somewhere() {
    for page in every_page("sample") {
        let (name, html) = (page.template, page.html);
        let ids = values(&html, "id");
        let unique: BTreeSet<_> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "{name}: an id stands there twice");
        let mut references = values(&html, "for");
        for attribute in ["aria-describedby", "aria-labelledby"] {
            let lists = values(&html, attribute).into_iter();
            references.extend(lists.flat_map(str::split_whitespace));
        }
        for reference in references {
            assert!(ids.contains(&reference), "{name}: {reference}");
        }
        for input in html.split("<input ").skip(1) {
            let tag = input.split('>').next().unwrap();
            if tag.contains(r#"type="text""#) || tag.contains(r#"type="password""#) {
                let tag = format!(" {tag}");
                let id = values(&tag, "id")[0];
                assert!(
                    html.contains(&format!(r#"<label for="{id}">"#)),
                    "{name}: {id}"
                );
                assert!(tag.contains("autocomplete="), "{name}: {id}");
            }
        }
        // What is wrong is said where the field says that it is.
        assert_eq!(
            html.contains(r#"aria-invalid="true""#),
            html.contains(r#"aria-describedby="problem"#),
            "{name}"
        );
    }
}

#[test]
fn every_form_of_ours_carries_its_token() {
    for page in every_page("sample") {
        let (name, html) = (page.template, page.html);
        let forms = html.matches("<form").count();
        assert_eq!(html.matches(r#"method="post""#).count(), forms, "{name}");
        let tokens = html.matches(r#"name="csrf""#).count();
        let expected = if name == "form_post.html" { 0 } else { forms };
        assert_eq!(tokens, expected, "{name}");
    }
}

#[test]
fn the_names_and_ids_that_others_rely_on_are_there() {
    let pages = every_page("sample");
    for (template, marks) in [
        (
            "login.html",
            &["name=\"username\"", "name=\"password\"", "id=\"login\""][..],
        ),
        (
            "login.html",
            &[
                "autocomplete=\"username\"",
                "autocomplete=\"current-password\"",
            ],
        ),
        ("login.html", &["role=\"alert\"", "id=\"cancel\""]),
        (
            "consent.html",
            &["id=\"approve\"", "id=\"deny\"", "id=\"switch_account\""],
        ),
        ("consent.html", &["name=\"decision\"", "name=\"scope\""]),
        (
            "change_password.html",
            &["name=\"new_password\"", "name=\"repeat_password\""],
        ),
        (
            "change_password.html",
            &["autocomplete=\"new-password\"", "id=\"change_password\""],
        ),
        ("logout.html", &["id=\"logout\""]),
        ("error.html", &["id=\"request_id\""]),
    ] {
        for mark in marks {
            let mut of_template = pages.iter().filter(|page| page.template == template);
            assert!(
                of_template.any(|page| page.html.contains(mark)),
                "{template}: {mark}"
            );
        }
    }
}

#[test]
fn what_is_optional_is_left_out_where_it_is_absent() {
    for page in every_page("sample") {
        let html = page.html;
        if page.template == "login.html" && !html.contains("value=\"sample\" autocomplete") {
            assert!(!html.contains("role=\"alert\"") && !html.contains("id=\"cancel\""));
        }
        if page.template == "consent.html" {
            let links = html.contains("rel=\"noopener noreferrer\"");
            assert_eq!(html.contains("checkbox"), links, "all or nothing: {html}");
        }
    }
}

/// The source without what the engine replaces.
fn without_expressions(source: &str) -> String {
    let mut rest = source;
    let mut text = String::new();
    while let Some(at) = rest.find('{') {
        let end = match rest[at..].chars().nth(1) {
            Some('{') => "}}",
            Some('%') => "%}",
            Some('#') => "#}",
            _ => panic!("a lonely brace: {rest}"),
        };
        text.push_str(&rest[..at]);
        rest = rest[at..].split_once(end).unwrap().1;
    }
    text + rest
}

#[test]
fn no_template_holds_words() {
    for (name, source) in TEMPLATES {
        let source = without_expressions(source);
        for part in source.split('>') {
            let (text, tag) = part.split_once('<').unwrap_or((part, ""));
            let letter = text.chars().find(|letter| letter.is_alphabetic());
            assert_eq!(letter, None, "{name}: {text:?}");
            for attribute in ["aria-label", "alt", "title", "placeholder"] {
                for value in values(tag, attribute) {
                    assert_eq!(value, "", "{name}: {attribute}");
                }
            }
        }
    }
}
