//! Every command of the README and of the book, run as it stands there.
//!
//! A page is followed from top to bottom in a folder of its own, by one shell. What starts a server is
//! started beside it, what a reader copies from the browser is copied by Chromium, and ports are
//! replaced by free ones so that pages can be followed at the same time.

mod page;
mod reader;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use page::Page;
use reader::Reader;

/// The pages that have commands, each with a test below.
const FOLLOWED: [&str; 14] = [
    "README.md",
    "docs/audit.md",
    "docs/cli.md",
    "docs/config-as-code.md",
    "docs/configuration.md",
    "docs/deployment.md",
    "docs/explain.md",
    "docs/guides/api.md",
    "docs/guides/machine.md",
    "docs/guides/native-app.md",
    "docs/guides/single-page-app.md",
    "docs/guides/web-app.md",
    "docs/quick-start.md",
    "docs/resource-servers.md",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The README, and the pages of the book.
fn documents() -> Vec<String> {
    let summary = std::fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let links = summary.split("](").skip(1);
    let pages = links.map(|rest| format!("docs/{}", rest.split(')').next().unwrap()));
    std::iter::once("README.md".to_owned())
        .chain(pages)
        .collect()
}

#[test]
fn every_page_with_commands_is_followed() {
    let with_commands: BTreeSet<String> = documents()
        .into_iter()
        .filter(|path| Page::read(&root(), path).has_commands())
        .collect();

    let followed: BTreeSet<String> = FOLLOWED.map(str::to_owned).into();
    assert_eq!(with_commands, followed);
}

async fn follow(path: &str) {
    let page = Page::read(&root(), path);
    Reader::begin(&root(), &page).await.follow(&page).await;
}

#[tokio::test]
async fn the_readme_does_what_it_says() {
    follow("README.md").await;
}

#[tokio::test]
async fn the_page_on_the_command_line_does_what_it_says() {
    follow("docs/cli.md").await;
}

#[tokio::test]
async fn the_page_on_configuration_as_code_does_what_it_says() {
    follow("docs/config-as-code.md").await;
}

#[tokio::test]
async fn the_page_on_the_audit_trail_does_what_it_says() {
    follow("docs/audit.md").await;
}

#[tokio::test]
async fn the_configuration_page_does_what_it_says() {
    follow("docs/configuration.md").await;
}

#[tokio::test]
async fn the_page_on_refusals_does_what_it_says() {
    follow("docs/explain.md").await;
}

#[tokio::test]
async fn the_deployment_page_does_what_it_says() {
    follow("docs/deployment.md").await;
}

#[tokio::test]
async fn the_guide_for_apis_does_what_it_says() {
    follow("docs/guides/api.md").await;
}

#[tokio::test]
async fn the_guide_for_machines_does_what_it_says() {
    follow("docs/guides/machine.md").await;
}

#[tokio::test]
async fn the_guide_for_native_applications_does_what_it_says() {
    follow("docs/guides/native-app.md").await;
}

#[tokio::test]
async fn the_guide_for_single_page_applications_does_what_it_says() {
    follow("docs/guides/single-page-app.md").await;
}

#[tokio::test]
async fn the_guide_for_web_applications_does_what_it_says() {
    follow("docs/guides/web-app.md").await;
}

#[tokio::test]
async fn the_page_on_resource_servers_does_what_it_says() {
    follow("docs/resource-servers.md").await;
}

#[tokio::test]
async fn the_quick_start_does_what_it_says() {
    follow("docs/quick-start.md").await;
}
