//! A client that registers itself, and proves itself by a key: idpyoidc of `PyPI`.

use std::process::Command;

use authly_testing::rp::{http_client, send};
use serde_json::{Value, json};

use super::{Program, lead, libraries, source};
use crate::application::Callback;
use crate::server::Server;
use crate::sign_in::{PASSWORD, seed};

/// An initial access token that alice makes, as an administrator.
async fn initial_access_token(issuer: &str) -> String {
    let form = [
        ("client_id", "authly-cli"),
        ("grant_type", "password"),
        ("username", "alice"),
        ("password", PASSWORD),
        ("scope", "admin:clients:write"),
    ];
    let http = http_client();
    let request = http.post(format!("{issuer}/api/v1/auth/token")).form(&form);
    let tokens = send(request).await.expect_tokens();
    // The library's assertions are for the token endpoint.
    let wanted = json!({"name": "idpyoidc", "scope": "openid", "profile": "oidc"});
    let request = http
        .post(format!("{issuer}/admin/initial-access-tokens"))
        .bearer_auth(&tokens.access_token)
        .json(&wanted);
    let answer = send(request).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let made = answer.json();
    let token = made.get("token").and_then(Value::as_str);
    token.unwrap().to_owned()
}

#[tokio::test]
async fn idpyoidc_of_pypi_registers_itself_and_signs_in_with_a_key() {
    let callback = Callback::listen().await;
    let people = seed(&callback.uri).replace("admin = false", "admin = true");
    let by_token = [("AUTHLY_REGISTRATION__MODE", "token")];
    let server = Server::start_with(&people, &by_token);
    let token = initial_access_token(&server.issuer).await;
    let program = Program::start(
        Command::new("python3")
            // What it imports warns of its own dependencies.
            .args(["-W", "ignore"])
            .arg(source("idpyoidc_registers.py"))
            .args([server.issuer.as_str(), &token, &callback.uri])
            .env("PYTHONPATH", libraries().join("idpyoidc")),
    );
    let expected = json!({"method": "private_key_jwt", "has_secret": false, "same_user": true});
    assert_eq!(lead(program, &callback).await, expected);
}
