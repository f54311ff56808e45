//! `/admin/audit`, and the events that every other endpoint leaves.

mod events;

use std::time::Duration;

use authly_domain::scopes::AdminScope;
use authly_testing::TestApp;
use authly_testing::administrators::AdminCaller;
use authly_testing::stored::StoredEvent;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

async fn items(root: &AdminCaller, path: &str) -> Vec<Value> {
    let answer = root.get(path).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["items"].as_array().unwrap().clone()
}

/// So many clients, made at different times.
async fn make_clients(app: &TestApp, root: &AdminCaller, count: usize) {
    for index in 0..count {
        app.advance(Duration::from_secs(1));
        let document = json!({"client_id": format!("client-{index}"), "client_type": "public",
            "redirect_uris": ["https://app.example.com/cb"]});
        let made = root.post("/admin/clients", &document).await;
        assert_eq!(made.status, 201, "{}", made.body);
    }
}

#[tokio::test]
async fn events_are_listed_in_pages_and_filtered() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    make_clients(&app, &root, 3).await;
    app.advance(Duration::from_secs(1));
    let first = root.get("/admin/audit?action=clients.create&limit=2").await;
    let first = first.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = format!("/admin/audit?action=clients.create&limit=2&cursor={cursor}");
    let rest = items(&root, &rest).await;
    let newest = &first["items"][0];
    assert_eq!(newest["client"]["client_id"], "client-2");
    assert_eq!(newest["actor"]["kind"], "user");
    assert_eq!(newest["actor"]["name"], "root");
    assert_eq!(newest["address"], "127.0.0.1");
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0]["client"]["client_id"], "client-0");
    let other = format!("/admin/audit?limit=2&cursor={cursor}");
    root.get(&other).await.expect_problem(400, "invalid_cursor");

    let text = |name: &str| newest[name].as_str().unwrap().to_owned();
    let (user, client) = (&newest["actor"]["id"], &newest["client"]["id"]);
    for (query, count) in [
        (format!("client={}", client.as_str().unwrap()), 1),
        (format!("request_id={}", text("request_id")), 1),
        (
            format!("action=clients.create&actor={}", user.as_str().unwrap()),
            3,
        ),
        (format!("action=clients.create&since={}", text("at")), 1),
        (format!("action=clients.create&until={}", text("at")), 2),
        ("outcome=refused".to_owned(), 0),
        ("action=clients.create&outcome=succeeded".to_owned(), 3),
        ("action=nothing.like.it".to_owned(), 0),
        (format!("user={}", client.as_str().unwrap()), 0),
    ] {
        let found = items(&root, &format!("/admin/audit?{query}")).await;
        // A look that names whom it looks for concerns them too.
        let found = found
            .iter()
            .filter(|one| one["action"] != "personal_data.read");
        assert_eq!(found.count(), count, "{query}");
    }
}

#[tokio::test]
async fn a_query_that_is_wrong_is_refused_and_says_where() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    for (query, place) in [
        ("limit=0", "limit"),
        ("user=alice", "user"),
        ("actor=x", "actor"),
        ("outcome=maybe", "outcome"),
        ("since=yesterday", "since"),
        ("action=", "action"),
        ("request_id=%00", "request_id"),
        ("colour=red", "colour"),
    ] {
        for path in ["/admin/audit", "/admin/audit/follow"] {
            let refused = root.get(&format!("{path}?{query}")).await;
            refused.expect_problem(400, "invalid_query");
            assert_eq!(refused.wrong_places(), [place], "{path} {query}");
        }
    }
    for (query, place) in [
        ("noted_position=1", "noted_hash"),
        ("noted_position=1&noted_hash=ab", "noted_hash"),
        (
            &format!("noted_position=1&noted_hash={}", "%2Ba".repeat(32)),
            "noted_hash",
        ),
        ("noted_position=x", "noted_position"),
    ] {
        let refused = root.get(&format!("/admin/audit/verify?{query}")).await;
        refused.expect_problem(400, "invalid_query");
        assert_eq!(refused.wrong_places(), [place], "{query}");
    }
    for path in ["/admin/audit", "/admin/audit/verify"] {
        let refused = root.get(&format!("{path}?cursor=AAAA")).await;
        refused.expect_problem(400, "invalid_cursor");
    }
    let odd = root.get("/admin/audit/follow?after=-5").await;
    assert_eq!(odd.status, 200, "{}", odd.body);
}

