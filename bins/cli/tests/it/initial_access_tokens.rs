//! `authly initial-access-token …` against a server.

use pretty_assertions::assert_eq;
use serde_json::json;

use crate::desk::Desk;

const CREATE: [&str; 5] = [
    "initial-access-token",
    "create",
    "Suite",
    "--scope",
    "openid email",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_made_listed_and_deleted() {
    let desk = Desk::new().await;
    let more = [
        "--client-profile",
        "oidc",
        "--require-pkce",
        "false",
        "--max-clients",
        "5",
        "--expires-in",
        "600",
    ];
    let made = desk.json(&[&CREATE[..], &more].concat());
    assert!(made["token"].as_str().unwrap().starts_with("authly_iat_"));
    for (member, value) in [
        ("name", json!("Suite")),
        ("scope", json!("openid email")),
        ("profile", json!("oidc")),
        ("require_pkce", json!(false)),
        ("clients_left", json!(5)),
    ] {
        assert_eq!(made[member], value, "{member}");
    }
    let listed = desk.json(&["initial-access-token", "list"]);
    assert_eq!(listed[0]["id"], made["id"]);
    assert_eq!(listed[0].get("token"), None);
    let table = desk.result(&["initial-access-token", "list"]);
    assert!(table.contains("Suite"), "{table}");

    let id = made["id"].as_str().unwrap();
    let deleted = desk.run(&["initial-access-token", "delete", id, "--yes"]);
    assert_eq!(deleted.status, 0, "{}", deleted.messages);
    assert_eq!(desk.json(&["initial-access-token", "list"]), json!([]));
    let again = desk.run(&["initial-access-token", "delete", id, "--yes"]);
    assert_eq!(again.status, 1, "{}", again.messages);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_or_not_meant_makes_no_token() {
    let desk = Desk::new().await;
    let before = desk.app.stored().registry().await;
    let planned = desk.json(&[&CREATE[..], &["--dry-run"]].concat());
    assert_eq!(planned.get("token"), None);
    let refused = desk.run(&[&CREATE[..], &["--max-clients", "0"]].concat());
    assert_eq!(refused.status, 1, "{}", refused.messages);
    assert!(
        refused.messages.contains("max_clients"),
        "{}",
        refused.messages
    );
    assert_eq!(desk.app.stored().registry().await, before);
}
