//! What seeds say for OpenID Connect.

use std::time::Duration;

use authly_domain::clients::{
    Client, OpenIdMetadata, RequestObjectMetadata, RequestObjectRule, ResponseEncryption,
    SubjectType,
};
use authly_domain::keys::{ContentEncryption, KeyManagement, SigningAlgorithm};

use authly_testing::TestServices;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{SECRET, problems, seed};

fn client(more: &Value) -> Value {
    let mut client = json!({
        "client_id": "app", "client_secret": SECRET, "scope": "openid",
        "redirect_uris": ["https://a.example/cb", "https://b.example/cb"],
    });
    let members = client.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    json!({ "clients": [client] })
}

/// The key of RFC 8037 appendix A.6.
fn x25519() -> Value {
    json!({
        "kty": "OKP", "crv": "X25519", "x": "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08",
        "kid": "one", "use": "enc",
    })
}

async fn stored_client(services: &TestServices) -> Client {
    let conn = services.db.connect().await.unwrap();
    let id = "app".parse().unwrap();
    let found = conn.reads().clients().find(&id).await.unwrap();
    found.unwrap()
}

async fn stored(services: &TestServices) -> OpenIdMetadata {
    stored_client(services).await.openid
}

#[tokio::test]
async fn how_a_client_signs_its_requests_is_kept_and_what_is_absent_stays() {
    let services = TestServices::start().await;
    services.bootstrap().ensure_scopes().await.unwrap();
    let seeder = services.seeder();
    let all = json!({
        "jwks_uri": "https://app.example/jwks", "request_object_signing_alg": "ES256",
        "require_signed_request_object": true, "request_uris": ["https://app.example/request"],
    });
    let expected = RequestObjectMetadata {
        alg: Some(SigningAlgorithm::Es256),
        rule: RequestObjectRule::Required,
        uris: vec!["https://app.example/request".parse().unwrap()],
    };
    for said in [all, json!({})] {
        seeder.apply(&seed(client(&said))).await.unwrap();
        assert_eq!(stored_client(&services).await.requests, expected);
    }
    let less = json!({ "require_signed_request_object": false, "request_uris": [] });
    seeder.apply(&seed(client(&less))).await.unwrap();
    let less = RequestObjectMetadata {
        rule: RequestObjectRule::Optional,
        uris: Vec::new(),
        ..expected
    };
    assert_eq!(stored_client(&services).await.requests, less);
}

#[tokio::test]
async fn the_metadata_of_a_client_are_kept_and_what_is_absent_stays() {
    let services = TestServices::start().await;
    services.bootstrap().ensure_scopes().await.unwrap();
    let seeder = services.seeder();
    seeder.apply(&seed(client(&json!({})))).await.unwrap();
    assert_eq!(stored(&services).await, OpenIdMetadata::default());

    let all = json!({
        "id_token_signed_response_alg": "EdDSA", "userinfo_signed_response_alg": "PS256",
        "subject_type": "pairwise", "sector_identifier_uri": "https://sector.example/uris.json",
        "default_max_age": 600, "require_auth_time": true, "jwks": { "keys": [x25519()] },
        "id_token_encrypted_response_alg": "ECDH-ES",
        "userinfo_encrypted_response_alg": "ECDH-ES+A256KW",
        "userinfo_encrypted_response_enc": "A128GCM",
    });
    seeder.apply(&seed(client(&all))).await.unwrap();
    let expected = OpenIdMetadata {
        id_token_alg: SigningAlgorithm::EdDsa,
        userinfo_alg: Some(SigningAlgorithm::Ps256),
        id_token_encryption: ResponseEncryption {
            alg: Some(KeyManagement::EcdhEs),
            enc: None,
        },
        userinfo_encryption: ResponseEncryption {
            alg: Some(KeyManagement::EcdhEsA256Kw),
            enc: Some(ContentEncryption::A128Gcm),
        },
        subject_type: SubjectType::Pairwise,
        sector_identifier_uri: Some("https://sector.example/uris.json".to_owned()),
        default_max_age: Some(Duration::from_mins(10)),
        require_auth_time: true,
    };
    assert_eq!(stored(&services).await, expected);
    seeder.apply(&seed(client(&json!({})))).await.unwrap();
    assert_eq!(stored(&services).await, expected);
}

