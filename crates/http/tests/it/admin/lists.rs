//! What is wrong about a query or a body of these lists and changes: never a failure of the server.

use authly_testing::TestApp;
use pretty_assertions::assert_eq;
use reqwest::Method;
use serde_json::{Value, json};

const NOBODY: &str = "0198f2c4-7e1a-7c3b-9d2e-1f0a2b3c4d5e";

const LISTS: [&str; 4] = [
    "/admin/sessions",
    "/admin/grants",
    "/admin/tokens",
    "/admin/keys",
];

#[tokio::test]
async fn a_query_that_is_wrong_is_refused_and_says_where() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    for list in LISTS {
        for (query, status, code, place) in [
            ("limit=0", 400, "invalid_query", "limit"),
            ("limit=201", 400, "invalid_query", "limit"),
            ("limit=-1", 400, "invalid_query", "limit"),
            ("limit=18446744073709551616", 400, "invalid_query", "limit"),
            ("limit=1&limit=2", 400, "invalid_query", "limit"),
            ("colour=red", 400, "invalid_query", "colour"),
            ("show=some", 400, "invalid_query", "show"),
            ("user=alice", 400, "invalid_query", "user"),
            ("client=%00", 400, "invalid_query", "client"),
            ("dry_run=true", 400, "invalid_query", "dry_run"),
        ] {
            let refused = root.get(&format!("{list}?{query}")).await;
            refused.expect_problem(status, code);
            assert_eq!(refused.wrong_places(), [place], "{list} {query}");
        }
        for cursor in ["x", "", "AAAA", "%00", "%F0%9F%98%80"] {
            let refused = root.get(&format!("{list}?cursor={cursor}")).await;
            refused.expect_problem(400, "invalid_cursor");
        }
    }
}

#[tokio::test]
async fn a_cursor_counts_for_its_own_list_and_filter_alone() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let alice = app.user("alice").create().await;
    app.logged_in(&alice).await;
    app.logged_in(&alice).await;
    let page = root.get("/admin/sessions?limit=1").await;
    let cursor = page.json()["next_cursor"].as_str().unwrap().to_owned();
    let next = root
        .get(&format!("/admin/sessions?limit=2&cursor={cursor}"))
        .await;
    assert_eq!(next.json()["items"].as_array().unwrap().len(), 2);
    for elsewhere in [
        "/admin/tokens?".to_owned(),
        "/admin/keys?".to_owned(),
        "/admin/sessions?show=live&".to_owned(),
        format!("/admin/sessions?user={}&", alice.id.as_uuid()),
    ] {
        let refused = root.get(&format!("{elsewhere}cursor={cursor}")).await;
        refused.expect_problem(400, "invalid_cursor");
    }
}

/// Each change, with a body that is right.
fn changes() -> Vec<(String, Value)> {
    vec![
        (format!("/admin/sessions/{NOBODY}/end"), json!({})),
        (format!("/admin/users/{NOBODY}/sessions/end"), json!({})),
        (format!("/admin/grants/{NOBODY}/revoke"), json!({})),
        (format!("/admin/users/{NOBODY}/grants/revoke"), json!({})),
        (format!("/admin/clients/{NOBODY}/grants/revoke"), json!({})),
        (format!("/admin/clients/{NOBODY}/tokens/revoke"), json!({})),
        (format!("/admin/tokens/{NOBODY}/revoke"), json!({})),
        (
            "/admin/presented-tokens/revoke".to_owned(),
            json!({"token": "x"}),
        ),
        (
            "/admin/presented-tokens/look-up".to_owned(),
            json!({"token": "x"}),
        ),
        ("/admin/keys/nobody/revoke".to_owned(), json!({})),
        ("/admin/keys/%00/revoke".to_owned(), json!({})),
        ("/admin/keys/%F0%9F%98%80/revoke".to_owned(), json!({})),
    ]
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_nothing_changes() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let before = app.stored().protocol_state().await;
    for (path, body) in changes() {
        root.post(&path, &body)
            .await
            .expect_problem(404, "not_found");
    }
    for thing in ["sessions", "grants", "tokens"] {
        for name in [NOBODY, "nobody", "%00", "7"] {
            let answer = root.get(&format!("/admin/{thing}/{name}")).await;
            answer.expect_problem(404, "not_found");
        }
    }
    assert_eq!(app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn a_body_that_is_wrong_is_refused_and_nothing_changes() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let before = app.stored().protocol_state().await;
    for (path, body) in changes() {
        let mut odd = body.clone();
        odd["colour"] = json!("red");
        let refused = root.post(&path, &odd).await;
        refused.expect_problem(422, "invalid_body");
        assert_eq!(refused.wrong_places(), ["/colour"], "{path}");
        root.post(&path, &json!([]))
            .await
            .expect_problem(422, "invalid_body");
        let request = root.request(Method::POST, &path);
        let request = request.header("content-type", "application/json").body("{");
        let refused = authly_testing::rp::send(request).await;
        refused.expect_problem(400, "malformed_request");
        let asked = root.post(&format!("{path}?dry_run=maybe"), &body).await;
        asked.expect_problem(400, "invalid_query");
    }
    assert_eq!(app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn each_wrong_member_of_a_body_is_named_and_nothing_changes() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let before = app.stored().protocol_state().await;
    for (path, body, place) in [
        (
            format!("/admin/users/{NOBODY}/sessions/end"),
            json!({"except": "x"}),
            "/except",
        ),
        (
            format!("/admin/users/{NOBODY}/grants/revoke"),
            json!({"client": 7}),
            "/client",
        ),
        (
            format!("/admin/users/{NOBODY}/grants/revoke"),
            json!({"consents": "burn"}),
            "/consents",
        ),
        (
            format!("/admin/clients/{NOBODY}/grants/revoke"),
            json!({"consents": true}),
            "/consents",
        ),
        (
            "/admin/presented-tokens/look-up".to_owned(),
            json!({}),
            "/token",
        ),
        (
            "/admin/presented-tokens/look-up".to_owned(),
            json!({"token": ""}),
            "/token",
        ),
        (
            "/admin/presented-tokens/revoke".to_owned(),
            json!({"token": ["x"]}),
            "/token",
        ),
        (
            "/admin/presented-tokens/revoke".to_owned(),
            json!({"token": "x".repeat(16_385)}),
            "/token",
        ),
    ] {
        let refused = root.post(&path, &body).await;
        refused.expect_problem(422, "invalid_body");
        assert_eq!(refused.wrong_places(), [place], "{path} {body}");
    }
    assert_eq!(app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn a_token_of_odd_characters_is_merely_unknown() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    for token in [
        "\u{0}",
        "a b",
        "\u{1f600}",
        "authly_rt_",
        &"x".repeat(16_384),
    ] {
        let body = json!({"token": token});
        for path in [
            "/admin/presented-tokens/look-up",
            "/admin/presented-tokens/revoke",
        ] {
            root.post(path, &body)
                .await
                .expect_problem(404, "not_found");
        }
    }
}
