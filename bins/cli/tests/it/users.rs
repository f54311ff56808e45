//! `authly user …` against a real server.

mod passwords;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn users_are_listed_in_each_form_and_order() {
    let admin = Desk::new().await;
    admin.app.user("alice").create().await;
    admin.app.user("bob").without_email().create().await;

    let table = admin.run(&["user", "list", "--sort", "-username"]);
    assert_eq!((table.status, table.messages.as_str()), (0, ""));
    let lines: Vec<_> = table.results.lines().collect();
    assert!(lines[0].starts_with("USER   EMAIL"), "{}", table.results);
    let names = lines[1..]
        .iter()
        .map(|line| line.split(' ').next().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["root", "bob", "alice"]);

    let found = admin.json(&["user", "list", "--search", "ALI"]);
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["email"], "alice@example.com");
    let none = admin.json(&["user", "list", "--active", "no"]);
    assert_eq!(none, json!([]));
    let administrators = admin.json(&["user", "list", "--admin", "yes", "--all"]);
    assert_eq!(administrators[0]["username"], "root");
    let yaml = admin.run(&["user", "list", "--admin", "yes", "--output", "yaml"]);
    assert!(yaml.results.contains("username: root"), "{}", yaml.results);

    let first = admin.run(&["user", "list", "--limit", "1"]);
    assert_eq!(first.results.lines().count(), 2);
    assert!(first.messages.contains("--all"), "{}", first.messages);
    let refused = admin.run(&["user", "list", "--sort", "password"]);
    refused.expect_failure(1, "sort: it is username, email");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_named_by_name_address_or_id_and_shown() {
    let admin = Desk::new().await;
    let alice = admin.app.user("alice").create().await;
    admin.app.user("alice2").create().await;
    let id = alice.id.as_uuid().to_string();
    for named in ["alice", "ALICE", "Alice@example.com", &id] {
        assert_eq!(admin.json(&["user", "show", named])["id"], id, "{named}");
    }
    let table = admin.run(&["user", "show", "alice"]);
    assert!(
        table.results.starts_with("user             alice\n"),
        "{}",
        table.results
    );
    admin
        .run(&["user", "show", "ali"])
        .expect_failure(1, "there is no user ali");
    let nobody = "0198f2c4-7e1a-7c3b-9d2e-1f0a2b3c4d5e";
    admin
        .run(&["user", "show", nobody])
        .expect_failure(1, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_changed_member_by_member() {
    let admin = Desk::new().await;
    admin.app.user("alice").create().await;
    let changed = admin.json(&[
        "user",
        "update",
        "alice",
        "--username",
        "alicia",
        "--email",
        "alicia@example.com",
        "--verified",
        "yes",
        "--nickname",
        "Al",
        "--locality",
        "Berlin",
        "--phone-number",
        "+49 30 1",
        "--phone-verified",
        "yes",
    ]);
    for (member, value) in [
        ("username", json!("alicia")),
        ("email", json!("alicia@example.com")),
        ("is_verified", json!(true)),
        ("nickname", json!("Al")),
        ("phone_number_verified", json!(true)),
        ("address", json!({"locality": "Berlin"})),
    ] {
        assert_eq!(changed[member], value, "{member}");
    }
    let cleared = admin.json(&[
        "user", "update", "alicia", "--clear", "nickname", "--clear", "address", "--clear", "email",
    ]);
    for member in ["nickname", "address", "email"] {
        assert_eq!(cleared.get(member), None, "{member}");
    }
    let before = admin.app.stored().registry().await;
    admin
        .run(&["user", "update", "alicia"])
        .expect_failure(2, "say what to change");
    let refused = admin.run(&[
        "user", "update", "alicia", "--locale", "x y", "--email", "nobody",
    ]);
    refused.expect_failure(1, "locale: it is no language tag");
    assert!(refused.messages.contains("email: "), "{}", refused.messages);
    let dry = admin.run(&["user", "update", "alicia", "--locale", "de", "--dry-run"]);
    assert_eq!(dry.status, 0);
    assert!(dry.messages.contains("dry run"), "{}", dry.messages);
    assert_eq!(admin.app.stored().registry().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_verb_does_what_it_says() {
    let admin = Desk::new().await;
    admin.app.user("alice").create().await;
    for (arguments, member, value) in [
        (&["disable", "alice", "--yes"][..], "is_active", false),
        (&["enable", "alice"], "is_active", true),
        (&["verify", "alice"], "is_verified", true),
        (
            &["require-password-change", "alice"],
            "requires_password_change",
            true,
        ),
        (&["set-admin", "alice"], "is_admin", true),
        (&["unset-admin", "alice", "--yes"], "is_admin", false),
    ] {
        let user = admin.json(&[&["user"], arguments].concat());
        assert_eq!(user[member], Value::Bool(value), "{arguments:?}");
    }
    let unlocked = admin.run(&["user", "unlock", "alice"]);
    assert_eq!((unlocked.status, unlocked.results.as_str()), (0, ""));
    assert!(unlocked.messages.contains("unlocked the user alice"));
    let quiet = admin.run(&["user", "unlock", "alice", "--quiet"]);
    assert_eq!(quiet.messages, "");
    let deleted = admin.run(&["user", "delete", "alice", "--yes"]);
    assert_eq!((deleted.status, deleted.results.as_str()), (0, ""));
    assert_eq!(admin.app.stored().user("alice").await, None);
    admin
        .run(&["user", "delete", "root", "--yes"])
        .expect_failure(1, "own_rights");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_destroys_something_is_not_done_where_nobody_can_be_asked() {
    let admin = Desk::new().await;
    admin.app.user("alice").create().await;
    let before = admin.app.stored().registry().await;
    for verb in ["disable", "unset-admin", "delete", "reset-password"] {
        let refused = admin.run(&["user", verb, "alice"]);
        refused.expect_failure(2, "Nobody can be asked here");
        if verb != "reset-password" {
            let dry = admin.run(&["user", verb, "alice", "--dry-run"]);
            assert_eq!(dry.status, 0, "{}", dry.messages);
        }
    }
    assert_eq!(admin.app.stored().registry().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn consents_are_listed_and_revoked() {
    let admin = Desk::new().await;
    let alice = admin.app.user("alice").create().await;
    let web = admin.app.client().id("web").create().await;
    let tokens = admin.app.tokens(&web, &alice, "openid profile").await;

    let consents = admin.json(&["user", "consents", "list", "alice"]);
    assert_eq!(consents[0]["client_id"], "web");
    assert_eq!(consents[0]["granted"], "openid profile");
    let table = admin.run(&["user", "consents", "list", "alice"]);
    assert!(table.results.starts_with("CLIENT"), "{}", table.results);
    let asked = ["user", "consents", "revoke", "alice", "web"];
    admin
        .run(&asked)
        .expect_failure(2, "Nobody can be asked here");
    assert!(admin.app.rp(&web).is_active(&tokens.access_token).await);
    let revoked = admin.run(&[&asked[..], &["--yes"]].concat());
    assert_eq!(revoked.status, 0, "{}", revoked.messages);
    assert!(!admin.app.rp(&web).is_active(&tokens.access_token).await);
    let again = admin.run(&[&asked[..], &["--yes"]].concat());
    again.expect_failure(1, "alice has agreed to nothing for a client web");
}