#[tokio::test]
async fn the_keys_of_a_client_are_kept_and_what_is_absent_stays() {
    let services = TestServices::start().await;
    services.bootstrap().ensure_scopes().await.unwrap();
    let keys = json!({ "keys": [x25519()] });
    let seeder = services.seeder();
    for more in [json!({ "jwks": keys }), json!({})] {
        seeder.apply(&seed(client(&more))).await.unwrap();
        let conn = services.db.connect().await.unwrap();
        let id = "app".parse().unwrap();
        let found = conn.reads().clients().find(&id).await.unwrap();
        let stored = serde_json::to_value(found.unwrap().jwks).unwrap();
        assert_eq!(stored, keys);
    }
}

#[tokio::test]
async fn metadata_that_cannot_be_are_problems_and_nothing_is_stored() {
    let services = TestServices::start().await;
    services.bootstrap().ensure_scopes().await.unwrap();
    let before = services.stored().registry().await;
    for (wrong, expected) in &[
        (
            json!({ "id_token_signed_response_alg": "none" }),
            "client app: id_token_signed_response_alg \"none\" is not one of the known values",
        ),
        (
            json!({ "userinfo_signed_response_alg": "HS256" }),
            "client app: userinfo_signed_response_alg \"HS256\" is not one of the known values",
        ),
        (
            json!({ "subject_type": "pairwise" }),
            "client app: pairwise subjects need a sector_identifier_uri, or redirect_uris of one host",
        ),
        (
            json!({ "sector_identifier_uri": "http://sector.example/" }),
            "client app: sector_identifier_uri is an https URL",
        ),
        (
            json!({ "id_token_encrypted_response_alg": "ECDH-ES" }),
            "client app: id_token_encrypted_response_alg: jwks has no key for ECDH-ES",
        ),
        (
            json!({ "userinfo_encrypted_response_alg": "RSA1_5" }),
            "client app: userinfo_encrypted_response_alg \"RSA1_5\" is not one of the known values",
        ),
        (
            json!({ "request_uris": ["http://a.example/"] }),
            "client app: request_uris \"http://a.example/\": it is no https URL",
        ),
        (
            json!({ "request_object_signing_alg": "ES256" }),
            "client app: request_object_signing_alg needs jwks or jwks_uri",
        ),
        (
            json!({ "jwks_uri": "http://app.example/jwks" }),
            "client app: jwks_uri: it is no https URL",
        ),
        (
            json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://a.example/" }),
            "client app: a client that authenticates by private_key_jwt has no client_secret",
        ),
        (
            json!({ "jwks": { "keys": [{ "kty": "oct", "k": "AAAA" }] } }),
            "client app: jwks.keys[0]: only public keys are registered, and this one is private or \
             symmetric: take it out of use",
        ),
    ] {
        let refused = services.seeder().apply(&seed(client(wrong))).await;
        assert_eq!(problems(refused.unwrap_err()), [*expected]);
    }
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn the_address_and_the_telephone_of_a_user_are_kept_and_what_is_absent_stays() {
    let services = TestServices::start().await;
    let user = |claims: &Value| {
        let mut user = json!({ "username": "alice", "password": "long enough for anybody" });
        let members = user.as_object_mut().unwrap();
        members.extend(claims.as_object().unwrap().clone());
        seed(json!({ "users": [user] }))
    };
    let first = json!({
        "phone_number": "+49 30 1234567", "phone_number_verified": true,
        "address": { "street_address": "Hauptstr. 1", "locality": "Berlin", "country": "DE" },
    });
    let seeder = services.seeder();
    seeder.apply(&user(&first)).await.unwrap();
    let moved = json!({ "address": { "street_address": "Nebenstr. 2", "postal_code": "10827" } });
    seeder.apply(&user(&moved)).await.unwrap();

    let stored = services.stored().contact_of("alice").await;
    let expected = [
        Some("+49 30 1234567"),
        Some("true"),
        Some("Nebenstr. 2"),
        Some("10827"),
        Some("Berlin"),
        None,
        Some("DE"),
    ];
    assert_eq!(stored, expected.map(|text| text.map(str::to_owned)));
}
