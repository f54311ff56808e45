//! Users and clients are named by name or by id, wherever a command asks for one.

use authly_testing::fixtures::{TestClient, TestUser};
use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::desk::Desk;

/// Two users with a grant each at two clients, and a session for each grant.
async fn desk() -> (Desk, [TestUser; 2], [TestClient; 2]) {
    // Boxed, since it is part of the future of every test.
    let desk = Box::pin(Desk::new()).await;
    let app = &desk.app;
    let users = [
        app.user("alice").create().await,
        app.user("bob").create().await,
    ];
    let clients = [
        app.client().id("notes").create().await,
        app.client().id("mail").create().await,
    ];
    for user in &users {
        for client in &clients {
            app.tokens(client, user, "openid").await;
        }
    }
    (desk, users, clients)
}

/// The ids of what a list holds, in some order of their own.
fn ids(desk: &Desk, arguments: &[&str]) -> Vec<String> {
    let listed: Value = desk.json(arguments);
    let items = listed.as_array().unwrap().iter();
    let mut ids: Vec<_> = items.map(|one| one["id"].to_string()).collect();
    ids.sort();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_take_a_name_for_an_id() {
    let (desk, [alice, _bob], [_notes, mail]) = Box::pin(desk()).await;
    let user = alice.id.as_uuid().to_string();
    let client = mail.record.key.as_uuid().to_string();
    for name in ["alice", "ALICE", "alice@example.com", &user] {
        for noun in ["session", "grant", "token"] {
            let by_id = ids(&desk, &[noun, "list", "--user", &user]);
            let by_name = ids(&desk, &[noun, "list", "--user", name]);
            assert!(!by_id.is_empty());
            assert_eq!(by_name, by_id, "{noun} {name}");
        }
    }
    for noun in ["grant", "token"] {
        let by_id = ids(&desk, &[noun, "list", "--client", &client, "--user", &user]);
        let arguments = [noun, "list", "--client", &mail.id, "--user", "alice"];
        assert_eq!(ids(&desk, &arguments), by_id, "{noun}");
        let of_all = ids(&desk, &[noun, "list"]);
        assert!(by_id.len() < of_all.len(), "{noun}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_revoked_together_is_named_by_name_too() {
    let (desk, _users, _clients) = Box::pin(desk()).await;
    let alive = async || {
        let mut alive = Vec::new();
        for user in ["alice", "bob"] {
            alive.push(ids(&desk, &["grant", "list", "--alive", "--user", user]).len());
        }
        alive
    };
    let run = |arguments: &[&str]| {
        let unasked = desk.run(arguments);
        assert_eq!(unasked.status, 2, "{}", unasked.messages);
        let ended = desk.run(&[arguments, &["--yes"]].concat());
        assert_eq!(ended.status, 0, "{}", ended.messages);
        unasked.messages
    };
    let asked = run(&[
        "grant",
        "revoke-all",
        "--user",
        "alice",
        "--client",
        "notes",
    ]);
    assert!(
        asked.contains("of the user alice at the client notes?"),
        "{asked}"
    );
    assert_eq!(alive().await, [1, 2]);
    let asked = run(&["token", "revoke-all", "--client", "notes"]);
    assert!(asked.contains("of the client notes?"), "{asked}");
    assert_eq!(alive().await, [1, 1]);
    let asked = run(&["session", "end-all", "--user", "alice@example.com"]);
    assert!(asked.contains("of the user alice@example.com?"), "{asked}");
    assert_eq!(alive().await, [0, 1]);
    run(&["token", "revoke-all", "--user", "bob"]);
    assert_eq!(alive().await, [0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_nobody_has_is_refused_and_ends_nothing() {
    let (desk, _users, _clients) = Box::pin(desk()).await;
    let before = desk.app.stored().protocol_state().await;
    for arguments in [
        &["session", "list", "--user", "carol"][..],
        &["session", "end-all", "--user", "carol", "--yes"],
        &["grant", "list", "--user", "carol"],
        &["grant", "revoke-all", "--user", "ali", "--yes"],
        &[
            "grant",
            "revoke-all",
            "--user",
            "alice",
            "--client",
            "note",
            "--yes",
        ],
        &["token", "list", "--client", "note"],
        &["token", "revoke-all", "--client", "note", "--yes"],
        &["token", "revoke-all", "--user", "carol", "--yes"],
    ] {
        let ended = desk.run(arguments);
        ended.expect_failure(1, "there is no ");
    }
    assert_eq!(desk.app.stored().protocol_state().await, before);
}
