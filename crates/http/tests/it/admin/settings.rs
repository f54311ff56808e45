//! Settings that are changed while the server runs.

mod effects;
mod guesses;
mod network;
mod registration;

use authly_domain::scopes::AdminScope;
use authly_testing::administrators::AdminCaller;
use authly_testing::rp::send;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use reqwest::Method;
use serde_json::{Value, json};

const SETTINGS: &str = "/admin/settings";

/// Changes these settings, which has to succeed; answers the list.
async fn change(caller: &AdminCaller, values: Value) -> Value {
    let answer = caller.patch(SETTINGS, &json!({"values": values})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

/// One setting of a list.
fn of<'l>(list: &'l Value, name: &str) -> &'l Value {
    let mut items = list["items"].as_array().unwrap().iter();
    let found = items.find(|item| item["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {list}"))
}

#[tokio::test]
async fn a_list_says_what_holds_where_it_comes_from_and_who_changed_it() {
    let patient = |policies: &mut authly_testing::policies::Policies| {
        policies.sessions.passwords.minimum_length = 15;
    };
    let app = Setup::default().policies(patient).app().await;
    let root = app.administrator("root").await;
    let answer = root.get(SETTINGS).await;
    assert_eq!((answer.status, answer.header("etag")), (200, "\"0\""));
    let before = answer.json();
    assert_eq!(before["version"], 0);
    let code = json!({
        "name": "tokens.code_lifetime",
        "about": "How long a client may take to redeem an authorization code.",
        "expected": "a span of time from 5s to 10m",
        "value": "1m",
        "source": "default",
        "configured": "1m",
        "default": "1m",
    });
    assert_eq!(of(&before, "tokens.code_lifetime"), &code);
    let length = of(&before, "passwords.minimum_length");
    assert_eq!(
        (&length["value"], &length["default"]),
        (&json!(15), &json!(12))
    );
    assert_eq!(length["source"], "application");

    let after = change(&root, json!({"tokens.code_lifetime": 30})).await;
    assert_eq!(after["version"], 1);
    let mut code = of(&after, "tokens.code_lifetime").clone();
    assert_eq!(
        (&code["value"], &code["configured"]),
        (&json!("30s"), &json!("1m"))
    );
    assert_eq!(code["source"], "stored");
    assert!(code["changed_at"].as_str().unwrap().ends_with('Z'));
    let by = code["changed_by"].take();
    assert_eq!(by["username"], "root");
    let one = root.get("/admin/settings/tokens.code_lifetime").await;
    assert_eq!((one.status, one.header("etag")), (200, "\"1\""));
    assert_eq!(one.json()["value"], "30s");
    root.get("/admin/settings/tokens.speed")
        .await
        .expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_value_that_is_taken_away_gives_the_setting_back() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    change(&root, json!({"tokens.code_lifetime": "30s"})).await;
    let list = change(&root, json!({"tokens.code_lifetime": null})).await;
    let code = of(&list, "tokens.code_lifetime");
    assert_eq!(
        (&code["value"], &code["source"]),
        (&json!("1m"), &json!("default"))
    );
    assert!(code.get("changed_by").is_none());
    assert_eq!(list["version"], 2);
}

#[tokio::test]
async fn every_wrong_value_is_named_at_once_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let refused = root
        .patch(
            SETTINGS,
            &json!({"values": {
                "admin.allowed_networks": ["10.0.0.1/8"],
                "admin.enabled": "yes",
                "listen.address": "0.0.0.0:80",
                "sessions.idle_lifetime": "8d",
                "throttle.login_account": 0,
                "tokens.access_token_signing_alg": "none",
                "tokens.code_lifetime": "11m",
                "tokens.refresh_rotation_window": "5s",
                "a/b~c": 1,
            }}),
        )
        .await;
    refused.expect_problem(422, "invalid_body");
    let places = [
        "/values/admin.allowed_networks",
        "/values/admin.enabled",
        "/values/a~1b~0c",
        "/values/listen.address",
        "/values/sessions.idle_lifetime",
        "/values/throttle.login_account",
        "/values/tokens.access_token_signing_alg",
        "/values/tokens.code_lifetime",
    ];
    let mut named = refused.wrong_places();
    named.sort();
    assert_eq!(named, places);
    assert!(
        refused
            .body
            .contains("11m is not a span of time from 5s to 10m")
    );
    assert!(
        refused
            .body
            .contains("longer than sessions.absolute_lifetime")
    );
    let list = root.get(SETTINGS).await.json();
    assert_eq!(list["version"], 0);
    let stored = list["items"].as_array().unwrap().iter();
    assert_eq!(stored.filter(|item| item["source"] == "stored").count(), 0);
}

