//! Tokens that the authorization server is asked about.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::api::{Answer, Api};
use crate::authorization_server::AuthorizationServer;

/// What the API says to a token of which the server says this.
async fn answer_when(introspection: Value) -> Answer {
    let server = AuthorizationServer::answering(introspection);
    let endpoint = format!("{}/introspect", server.issuer);
    let api = Api::introspecting(endpoint, "https://notes.example.com".to_owned());
    api.get("token").await
}

fn active() -> Value {
    json!({
        "active": true,
        "token_type": "Bearer",
        "aud": "https://notes.example.com",
        "sub": "alice",
        "client_id": "notes-web",
        "scope": "notes:read",
    })
}

#[actix_web::test]
async fn an_active_token_opens_what_its_scope_allows() {
    let answer = answer_when(active()).await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.document["subject"], "alice");
}

#[actix_web::test]
async fn everything_but_an_active_access_token_for_this_api_is_refused() {
    let mut refresh_token = active();
    refresh_token["token_type"] = json!(null);
    let mut foreign = active();
    foreign["aud"] = json!(["https://other.example.com"]);
    let mut nobodys = active();
    nobodys["sub"] = json!(null);
    for (introspection, reason) in [
        (json!({"active": false}), "it is not active"),
        (refresh_token, "it is no access token"),
        (foreign, "it is for another audience"),
        (nobodys, "it is nobody's"),
    ] {
        let answer = answer_when(introspection).await;

        assert_eq!(answer.status, 401, "{reason}");
        assert!(answer.challenge.contains("error=\"invalid_token\""));
        assert!(answer.challenge.contains(reason), "{}", answer.challenge);
    }
}

#[actix_web::test]
async fn an_active_token_without_the_scope_is_not_enough() {
    let mut narrow = active();
    narrow["scope"] = json!("openid notes:reader");

    let answer = answer_when(narrow).await;

    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.challenge,
        "Bearer realm=\"notes\", error=\"insufficient_scope\", scope=\"notes:read\""
    );
}
