//! `authly audit`.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::desk::Desk;

/// A desk whose administrator has made two scopes, which is sealed.
async fn busy() -> Desk {
    let desk = Desk::new().await;
    for scope in ["notes:read", "notes:write"] {
        desk.app.advance(Duration::from_secs(1));
        let words = [
            "scope",
            "create",
            scope,
            "--description",
            "Notes",
            "--quiet",
        ];
        desk.result(&words);
    }
    desk.app.seal_audit().await;
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_listed_for_people_and_for_programs() {
    let desk = busy().await;
    let list = desk.result(&["audit", "list", "--action", "scopes.create"]);
    let lines: Vec<_> = list.lines().collect();
    assert!(lines[0].starts_with("AT"), "{list}");
    assert_eq!(lines.len(), 3, "{list}");
    assert!(lines[1].contains("scopes.create"), "{list}");
    assert!(lines[1].contains("notes:write"), "{list}");
    assert!(lines[2].contains("root"), "{list}");

    let list = desk.json(&["audit", "list", "--action", "scopes.create"]);
    let events = list.as_array().unwrap();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["target"], "notes:write");
    let user = events[0]["actor"]["id"].as_str().unwrap();
    let until = events[0]["at"].as_str().unwrap();
    let filters = ["--actor", user, "--until", until, "--outcome", "succeeded"];
    let words = [
        &["audit", "list", "--action", "scopes.create"],
        &filters[..],
    ]
    .concat();
    let found = desk.json(&words);
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["target"], "notes:read");
    // By names as well as by ids.
    let by = |who: &str| {
        let words = ["audit", "list", "--action", "scopes.create", "--actor", who];
        desk.json(&words).as_array().unwrap().len()
    };
    assert_eq!((by("root"), by(user)), (2, 2));
    let robot = desk.app.client().id("robot").create().await;
    let rp = desk.app.rp(&robot);
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "notes:read"),
    ];
    let tokens = rp.token(&form).await.expect_tokens();
    rp.revoke(&tokens.access_token).await;
    let key = robot.record.key.as_uuid().to_string();
    for who in ["robot", &key] {
        let found = desk.json(&["audit", "list", "--actor", who]);
        assert_eq!(found.as_array().unwrap().len(), 1, "{who}");
        assert_eq!(found[0]["action"], "token.revoked", "{who}");
    }
    let ghost = desk.run(&["audit", "list", "--actor", "ghost"]);
    ghost.expect_failure(1, "there is no user or client ghost");
    let nobody = desk.run(&["audit", "list", "--user", "nobody"]);
    nobody.expect_failure(1, "there is no user nobody");
    let wrong = desk.run(&["audit", "list", "--since", "yesterday"]);
    wrong.expect_failure(2, "yesterday");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_json_lines_in_the_order_of_the_chain() {
    let desk = busy().await;
    let ended = desk.run(&["audit", "export"]);
    assert_eq!(ended.status, 0, "{}", ended.messages);
    let events: Vec<Value> = ended
        .results
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let places: Vec<_> = events
        .iter()
        .map(|event| event["seal"]["position"].as_i64().unwrap())
        .collect();
    let last = *places.last().unwrap();
    assert_eq!(places, (1..=last).collect::<Vec<_>>());
    let hash = events.last().unwrap()["seal"]["hash"].as_str().unwrap();
    let says = format!("exported {last} events; the trail ends at {last}:{hash}");
    assert!(ended.messages.contains(&says), "{}", ended.messages);

    // What is said at its end can be held against the chain later, and the next export goes on there.
    desk.app.seal_audit().await;
    let noted = format!("{last}:{hash}");
    let verified = desk.run(&["audit", "verify", "--noted", &noted]);
    assert_eq!(verified.status, 0, "{}", verified.messages);
    let after = last.to_string();
    let next = desk.run(&["audit", "export", "--after", &after, "--quiet"]);
    let first: Value = serde_json::from_str(next.results.lines().next().unwrap()).unwrap();
    assert_eq!(first["seal"]["position"], last + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_follows_sees_what_is_sealed_meanwhile() {
    let desk = busy().await;
    let words = [
        "audit",
        "follow",
        "--after",
        "0",
        "--action",
        "scopes.create",
    ];
    let mut command = desk.command(&[&words[..], &["--output", "json"]].concat());
    let mut follower = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
    let mut next = || {
        let line = tokio::task::block_in_place(|| lines.next())
            .unwrap()
            .unwrap();
        let event: Value = serde_json::from_str(&line).unwrap();
        event["target"].as_str().unwrap().to_owned()
    };
    assert_eq!(next(), "notes:read");
    assert_eq!(next(), "notes:write");
    let words = [
        "scope",
        "create",
        "later",
        "--description",
        "Later",
        "--quiet",
    ];
    desk.result(&words);
    desk.app.seal_audit().await;
    assert_eq!(next(), "later");
    follower.kill().unwrap();
    follower.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trail_that_was_tampered_with_ends_in_status_1_and_is_named() {
    let desk = busy().await;
    let intact = desk.result(&["audit", "verify"]);
    assert!(intact.starts_with("trail           intact\n"), "{intact}");

    desk.app.stored().alter_event(2).await;
    desk.app.stored().remove_event(4).await;
    let found = desk.run(&["audit", "verify"]);
    assert_eq!(found.status, 1);
    assert!(found.results.contains("tampered with"), "{}", found.results);
    assert!(found.results.contains("event 2 ("), "{}", found.results);
    assert!(found.results.contains(") was altered"), "{}", found.results);
    assert!(
        found.results.contains("event 4 was removed"),
        "{}",
        found.results
    );
    assert!(
        found.messages.contains("2 places do not fit"),
        "{}",
        found.messages
    );

    let json = desk.run(&["audit", "verify", "--output", "json"]);
    let report: Value = serde_json::from_str(&json.results).unwrap();
    assert_eq!((json.status, &report["intact"]), (1, &Value::Bool(false)));
    assert_eq!(report["faults"][1]["kind"], "removed");
    let wrong = desk.run(&["audit", "verify", "--noted", "12"]);
    wrong.expect_failure(2, "not a place");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_noted_place_that_is_not_kept_any_more_is_never_called_intact() {
    let desk = busy().await;
    let report = desk.json(&["audit", "verify"]);
    let noted = format!("1:{}", report["head"]["hash"].as_str().unwrap());
    desk.app.stored().rebuild_chain_after(2).await;
    desk.app.seal_audit().await;
    let said = desk.run(&["audit", "verify", "--noted", &noted]);
    assert_eq!(said.status, 1);
    let why = "begins after the place that was noted";
    assert!(said.messages.contains(why), "{}", said.messages);
    let line = "place 1, which was noted, is not kept any more";
    assert!(said.results.contains(line), "{}", said.results);
    assert!(!said.results.contains("tampered"), "{}", said.results);
    let before = format!("--noted=-1:{}", &noted[2..]);
    let said = desk.run(&["audit", "verify", &before]);
    assert_eq!(said.status, 1);
    assert!(said.messages.contains(why), "{}", said.messages);
}
