//! The pages of `docs/` hang together as a book: each is in its table of contents, and every link leads
//! to where it says, in the repository and in what `make book` renders.

use crate::documents::outside_fences;
use crate::{assert_none, tree};

/// The folders that `make book` puts beside the book, for the links that lead there.
const BESIDE: [&str; 2] = ["deploy", "examples"];

/// The targets of the links of a page.
fn links(markdown: &str) -> Vec<String> {
    let text = outside_fences(markdown);
    let targets = text.split("](").skip(1);
    let targets = targets.filter_map(|rest| rest.split(')').next());
    targets
        .filter(|target| !target.contains("://") && *target != "…")
        .map(str::to_owned)
        .collect()
}

/// The path below the root that a link of the page at `path` leads to.
fn resolve(path: &str, target: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    if !target.is_empty() {
        parts.pop();
    }
    for part in target.split('/').filter(|part| !part.is_empty()) {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

/// The names by which the headings of a page are linked to.
fn anchors(markdown: &str) -> Vec<String> {
    let text = outside_fences(markdown);
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| slug(line.trim_start_matches('#')))
        .collect()
}

/// The name of a heading, as both GitHub and mdBook make it.
fn slug(heading: &str) -> String {
    let kept = |letter: &char| letter.is_alphanumeric() || " -_".contains(*letter);
    let name: String = heading.trim().to_lowercase().chars().filter(kept).collect();
    name.replace(' ', "-")
}

/// What is wrong with a link from one page to another, or to what is beside the book.
fn strays(path: &str, markdown: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    for link in links(markdown) {
        let target = resolve(path, link.split('#').next().unwrap_or_default());
        let is_page = target.starts_with("docs/") && target.rsplit('.').next() == Some("md");
        let is_beside = BESIDE
            .iter()
            .any(|folder| target.starts_with(&format!("{folder}/")));
        if !is_page && !is_beside {
            complaints.push(format!("{path}: {link} is not there in the book"));
        }
    }
    complaints
}

#[test]
fn every_page_is_in_the_table_of_contents_once() {
    let summary = "docs/SUMMARY.md";
    let mut pages: Vec<String> = tree::files(&[".md"])
        .into_iter()
        .map(|file| file.path)
        .filter(|path| path.starts_with("docs/") && path != summary)
        .collect();
    let text = std::fs::read_to_string(tree::root().join(summary)).expect("there are contents");
    let mut listed: Vec<String> = links(&text)
        .iter()
        .map(|link| resolve(summary, link))
        .collect();
    pages.sort();
    listed.sort();
    assert_eq!(listed, pages);
}

#[test]
fn links_of_the_book_lead_to_its_pages_or_to_what_is_beside_it() {
    let makefile = std::fs::read_to_string(tree::root().join("Makefile")).expect("a Makefile");
    assert!(makefile.contains(&format!("cp -R {} ", BESIDE.join(" "))));
    let mut pages = tree::files(&[".md"]);
    pages.retain(|page| page.path.starts_with("docs/"));
    crate::assert_none_in(&pages, strays);
}

#[test]
fn links_to_a_heading_lead_to_one_that_is_there() {
    let files = tree::files(&[".md"]);
    let mut complaints = Vec::new();
    let mut seen = 0;
    for file in &files {
        for link in links(&file.text) {
            let Some((target, anchor)) = link.split_once('#') else {
                continue;
            };
            seen += 1;
            let target = resolve(&file.path, target);
            let page = files.iter().find(|other| other.path == target);
            if page.is_none_or(|page| !anchors(&page.text).iter().any(|name| name == anchor)) {
                complaints.push(format!("{}: {link} leads to no heading", file.path));
            }
        }
    }
    assert!(seen > 10, "the links are found");
    assert_none(&complaints);
}

#[test]
fn a_link_that_leads_out_of_the_book_is_found() {
    let text = "[a](../README.md) [b](flows.md#x) [c](../deploy/x.conf) [d](../Makefile)\n```\n[e](../f)\n```";
    let expected = [
        "docs/a.md: ../README.md is not there in the book",
        "docs/a.md: ../Makefile is not there in the book",
    ];
    assert_eq!(strays("docs/a.md", text), expected);
    assert_eq!(strays("docs/a.md", "[f](guides/x.md)[g](#here)"), [""; 0]);
}

#[test]
fn headings_have_the_names_that_links_use() {
    let text = "# One\n```\n# no heading\n```\n### `[throttle]`: how, and *why* not\n";
    assert_eq!(anchors(text), ["one", "throttle-how-and-why-not"]);
}
