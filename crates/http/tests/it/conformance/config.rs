//! Discovery, in every plan that has it, and keys.

use std::collections::BTreeSet;

use authly_domain::registration::RegistrationMode;
use authly_testing::rp::{http_client, send};
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::machine_support::published_keys;

/// Names that are registered for such documents: OpenID Connect Discovery §3, RFC 8414 §2 and §7.1,
/// RFC 9207 §3, Initiating User Registration §3.
const REGISTERED: [&str; 47] = [
    "acr_values_supported",
    "authorization_endpoint",
    "authorization_response_iss_parameter_supported",
    "claim_types_supported",
    "claims_parameter_supported",
    "claims_supported",
    "code_challenge_methods_supported",
    "display_values_supported",
    "grant_types_supported",
    "id_token_encryption_alg_values_supported",
    "id_token_encryption_enc_values_supported",
    "id_token_signing_alg_values_supported",
    "introspection_endpoint",
    "introspection_endpoint_auth_methods_supported",
    "introspection_endpoint_auth_signing_alg_values_supported",
    "issuer",
    "jwks_uri",
    "prompt_values_supported",
    "registration_endpoint",
    "request_object_encryption_alg_values_supported",
    "request_object_encryption_enc_values_supported",
    "request_object_signing_alg_values_supported",
    "request_parameter_supported",
    "request_uri_parameter_supported",
    "require_request_uri_registration",
    "response_modes_supported",
    "response_types_supported",
    "revocation_endpoint",
    "revocation_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_signing_alg_values_supported",
    "scopes_supported",
    "service_documentation",
    "subject_types_supported",
    "token_endpoint",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "ui_locales_supported",
    "userinfo_encryption_alg_values_supported",
    "userinfo_encryption_enc_values_supported",
    "userinfo_endpoint",
    "userinfo_signing_alg_values_supported",
    "end_session_endpoint",
    "check_session_iframe",
    "backchannel_logout_supported",
    "frontchannel_logout_supported",
    "frontchannel_logout_session_supported",
    "backchannel_logout_session_supported",
];

async fn document(app: &TestApp) -> Value {
    let answer = send(http_client().get(app.url("/.well-known/openid-configuration"))).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    answer.json()
}

/// The document of a server where clients register themselves, at an address with https, which has to be that
/// of everything that it names.
async fn document_by_https() -> Value {
    let app = Setup::default()
        .issuer("https://auth.example.com")
        .policies(|policies| policies.registration.mode = RegistrationMode::Token)
        .app()
        .await;
    let document = document(&app).await;
    assert_eq!(document["issuer"], "https://auth.example.com");
    for (name, value) in document.as_object().unwrap() {
        assert!(REGISTERED.contains(&name.as_str()), "{name}");
        if name.ends_with("_endpoint") || ["jwks_uri", "check_session_iframe"].contains(&&**name) {
            let address = value.as_str().unwrap();
            assert!(address.starts_with("https://auth.example.com/"), "{name}");
        }
    }
    document
}

fn holds(document: &Value, name: &str, value: &str) -> bool {
    let values = document[name].as_array().unwrap();
    values.iter().any(|one| one == value)
}

#[tokio::test]
async fn oidcc_discovery_endpoint_verification() {
    let document = document_by_https().await;
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
    ] {
        assert!(document[name].is_string(), "{name}");
    }
    assert!(holds(&document, "response_types_supported", "code"));
    assert!(holds(&document, "subject_types_supported", "public"));
    assert!(holds(
        &document,
        "id_token_signing_alg_values_supported",
        "RS256"
    ));
    assert!(holds(
        &document,
        "userinfo_signing_alg_values_supported",
        "RS256"
    ));
    assert!(holds(&document, "scopes_supported", "openid"));
    assert!(holds(&document, "claims_supported", "sub"));
    assert!(holds(
        &document,
        "grant_types_supported",
        "authorization_code"
    ));
    assert!(document["code_challenge_methods_supported"].is_array());
}

/// In the plan dynamic it wants the response types `id_token` and `token id_token` and the grant `implicit` too,
/// which we do not have: an expected failure (docs/oidc.md). The rest of what it looks for there is right.
#[tokio::test]
async fn oidcc_discovery_endpoint_verification_dynamic() {
    let document = document_by_https().await;
    assert_eq!(document["response_types_supported"], json!(["code"]));
    assert!(!holds(&document, "grant_types_supported", "implicit"));
    assert!(document["registration_endpoint"].is_string());
    let algorithms = "request_object_signing_alg_values_supported";
    assert!(holds(&document, algorithms, "RS256"));
    for name in [
        "request_parameter_supported",
        "request_uri_parameter_supported",
        "claims_parameter_supported",
    ] {
        assert_eq!(document[name], true, "{name}");
    }
    let methods = "token_endpoint_auth_methods_supported";
    assert!(holds(&document, methods, "private_key_jwt"));
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_discovery_endpoint_verification() {
    let document = document_by_https().await;
    assert!(document["end_session_endpoint"].is_string());
}

#[tokio::test]
async fn oidcc_backchannel_logout_discovery_endpoint_verification() {
    let document = document_by_https().await;
    assert!(document["end_session_endpoint"].is_string());
    assert_eq!(document["backchannel_logout_supported"], true);
    assert_eq!(document["backchannel_logout_session_supported"], true);
}

#[tokio::test]
async fn oidcc_frontchannel_logout_discovery_endpoint_verification() {
    let document = document_by_https().await;
    assert!(document["end_session_endpoint"].is_string());
    assert_eq!(document["frontchannel_logout_supported"], true);
    assert_eq!(document["frontchannel_logout_session_supported"], true);
}

#[tokio::test]
async fn oidcc_session_management_discovery_endpoint_verification() {
    let document = document_by_https().await;
    assert!(document["end_session_endpoint"].is_string());
    assert!(document["check_session_iframe"].is_string());
}

#[tokio::test]
async fn oidcc_idtoken_unsigned() {
    // Skipped by the suite where `none` is not offered, and it never is.
    let app = TestApp::start().await;
    let document = document(&app).await;
    for (name, values) in document.as_object().unwrap() {
        if name.contains("signing_alg") {
            assert!(!values.to_string().contains("none"), "{name}: {values}");
        }
    }
}

#[tokio::test]
async fn the_keys_have_distinct_names_and_no_private_parts() {
    let app = TestApp::start().await;
    let keys = published_keys(&app).await;
    let names: BTreeSet<_> = keys
        .iter()
        .map(|key| key["kid"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), keys.len());
    for key in &keys {
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert_eq!(key.get(private), None, "{private}");
        }
    }
}