#[tokio::test]
async fn what_is_taken_away_has_to_fit_what_stays() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let both = json!({"sessions.idle_lifetime": "10d", "sessions.absolute_lifetime": "20d"});
    change(&root, both).await;
    let refused = root
        .patch(
            SETTINGS,
            &json!({"values": {"sessions.absolute_lifetime": null}}),
        )
        .await;
    refused.expect_problem(422, "invalid_body");
    assert_eq!(
        refused.wrong_places(),
        ["/values/sessions.absolute_lifetime"]
    );
    let list = root.get(SETTINGS).await.json();
    assert_eq!(of(&list, "sessions.absolute_lifetime")["value"], "20d");
}

#[tokio::test]
async fn a_change_happens_only_to_the_version_that_the_caller_has_seen() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let with = |version: &'static str, value: &'static str| {
        root.request(Method::PATCH, SETTINGS)
            .header("if-match", version)
            .json(&json!({"values": {"tokens.code_lifetime": value}}))
    };
    let first = send(with("\"0\"", "20s")).await;
    assert_eq!((first.status, first.header("etag")), (200, "\"1\""));
    send(with("\"0\"", "40s"))
        .await
        .expect_problem(412, "version_mismatch");
    let list = root.get(SETTINGS).await.json();
    assert_eq!(of(&list, "tokens.code_lifetime")["value"], "20s");
}

#[tokio::test]
async fn of_changes_to_the_same_version_at_the_same_time_one_happens() {
    let app = TestApp::start().await;
    let other = app.another_node().await;
    let root = app.administrator("root").await;
    let elsewhere = other.admin_with(&root.token);
    let changes = (1..=8).map(|minutes| {
        let caller = if minutes % 2 == 0 { &root } else { &elsewhere };
        send(
            caller
                .request(Method::PATCH, SETTINGS)
                .header("if-match", "\"0\"")
                .json(&json!({"values": {"tokens.code_lifetime": format!("{minutes}m")}})),
        )
    });
    let answers = futures_util::future::join_all(changes).await;
    let with = |status| answers.iter().filter(|one| one.status == status).count();
    assert_eq!((with(200), with(412)), (1, 7));
    assert_eq!(root.get(SETTINGS).await.json()["version"], 1);
}

#[tokio::test]
async fn a_dry_run_answers_alike_and_changes_nothing() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let body = json!({"values": {"tokens.code_lifetime": "20s"}});
    let tried = root.patch("/admin/settings?dry_run=true", &body).await;
    assert_eq!(tried.status, 200, "{}", tried.body);
    assert_eq!(of(&tried.json(), "tokens.code_lifetime")["value"], "20s");
    let list = root.get(SETTINGS).await.json();
    assert_eq!(of(&list, "tokens.code_lifetime")["value"], "1m");
    assert_eq!(app.deps.live_settings.held().version, 0);
    let wrong = json!({"values": {"tokens.code_lifetime": "20h"}});
    let refused = root.patch("/admin/settings?dry_run=true", &wrong).await;
    refused.expect_problem(422, "invalid_body");
}

#[tokio::test]
async fn an_empty_change_changes_nothing() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    assert_eq!(change(&root, json!({})).await["version"], 0);
    let refused = root.patch(SETTINGS, &json!({})).await;
    refused.expect_problem(422, "invalid_body");
    assert_eq!(refused.wrong_places(), ["/values"]);
}

#[tokio::test]
async fn reading_does_not_open_changing() {
    let app = TestApp::start().await;
    let user = app.user("root").administrator().create().await;
    let reader = app.admin_caller(&user, &[AdminScope::SystemRead]).await;
    assert_eq!(reader.get(SETTINGS).await.status, 200);
    let body = json!({"values": {"tokens.code_lifetime": "20s"}});
    let refused = reader.patch(SETTINGS, &body).await;
    refused.expect_problem(403, "insufficient_scope");
    assert_eq!(app.deps.live_settings.held().version, 0);
}
