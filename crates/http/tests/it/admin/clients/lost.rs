//! An answer that holds a secret and is lost on its way.

use authly_testing::TestApp;
use authly_testing::answer::Answer;
use authly_testing::rp::send;
use pretty_assertions::assert_eq;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const KEY: &str = "h0J3mC1yQ9sLr7vXk2TgUA";

/// Sends a request and cuts the connection before the answer is read, once the change is stored.
async fn lose(app: &TestApp, token: &str, path: &str, body: &str, is_done: impl AsyncFn() -> bool) {
    let address = app.url("");
    let address = address.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address.replace("localhost", "127.0.0.1"))
        .await
        .unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nIdempotency-Key: {KEY}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    while !is_done().await {
        tokio::task::yield_now().await;
    }
    connection.set_zero_linger().unwrap();
    drop(connection);
}

async fn again(app: &TestApp, token: &str, path: &str, body: &Value) -> Answer {
    let caller = app.admin_with(token);
    // The same document, however it is spaced.
    let request = caller.request(Method::POST, path).json(body);
    send(request.header("idempotency-key", KEY)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_whose_answer_was_lost_is_given_again() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let client = app.client().id("web").create().await;
    let path = format!("/admin/clients/{}/secrets", client.record.key.as_uuid());
    let body = json!({"old_secret_valid_for": 3600});
    let secrets = async || app.stored().client_secrets_of("web").await;
    let is_done = async || secrets().await == 2;
    lose(&app, &root.token, &path, &body.to_string(), is_done).await;

    let first = again(&app, &root.token, &path, &body).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let second = again(&app, &root.token, &path, &body).await;
    assert_eq!(second.json(), first.json());
    assert_eq!(second.header("etag"), first.header("etag"));
    assert_eq!(secrets().await, 2);
    let secret = first.json()["client_secret"].as_str().unwrap().to_owned();
    let renewed = authly_testing::fixtures::TestClient {
        secret: Some(secret),
        ..client
    };
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "notes:read"),
    ];
    let tokens = app.rp(&renewed).token(&form).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_answer_was_lost_is_given_again_with_its_secret() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let body = json!({"client_id": "new", "grant_types": ["client_credentials"]});
    let is_done = async || app.stored().client_secrets_of("new").await == 1;
    lose(
        &app,
        &root.token,
        "/admin/clients",
        &body.to_string(),
        is_done,
    )
    .await;
    let created = again(&app, &root.token, "/admin/clients", &body).await;
    assert_eq!(created.status, 201, "{}", created.body);
    assert!(created.json()["client_secret"].is_string());
    assert_eq!(app.stored().client_secrets_of("new").await, 1);
}

#[tokio::test]
async fn a_key_of_another_request_or_caller_or_without_128_bits_is_refused() {
    let app = TestApp::start().await;
    let (root, other) = (
        app.administrator("root").await,
        app.administrator("other").await,
    );
    let body = json!({"client_id": "new", "grant_types": ["client_credentials"]});
    let created = again(&app, &root.token, "/admin/clients", &body).await;
    assert_eq!(created.status, 201, "{}", created.body);
    let before = app.stored().registry().await;
    let another = json!({"client_id": "another", "grant_types": ["client_credentials"]});
    let refused = again(&app, &root.token, "/admin/clients", &another).await;
    refused.expect_problem(422, "idempotency_key_reused");
    let refused = again(&app, &other.token, "/admin/clients", &body).await;
    refused.expect_problem(422, "idempotency_key_reused");
    for key in [
        "",
        "short",
        "a key with spaces and more",
        "0123456789abcdef01234567",
    ] {
        let request = root.request(Method::POST, "/admin/clients").json(&another);
        let refused = send(request.header("idempotency-key", key)).await;
        refused.expect_problem(400, "malformed_request");
    }
    assert_eq!(app.stored().registry().await, before);
}
