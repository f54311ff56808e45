//! `authly session …`, `authly grant …`, `authly token …` and `authly key …` against a server.

use authly_testing::answer::claims;
use authly_testing::fixtures::TestClient;
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_shown_and_ended() {
    let desk = Desk::new().await;
    let alice = desk.app.user("alice").create().await;
    for _ in 0..3 {
        desk.app.logged_in(&alice).await;
    }
    let user = alice.id.as_uuid().to_string();
    let listed = desk.json(&["session", "list", "--user", &user, "--live"]);
    let ids: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 3);
    let table = desk.result(&["session", "list", "--user", &user]);
    assert!(
        table.starts_with("ID  ") && table.lines().count() == 4,
        "{table}"
    );
    let sheet = desk.result(&["session", "show", ids[0]]);
    assert!(sheet.contains("state      active\n"), "{sheet}");
    let yaml = desk.result(&["session", "show", ids[0], "--output", "yaml"]);
    assert!(yaml.contains("state: active\n"), "{yaml}");

    let asked = desk.run(&["session", "end", ids[0]]);
    assert_eq!((asked.status, asked.results.as_str()), (2, ""));
    assert!(
        asked
            .messages
            .contains("every grant that hangs on it is dead"),
        "{}",
        asked.messages
    );
    let dry = desk.run(&["session", "end", ids[0], "--dry-run"]);
    assert_eq!(dry.status, 0, "{}", dry.messages);
    assert!(
        dry.messages.contains("dry run, nothing was changed"),
        "{}",
        dry.messages
    );
    let stored = desk.app.stored().sessions_of("alice").await;
    assert!(stored.iter().all(|one| one.ended_reason.is_none()));
    let ended = desk.json(&["session", "end", ids[0], "--yes"]);
    assert_eq!(ended["ended_reason"], "by_administrator");
    let rest = desk.run(&[
        "session", "end-all", "--user", &user, "--except", ids[1], "--yes",
    ]);
    assert_eq!(rest.messages, "authly: ended 1 sessions\n");
    let gone = desk.run(&["session", "show", "0198f2c4-7e1a-7c3b-9d2e-1f0a2b3c4d5e"]);
    assert_eq!(gone.status, 1);
    assert!(gone.messages.contains("not_found"), "{}", gone.messages);
    assert_eq!(desk.run(&["session", "show", "alice"]).status, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_are_listed_shown_and_revoked() {
    let desk = Desk::new().await;
    let (web, alice) = (
        desk.app.client().create().await,
        desk.app.user("alice").create().await,
    );
    for _ in 0..2 {
        desk.app.tokens(&web, &alice, "openid").await;
    }
    let (user, client) = (
        alice.id.as_uuid().to_string(),
        web.record.key.as_uuid().to_string(),
    );
    let listed = desk.json(&[
        "grant", "list", "--user", &user, "--client", &client, "--alive",
    ]);
    let first = listed[0]["id"].as_str().unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    let sheet = desk.result(&["grant", "show", first]);
    assert!(sheet.contains("status     alive\n"), "{sheet}");
    assert_eq!(
        desk.json(&["grant", "revoke", first, "--yes"])["status"],
        "revoked"
    );
    let nobody = desk.run(&["grant", "revoke-all", "--yes"]);
    assert_eq!(nobody.status, 2);
    let all = [
        "grant",
        "revoke-all",
        "--user",
        &user,
        "--client",
        &client,
        "--forget-consents",
    ];
    let dry = desk.run(&[all.as_slice(), &["--dry-run"]].concat());
    assert_eq!(
        dry.messages,
        "authly: dry run, nothing was changed; it would have revoked 1 grants, and forgotten 1 consents\n"
    );
    let done = desk.run(&[all.as_slice(), &["--yes"]].concat());
    assert_eq!(
        done.messages,
        "authly: revoked 1 grants, and forgotten 1 consents\n"
    );
    let of_client = desk.run(&["grant", "revoke-all", "--client", &client, "--yes"]);
    assert_eq!(
        of_client.messages,
        "authly: revoked 0 grants, and forgotten 0 consents\n"
    );
    assert_eq!(desk.app.stored().consent_of("alice", "web").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_looked_up_by_id_and_by_value_from_a_file_or_standard_input() {
    let desk = Desk::new().await;
    let (web, alice) = (
        desk.app.client().create().await,
        desk.app.user("alice").create().await,
    );
    let tokens = desk.app.tokens(&web, &alice, "openid").await;
    let said = claims(&tokens.access_token);
    let jti = said["jti"].as_str().unwrap();
    let shown = desk.json(&["token", "show", jti]);
    assert_eq!(
        (&shown["status"], &shown["kind"]),
        (&"alive".into(), &"access".into())
    );
    let line = format!("{}\n", tokens.access_token);
    let by_value = desk.run_with(&line, &["token", "show", "--stdin", "--output", "json"]);
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&by_value.results).unwrap(),
        shown
    );
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), tokens.refresh()).unwrap();
    let path = file.path().to_str().unwrap();
    let by_file = desk.result(&["token", "show", "--file", path]);
    assert!(
        by_file.contains("kind      refresh\n") && by_file.contains("It counts."),
        "{by_file}"
    );
    for wrong in [
        &["token", "show"][..],
        &["token", "show", jti, "--stdin"],
        &["token", "show", "--file", "/nowhere/at/all"],
    ] {
        assert_eq!(desk.run(wrong).status, 2, "{wrong:?}");
    }
    assert_eq!(desk.run_with("", &["token", "show", "--stdin"]).status, 2);
    let unknown = desk.run_with("nobody's", &["token", "show", "--stdin"]);
    assert_eq!(unknown.status, 1);
    assert!(
        !unknown.messages.contains("nobody's"),
        "{}",
        unknown.messages
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_listed_and_revoked_by_id_value_user_client_and_grant() {
    let desk = Desk::new().await;
    let (web, alice) = (
        desk.app.client().create().await,
        desk.app.user("alice").create().await,
    );
    let tokens = desk.app.tokens(&web, &alice, "openid").await;
    let said = claims(&tokens.access_token);
    let jti = said["jti"].as_str().unwrap();
    let shown = desk.json(&["token", "show", jti]);
    let user = alice.id.as_uuid().to_string();
    let listed = desk.json(&[
        "token", "list", "--user", &user, "--kind", "access", "--alive",
    ]);
    assert_eq!(listed[0]["id"].as_str().unwrap(), jti);
    assert_eq!(
        desk.json(&["token", "revoke", jti, "--yes"])["status"],
        "revoked"
    );
    let by_value = desk.run_with(tokens.refresh(), &["token", "revoke", "--stdin", "--yes"]);
    assert!(
        by_value.results.contains("status    grant revoked\n"),
        "{}",
        by_value.results
    );
    let _own = desk.app.rp(&web).client_credentials().await.expect_tokens();
    let client = web.record.key.as_uuid().to_string();
    let all = desk.run(&["token", "revoke-all", "--client", &client, "--yes"]);
    assert_eq!(
        all.messages,
        "authly: revoked 0 grants with every token, and 1 tokens of its own\n"
    );
    desk.app.tokens(&web, &alice, "openid").await;
    let all = desk.run(&["token", "revoke-all", "--user", &user, "--yes"]);
    assert_eq!(all.messages, "authly: revoked 1 grants with every token\n");
    let grant = shown["grant"].as_str().unwrap();
    assert_eq!(
        desk.json(&["token", "revoke-all", "--grant", grant, "--yes"])["id"],
        grant
    );
    assert_eq!(desk.run(&["token", "revoke-all", "--yes"]).status, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_listed_rotated_and_withdrawn() {
    let desk = Desk::new().await;
    let before = desk.json(&["key", "list"]);
    assert_eq!(before.as_array().unwrap().len(), 5);
    let rotated = desk.json(&["key", "rotate", "--yes"]);
    assert_eq!(rotated.as_array().unwrap().len(), 4);
    let eddsa = rotated
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["algorithm"] == "EdDSA")
        .unwrap();
    let kid = eddsa["kid"].as_str().unwrap();
    let asked = desk.run(&["key", "revoke", kid]);
    assert_eq!(asked.status, 2);
    assert!(
        asked
            .messages
            .contains("Every access token that it signed is dead at once"),
        "{}",
        asked.messages
    );
    let dry = desk.run(&["key", "revoke", kid, "--dry-run"]);
    assert!(dry.messages.contains("dry run"), "{}", dry.messages);
    let withdrawn = desk.json(&["key", "revoke", kid, "--yes"]);
    assert_eq!(
        (&withdrawn["kid"], &withdrawn["was_withdrawn_now"]),
        (&eddsa["kid"], &true.into())
    );
    let table = desk.result(&["key", "list"]);
    let line = table.lines().find(|line| line.starts_with(kid)).unwrap();
    assert!(line.contains("sig") && line.contains("revoked"), "{line}");
    let before = before.as_array().unwrap().iter();
    let mut to_encrypt = before.filter(|key| key["use"] == "enc");
    let kid = to_encrypt.next().unwrap()["kid"].as_str().unwrap();
    let line = table.lines().find(|line| line.starts_with(kid)).unwrap();
    assert!(line.contains("enc") && line.contains("gone"), "{line}");
    let unknown = desk.run(&["key", "revoke", "nobody", "--yes"]);
    assert_eq!(unknown.status, 1);
    assert!(
        unknown.messages.contains("not_found"),
        "{}",
        unknown.messages
    );
}

/// A desk, and a client that is to be told of a logout and cannot be reached.
async fn with_a_call() -> (Desk, TestClient) {
    let desk = Desk::new().await;
    let inside = "https://10.0.0.1/told".parse().unwrap();
    let web = desk.app.client().told_of_logouts_at(&inside).create().await;
    let alice = desk.app.user("alice").create().await;
    let mut browser = desk.app.browser();
    desk.app
        .tokens_in(&mut browser, &web, &alice, "openid")
        .await;
    let page = browser.get("/logout").await;
    browser.submit(&page.form("logout")).await;
    (desk, web)
}

#[tokio::test(flavor = "multi_thread")]
async fn logout_calls_are_listed_shown_and_made_again() {
    let (desk, _web) = with_a_call().await;
    let caller = &desk.app.deps.exits.caller;
    assert_eq!(caller.call_due().await.unwrap(), 1);
    desk.app.advance(std::time::Duration::from_secs(5));
    assert_eq!(caller.call_due().await.unwrap(), 1);

    let listed = desk.json(&["logout-call", "list", "--client", "web"]);
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let id = listed[0]["id"].as_str().unwrap();
    assert_eq!(listed[0]["last_failure"], "forbidden_address");
    let given_up = desk.json(&["logout-call", "list", "--given-up"]);
    assert_eq!(given_up.as_array().unwrap().len(), 0);
    let sheet = desk.result(&["logout-call", "show", id]);
    assert!(sheet.contains("attempts      2\n"), "{sheet}");
    let dry = desk.run(&["logout-call", "retry", id, "--dry-run"]);
    assert!(
        dry.messages.contains("nothing was changed"),
        "{}",
        dry.messages
    );
    assert_eq!(caller.call_due().await.unwrap(), 0);
    let retried = desk.run(&["logout-call", "retry", id]);
    let scheduled = format!("scheduled the logout call {id} to be made at once");
    assert!(
        retried.messages.contains(&scheduled),
        "{}",
        retried.messages
    );
    assert!(
        retried.results.contains("attempts      0\n"),
        "{}",
        retried.results
    );
    assert_eq!(caller.call_due().await.unwrap(), 1);
    let gone = desk.run(&[
        "logout-call",
        "retry",
        "0198f2c4-7e1a-7c3b-9d2e-1f0a2b3c4d5e",
    ]);
    assert_eq!(gone.status, 1);
    assert!(gone.messages.contains("not_found"), "{}", gone.messages);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_call_that_is_not_made_again_is_not_said_to_be() {
    let (desk, web) = with_a_call().await;
    let listed = desk.json(&["logout-call", "list"]);
    let id = listed[0]["id"].as_str().unwrap();
    let due = desk.run(&["logout-call", "retry", id]);
    assert!(
        due.messages.contains("is due within seconds"),
        "{}",
        due.messages
    );
    assert!(!due.messages.contains("scheduled"), "{}", due.messages);
    let left = desk.json(&["logout-call", "retry", id]);
    assert_eq!(
        (&left["is_retried"], &left["attempts"]),
        (&json!(false), &json!(0))
    );
    web.disable(&desk.app.context).await;
    let refused = desk.run(&["logout-call", "retry", id]);
    refused.expect_failure(1, "conflict");
}
