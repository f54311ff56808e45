//! Nothing that a caller sends to `/admin/clients` and `/admin/scopes` is a failure of the server, and
//! what is refused stores nothing.

use authly_testing::TestApp;
use authly_testing::rp::send;
use pretty_assertions::assert_eq;
use reqwest::Method;
use serde_json::{Value, json};

fn documents() -> Vec<Value> {
    let members = [
        "client_id",
        "client_name",
        "client_type",
        "redirect_uris",
        "grant_types",
        "scope",
        "optional_scope",
        "resources",
        "default_audience",
        "require_pkce",
        "access_token_lifetime",
        "client_uri",
        "sector_identifier_uri",
        "frontchannel_logout_uri",
        "frontchannel_logout_session_required",
        "default_max_age",
        "description",
        "name",
        "entitled_admin_scopes",
        "old_secret_valid_for",
    ];
    let many: Vec<String> = (0..10_000)
        .map(|at| format!("https://a.example/{at}"))
        .collect();
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("\0"),
        json!("a\0b"),
        json!("\u{202e}\u{feff}"),
        json!("'; DROP TABLE clients; --"),
        json!("x".repeat(20_000)),
        json!([]),
        json!([null]),
        json!(["\0"]),
        json!([[[[]]]]),
        json!({}),
        json!({"a": {"b": []}}),
        json!(many),
    ];
    let pairs = members.iter().flat_map(|member| {
        let document = move |value: &Value| json!({ *member: value });
        values.iter().map(document).collect::<Vec<_>>()
    });
    pairs.collect()
}

#[tokio::test]
async fn whatever_stands_in_a_document_is_refused_and_stores_nothing() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let client = app.client().id("web").create().await;
    let path = format!("/admin/clients/{}", client.record.key.as_uuid());
    let before = app.stored().registry().await;
    for document in documents() {
        for (method, path) in [
            (Method::POST, "/admin/clients".to_owned()),
            (Method::PATCH, path.clone()),
            (Method::PUT, format!("{path}/scopes")),
            (Method::PUT, format!("{path}/entitled_admin_scopes")),
            (Method::POST, format!("{path}/secrets")),
            (Method::PUT, format!("{path}/secrets")),
            (Method::POST, "/admin/scopes".to_owned()),
            (Method::PATCH, "/admin/scopes/openid".to_owned()),
        ] {
            let dry = format!("{path}?dry_run=true");
            let answer = send(root.request(method.clone(), &dry).json(&document)).await;
            let shown = document.to_string();
            let shown = shown.get(..80).unwrap_or(&shown);
            assert!(
                answer.status < 500,
                "{method} {path} {shown}: {}",
                answer.body
            );
            if answer.status >= 400 {
                assert_eq!(answer.header("content-type"), "application/problem+json");
            }
        }
    }
    assert_eq!(app.stored().registry().await, before);
}

#[tokio::test]
async fn deep_and_long_documents_are_refused() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let body = format!(r#"{{"redirect_uris": {deep}}}"#);
    let request = root.request(Method::POST, "/admin/clients");
    let request = request.header("content-type", "application/json");
    send(request.body(body))
        .await
        .expect_problem(400, "malformed_request");
    let uris = vec!["https://app.example.com/callback"; 101];
    let many = json!({"client_id": "many", "redirect_uris": uris});
    let refused = root.post("/admin/clients", &many).await;
    refused.expect_problem(422, "invalid_body");
    assert_eq!(refused.wrong_places(), ["/redirect_uris"]);
}

#[tokio::test]
async fn odd_paths_name_nothing() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    for path in [
        "/admin/clients/web",
        "/admin/clients/0198f2c47e1a7c3b9d2e1f0a2b3c4d5e",
        "/admin/clients/%00",
        "/admin/clients/..%2f..",
        "/admin/scopes/%00",
        "/admin/scopes/a%20b",
        "/admin/scopes/no-such-scope",
        "/admin/scopes/%c3%a9",
    ] {
        root.get(path).await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_refusal_names_a_hundred_members_at_most() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let before = app.stored().registry().await;
    let uris = |many| json!({"client_type": "public", "redirect_uris": vec!["nowhere"; many]});
    for (many, named) in [(100, 100), (101, 100), (3_000, 100)] {
        let refused = root.post("/admin/clients", &uris(many)).await;
        refused.expect_problem(422, "invalid_body");
        let problem = refused.json();
        assert_eq!(problem["errors"].as_array().unwrap().len(), named);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.starts_with(&format!("{many} members")), "{detail}");
    }
    assert_eq!(app.stored().registry().await, before);
}
