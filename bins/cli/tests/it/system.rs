//! `authly system …` against a server.

use pretty_assertions::assert_eq;
use serde_json::json;

use crate::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn the_status_is_shown_in_every_form() {
    let desk = Desk::new().await;
    let sheet = desk.result(&["system", "status"]);
    for part in [
        "version ",
        "current: migration ",
        "PostgreSQL ",
        "clean_up: not run yet",
    ] {
        assert!(sheet.contains(part), "{part}: {sheet}");
    }
    let json = desk.json(&["system", "status"]);
    assert_eq!(json["migrations"]["state"], "current");
    let yaml = desk.result(&["system", "status", "--output", "yaml"]);
    assert!(yaml.contains("state: current\n"), "{yaml}");
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_are_shown_in_every_form() {
    let desk = Desk::new().await;
    let sheet = desk.result(&["system", "statistics"]);
    assert!(sheet.contains("administrators  1\n"), "{sheet}");
    let json = desk.json(&["system", "statistics"]);
    assert_eq!(json["users"]["all"], json!({"count": 1, "exact": true}));
    let yaml = desk.result(&["system", "statistics", "--output", "yaml"]);
    assert!(yaml.contains("exact: true\n"), "{yaml}");
}