#[tokio::test]
async fn only_the_scope_of_its_own_opens_the_trail() {
    let app = TestApp::start().await;
    let user = app.user("root").administrator().create().await;
    let others: Vec<_> = AdminScope::ALL
        .iter()
        .copied()
        .filter(|scope| *scope != AdminScope::AuditRead)
        .collect();
    let caller = app.admin_caller(&user, &others).await;
    let reader = app.service_client("reader", &[AdminScope::AuditRead]).await;
    for path in ["/admin/audit", "/admin/audit/follow", "/admin/audit/verify"] {
        let refused = caller.get(path).await;
        refused.expect_problem(403, "insufficient_scope");
        assert_eq!(reader.get(path).await.status, 200);
    }
}

#[tokio::test]
async fn whoever_follows_reads_each_sealed_event_once_and_writes_one_in_ten_minutes() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    make_clients(&app, &root, 5).await;
    app.seal_audit().await;
    let before = app.stored().events().await;
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let path = format!("/admin/audit/follow?after={after}&limit=2");
        let part = root.get(&path).await.json();
        for event in part["items"].as_array().unwrap() {
            seen.push(event["seal"]["position"].as_i64().unwrap());
        }
        after = part["position"].as_i64().unwrap();
        if part["is_all"] == true {
            assert_eq!(part["head"]["position"], after);
            break;
        }
    }
    let last = i64::try_from(before.len()).unwrap();
    assert_eq!(seen, (1..=last).collect::<Vec<_>>());
    let looks = async || {
        let mut events = app.stored().events().await;
        events.retain(|event| before.iter().all(|known| known.id != event.id));
        let read = |event: &StoredEvent| event.action == "personal_data.read";
        assert!(events.iter().all(read), "{events:?}");
        events.len()
    };
    // Also of somebody who begins in the middle: nobody reads without an event.
    assert_eq!(looks().await, 1);
    app.advance(Duration::from_mins(10));
    for _ in 0..3 {
        let path = format!("/admin/audit/follow?after={after}");
        assert_eq!(root.get(&path).await.status, 200);
    }
    assert_eq!(looks().await, 2);

    // What is not sealed is not there yet, and filters move on all the same.
    make_clients(&app, &app.administrator("other").await, 0).await;
    let path = format!("/admin/audit/follow?after={after}");
    assert_eq!(root.get(&path).await.json()["items"], json!([]));
    let none = "/admin/audit/follow?after=0&action=nothing.like.it";
    let none = root.get(none).await.json();
    assert_eq!(
        (&none["items"], &none["position"]),
        (&json!([]), &json!(after))
    );
}

#[tokio::test]
async fn a_verification_says_that_all_fits_or_what_does_not() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    make_clients(&app, &root, 5).await;
    app.seal_audit().await;
    let shown = root.get("/admin/audit/verify").await.json();
    assert_eq!(shown["faults"], json!([]));
    assert_eq!(shown["head"]["position"], shown["checked"]);
    let (position, hash) = (&shown["head"]["position"], shown["head"]["hash"].as_str());
    let noted = format!("noted_position={position}&noted_hash={}", hash.unwrap());
    let shown = root
        .get(&format!("/admin/audit/verify?{noted}"))
        .await
        .json();
    assert_eq!(shown["faults"], json!([]));

    app.stored().alter_event(3).await;
    let altered = app.stored().events().await.remove(2);
    let shown = root.get("/admin/audit/verify").await.json();
    let expected = json!([{"kind": "altered", "position": 3, "event": altered.id}]);
    assert_eq!(shown["faults"], expected);
}
