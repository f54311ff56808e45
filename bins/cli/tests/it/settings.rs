//! `authly settings …` against a server.

use pretty_assertions::assert_eq;
use serde_json::json;

use crate::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_listed_set_shown_and_unset() {
    let desk = Desk::new().await;
    let list = desk.result(&["settings", "list"]);
    assert!(list.starts_with("NAME "), "{list}");
    let line = list
        .lines()
        .find(|line| line.starts_with("tokens.code_lifetime "));
    let words: Vec<_> = line.unwrap().split_whitespace().collect();
    assert_eq!(words[..4], ["tokens.code_lifetime", "1m", "default", "1m"]);

    let set = [
        "settings",
        "set",
        "tokens.code_lifetime=30s",
        "throttle.login_address=7",
    ];
    let changed = desk.json(&[&set[..], &["admin.allowed_networks=127.0.0.0/8, ::1"]].concat());
    assert_eq!(changed[0]["value"], json!(["127.0.0.0/8", "::1/128"]));
    assert_eq!(changed[1]["value"], "30s");
    assert_eq!(changed[2]["value"], 7);
    let shown = desk.json(&["settings", "show", "tokens.code_lifetime"]);
    assert_eq!(shown["changed_by"]["username"], "root");
    let sheet = desk.result(&["settings", "show", "tokens.code_lifetime"]);
    assert!(sheet.contains("changed by        root\n"), "{sheet}");
    let yaml = desk.result(&[
        "settings",
        "show",
        "tokens.code_lifetime",
        "--output",
        "yaml",
    ]);
    assert!(yaml.contains("name: tokens.code_lifetime\n"), "{yaml}");

    let after = desk.json(&["settings", "unset", "tokens.code_lifetime"]);
    assert_eq!(
        (&after[0]["value"], &after[0]["source"]),
        (&json!("1m"), &json!("default"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_values_are_all_named_and_a_dry_run_changes_nothing() {
    let desk = Desk::new().await;
    let wrong = [
        "settings",
        "set",
        "tokens.code_lifetime=11m",
        "admin.enabled=perhaps",
        "no.such=1",
    ];
    let refused = desk.run(&wrong);
    assert_eq!((refused.status, refused.results.as_str()), (1, ""));
    for part in [
        "tokens.code_lifetime",
        "admin.enabled",
        "no.such",
        "11m is not a span of time",
    ] {
        assert!(
            refused.messages.contains(part),
            "{part}: {}",
            refused.messages
        );
    }
    let usage = desk.run(&["settings", "set", "tokens.code_lifetime"]);
    assert_eq!(usage.status, 2);
    let tried = desk.json(&["settings", "set", "tokens.code_lifetime=30s", "--dry-run"]);
    assert_eq!(tried[0]["value"], "30s");
    assert_eq!(
        desk.json(&["settings", "show", "tokens.code_lifetime"])["value"],
        "1m"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_would_be_shut_out_has_to_force_it() {
    let desk = Desk::new().await;
    let off = ["settings", "set", "admin.enabled=false"];
    let refused = desk.run(&off);
    assert_eq!(refused.status, 1);
    assert!(
        refused.messages.contains("conflict"),
        "{}",
        refused.messages
    );
    let forced = desk.json(&[&off[..], &["--force"]].concat());
    assert_eq!(forced[0]["value"], false);
    let shut = desk.run(&["settings", "list"]);
    assert_ne!(shut.status, 0);
    assert!(shut.messages.contains("switched off"), "{}", shut.messages);
}
