//! The metadata documents (OpenID Connect Discovery §4, RFC 8414): what they promise works, tried from
//! the document itself.

mod below_a_path;
mod promises;

use authly_testing::TestApp;
use authly_testing::answer::Answer;
use authly_testing::rp::{http_client, send};
use pretty_assertions::assert_eq;
use reqwest::header::IF_NONE_MATCH;
use serde_json::{Value, json};

use crate::machine_support::get;

const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";

/// Reads a document that may be kept for five minutes.
async fn read(url: String) -> Value {
    let answer = send(http_client().get(url)).await;
    assert_document(&answer);
    answer.json()
}

#[track_caller]
fn assert_document(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
}

#[tokio::test]
async fn both_documents_say_the_same() {
    let app = TestApp::start().await;
    let document = read(app.url(OPENID_CONFIGURATION)).await;
    assert_eq!(document["issuer"], app.issuer());
    assert_eq!(read(app.url(OAUTH_METADATA)).await, document);
}

#[tokio::test]
async fn the_members_that_clients_need_are_there() {
    let app = TestApp::start().await;
    let document = read(app.url(OPENID_CONFIGURATION)).await;
    let at = |path: &str| json!(format!("{}{path}", app.issuer()));
    for (name, expected) in [
        ("authorization_endpoint", at("/api/v1/oauth/authorize")),
        ("token_endpoint", at("/api/v1/oauth/token")),
        ("userinfo_endpoint", at("/oidc/userinfo")),
        ("jwks_uri", at("/.well-known/jwks.json")),
        ("end_session_endpoint", at("/oidc/logout")),
        ("introspection_endpoint", at("/api/v1/oauth/introspect")),
        ("revocation_endpoint", at("/api/v1/oauth/revoke")),
        ("response_types_supported", json!(["code"])),
        ("subject_types_supported", json!(["public", "pairwise"])),
        (
            "id_token_signing_alg_values_supported",
            json!(["RS256", "PS256", "ES256", "EdDSA"]),
        ),
        ("code_challenge_methods_supported", json!(["S256"])),
        (
            "authorization_response_iss_parameter_supported",
            json!(true),
        ),
        ("request_uri_parameter_supported", json!(true)),
        ("require_request_uri_registration", json!(true)),
        ("request_parameter_supported", json!(true)),
        (
            "request_object_signing_alg_values_supported",
            json!(["RS256", "PS256", "ES256", "EdDSA"]),
        ),
        (
            "request_object_encryption_alg_values_supported",
            json!(["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"]),
        ),
        (
            "request_object_encryption_enc_values_supported",
            json!(["A128GCM", "A256GCM"]),
        ),
        ("claims_parameter_supported", json!(true)),
    ] {
        assert_eq!(document[name], expected, "{name}");
    }
}

#[tokio::test]
async fn the_scopes_are_the_active_ones_that_anybody_may_ask_for() {
    let app = TestApp::start().await;
    app.client().scope("openid notes:read").create().await;
    let document = read(app.url(OPENID_CONFIGURATION)).await;
    let scopes = document["scopes_supported"].as_array().unwrap();
    for scope in ["openid", "profile", "email", "offline_access", "notes:read"] {
        assert!(scopes.contains(&json!(scope)), "{scope}");
    }
    let administrative = |scope: &&Value| scope.as_str().unwrap().starts_with("admin:");
    assert_eq!(scopes.iter().find(administrative), None);
}

#[tokio::test]
async fn who_has_the_document_gets_no_second_copy() {
    let app = TestApp::start().await;
    for path in [OPENID_CONFIGURATION, OAUTH_METADATA] {
        let first = send(get(&app, path)).await;
        assert_document(&first);
        let etag = first.header("etag");
        let again = send(get(&app, path).header(IF_NONE_MATCH, etag)).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""));
        assert_eq!(again.header("etag"), etag);
        let other = send(get(&app, path).header(IF_NONE_MATCH, "\"other\"")).await;
        assert_eq!(other.body, first.body);
    }
}

#[tokio::test]
async fn neither_the_host_header_nor_a_forwarded_one_moves_an_address() {
    let app = TestApp::start().await;
    let request = get(&app, OPENID_CONFIGURATION)
        .header("Host", "evil.example.com")
        .header("X-Forwarded-Host", "evil.example.com")
        .header("X-Forwarded-Proto", "https")
        .header("Forwarded", "host=evil.example.com;proto=https");
    let answer = send(request).await;
    assert_document(&answer);
    assert!(!answer.body.contains("evil"), "{}", answer.body);
}

#[tokio::test]
async fn other_methods_are_told_the_ones_that_work() {
    let app = TestApp::start().await;
    for path in [OPENID_CONFIGURATION, OAUTH_METADATA] {
        let answer = send(http_client().post(app.url(path))).await;
        answer.expect_error(405, "invalid_request");
        assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS");
        let head = send(http_client().head(app.url(path))).await;
        assert_eq!((head.status, head.body.as_str()), (200, ""));
    }
}
