//! What clients say of themselves.

use std::collections::BTreeSet;

use authly_domain::keys::KeyManagement;
use authly_protocol::oauth::{
    CHECKED_MEMBERS, DECLARED_MEMBERS, REGISTERED_MEMBERS, TRANSLATED_MEMBERS,
};
use authly_testing::recipient::Recipient;
use pretty_assertions::{assert_eq, assert_ne};

use super::*;

/// What is registered or kept as it is said.
fn taken() -> Value {
    json!({
        "client_name": "App", "application_type": "native", "token_endpoint_auth_method": "none",
        "scope": "openid", "response_types": ["code"],
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": ["http://127.0.0.1/callback", "com.example.app:/callback"],
        "id_token_signed_response_alg": "ES256", "subject_type": "public", "default_max_age": 60,
        "client_uri": "https://app.example/", "contacts": ["me@app.example"],
        "initiate_login_uri": "https://app.example/login", "software_id": "app",
        "software_version": "2", "jwks_uri": "https://app.example/jwks", "request_object_signing_alg": "ES256",
        "request_uris": ["https://app.example/request"], "backchannel_logout_uri": "https://app.example/logout",
    })
}

/// What is not looked at: what we do not know, what nobody shows or fetches, and what is an
/// administrator's to say.
fn ignored() -> Value {
    json!({
        "client_name#de": "Anwendung", "client_name#ja-Hani-JP": "応用", "tos_uri": null,
        "tos_uri#fr": "https://app.example/conditions", "logo_uri": "https://app.example/logo.png",
        "default_acr_values": ["1"], "request_object_encryption_alg": "ECDH-ES",
        "request_object_encryption_enc": "A256GCM", "grant_types#de": 7, "require_consent": false, "require_pkce": false,
        "resources": ["https://api.example/"], "access_token_lifetime": 1_000_000,
        "profile": "oidc", "client_id": "chosen", "is_system": true, "managed_by": "me",
    })
}

#[tokio::test]
async fn what_a_client_says_is_registered_and_what_it_may_not_say_is_ignored() {
    let (app, token) = app_and_token().await;
    let (mut said, ignored) = (taken(), ignored());
    for (member, value) in ignored.as_object().unwrap() {
        said[member] = value.clone();
    }
    let answer = register(&app, &token, &said).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let client = answer.json();
    for (member, value) in taken().as_object().unwrap() {
        assert_eq!(&client[member], value, "{member}");
    }
    let secrets = ["client_secret", "client_secret_expires_at"];
    let names = ignored.as_object().unwrap().keys().map(String::as_str);
    for member in names.chain(secrets).filter(|name| *name != "client_id") {
        assert_eq!(client.get(member), None, "{member}");
    }
    let root = app.administrator("boss").await;
    let id = client["client_id"].as_str().unwrap();
    assert_ne!(id, "chosen");
    let listed = root.get(&format!("/admin/clients?client_id={id}")).await;
    let stored = listed.json()["items"][0].clone();
    for (member, value) in [
        ("client_type", json!("public")),
        ("profile", json!("strict")),
        ("require_consent", json!(true)),
        ("require_pkce", json!(true)),
        ("resources", json!([])),
        ("is_system", json!(false)),
    ] {
        assert_eq!(stored[member], value, "{member}");
    }
    assert_eq!(stored.get("access_token_lifetime"), None);
    assert_eq!(stored.get("managed_by"), None);
}

/// Members, each with a value that it cannot have.
fn wrong() -> Vec<(&'static str, Value)> {
    [registered_wrong(), unused_wrong()].concat()
}

/// Of what is registered or kept.
fn registered_wrong() -> Vec<(&'static str, Value)> {
    vec![
        ("client_name", json!("")),
        ("client_name", json!(1)),
        ("application_type", json!("desktop")),
        ("token_endpoint_auth_method", json!("client_secret_jwt")),
        ("token_endpoint_auth_method", json!("private_key_jwt")),
        ("token_endpoint_auth_signing_alg", json!("none")),
        ("grant_types", json!(["implicit"])),
        ("grant_types", json!(["password"])),
        ("grant_types", json!(["client_credentials"])),
        ("grant_types", json!("authorization_code")),
        ("response_types", json!(["token"])),
        ("response_types", json!(["code", "code id_token"])),
        ("response_types", json!("code")),
        ("scope", json!("openid phone")),
        ("scope", json!("admin:users:write")),
        ("scope", json!(["openid"])),
        ("jwks", json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] })),
        ("jwks", json!([])),
        ("jwks_uri", json!("http://app.example/jwks")),
        ("request_object_signing_alg", json!("none")),
        ("request_uris", json!(["http://app.example/request"])),
        ("require_signed_request_object", json!(1)),
        ("id_token_signed_response_alg", json!("none")),
        ("id_token_signed_response_alg", json!("HS256")),
        ("id_token_encrypted_response_alg", json!("RSA1_5")),
        ("id_token_encrypted_response_alg", json!("ECDH-ES")),
        // Without an `alg`, and no such value.
        ("id_token_encrypted_response_enc", json!("A128GCM")),
        ("id_token_encrypted_response_enc", json!("A192GCM")),
        ("userinfo_signed_response_alg", json!("HS256")),
        ("userinfo_encrypted_response_alg", json!("RSA-OAEP")),
        ("userinfo_encrypted_response_alg", json!("ECDH-ES")),
        ("userinfo_encrypted_response_enc", json!("A128GCM")),
        ("userinfo_encrypted_response_enc", json!(128)),
        ("subject_type", json!("secret")),
        ("default_max_age", json!(-1)),
        ("default_max_age", json!("60")),
        ("require_auth_time", json!("yes")),
        ("client_uri", json!("javascript:alert(1)")),
        ("policy_uri", json!("data:text/html,x")),
        ("tos_uri", json!(7)),
        ("initiate_login_uri", json!("http://app.example/login")),
        ("initiate_login_uri", json!(1)),
        ("contacts", json!("me@app.example")),
        ("contacts", json!([""])),
        ("software_id", json!("")),
        ("software_version", json!(2)),
        ("backchannel_logout_uri", json!("http://app.example/logout")),
        ("backchannel_logout_session_required", json!("yes")),
        ("frontchannel_logout_uri", json!("javascript:alert(1)")),
        ("frontchannel_logout_session_required", json!(1)),
        ("sector_identifier_uri", json!("http://app.example/sector")),
        ("post_logout_redirect_uris", json!(["https://a.example/#b"])),
    ]
}

/// Of what is looked at and not kept.
fn unused_wrong() -> Vec<(&'static str, Value)> {
    vec![
        ("logo_uri", json!("javascript:alert(1)")),
        ("logo_uri", json!("http://app.example/logo.png")),
        ("logo_uri", json!(["https://app.example/logo.png"])),
        ("logo_uri#de", json!("data:image/png,x")),
        ("client_name#de", json!("")),
        ("client_name#de", json!(7)),
        ("client_name#", json!("App")),
        ("client_name#no language", json!("App")),
        ("client_uri#de", json!("javascript:alert(1)")),
        ("policy_uri#fr-CA", json!("data:text/html,x")),
        ("tos_uri#fr", json!({})),
        ("default_acr_values", json!("1")),
        ("default_acr_values", json!([1])),
        ("request_object_encryption_alg", json!("RSA1_5")),
        ("request_object_encryption_alg", json!(1)),
        ("request_object_encryption_enc", json!("A128GCM")),
    ]
}

/// What is wrong only together.
fn wrong_together() -> Vec<Value> {
    let recipient = Recipient::new(KeyManagement::RsaOaep256);
    let jwks = serde_json::to_value(recipient.jwks()).unwrap();
    let encrypted = |name: &str, enc: &str| {
        let mut said = json!({ "jwks": jwks });
        said[format!("{name}_encrypted_response_alg")] = json!("RSA-OAEP-256");
        said[format!("{name}_encrypted_response_enc")] = json!(enc);
        said
    };
    vec![
        json!({ "jwks": jwks, "jwks_uri": "https://app.example/jwks" }),
        encrypted("id_token", "A192GCM"),
        encrypted("userinfo", "none"),
        json!({
            "request_object_encryption_alg": "ECDH-ES",
            "request_object_encryption_enc": "A128CBC-HS256",
        }),
    ]
}

#[tokio::test]
async fn each_wrong_member_is_refused_and_nothing_is_stored() {
    let (app, token) = app_and_token().await;
    let mut unnamed = Vec::new();
    for (name, value) in wrong() {
        let mut said = web();
        said[name] = value;
        let answer = refused(&app, &token, &said, "invalid_client_metadata").await;
        let description = answer.json()["error_description"].to_string();
        if !description.contains(name.split('#').next().unwrap()) {
            unnamed.push(description);
        }
    }
    // Each says which one is wrong, two of them in other words.
    let other_words = [
        r#""private_key_jwt needs jwks or jwks_uri""#,
        r#""these grants are not allowed here""#,
    ];
    assert_eq!(unnamed, other_words);
    for together in wrong_together() {
        let mut said = web();
        for (member, value) in together.as_object().unwrap() {
            said[member] = value.clone();
        }
        refused(&app, &token, &said, "invalid_client_metadata").await;
    }
    for uris in [
        json!([]),
        json!(["https://app.example/#fragment"]),
        json!(["javascript:alert(1)"]),
        json!(["data:text/html,x"]),
        json!(["http://app.example/callback"]),
        // On the user's device, and no native application.
        json!(["http://127.0.0.1/callback"]),
        json!(["callback"]),
    ] {
        let said = json!({ "redirect_uris": uris });
        refused(&app, &token, &said, "invalid_redirect_uri").await;
    }
    let statement = json!({ "software_statement": 7 });
    refused(&app, &token, &statement, "invalid_software_statement").await;
    for said in [json!([]), json!("text"), json!(null)] {
        refused(&app, &token, &said, "invalid_client_metadata").await;
    }
}

#[test]
fn each_member_that_is_looked_at_has_a_wrong_value_here() {
    let here: BTreeSet<&str> = wrong().iter().map(|(name, _value)| *name).collect();
    // Those have codes of their own.
    let elsewhere = ["redirect_uris", "software_statement"];
    let names = REGISTERED_MEMBERS.iter().chain(&DECLARED_MEMBERS);
    for name in names.chain(&CHECKED_MEMBERS) {
        assert_ne!(here.contains(name), elsewhere.contains(name), "{name}");
    }
    for name in TRANSLATED_MEMBERS {
        let translated = format!("{name}#");
        assert!(
            here.iter().any(|one| one.starts_with(&translated)),
            "{name}"
        );
    }
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once_and_an_update_is_looked_at_likewise() {
    let (app, token) = app_and_token().await;
    let mut said = web();
    said["client_name"] = json!(null);
    said["request_object_signing_alg"] = json!("none");
    said["logo_uri"] = json!("javascript:alert(1)");
    said["tos_uri#<b>"] = json!("https://app.example/terms");
    let answer = refused(&app, &token, &said, "invalid_client_metadata").await;
    let description = answer.json()["error_description"].to_string();
    for member in ["request_object_signing_alg", "logo_uri", "tos_uri"] {
        assert!(
            description.contains(&format!("{member}: ")),
            "{description}"
        );
    }
    assert!(!description.contains("<b>"), "{description}");

    let client = register(&app, &token, &web()).await.json();
    let before = app.stored().registry().await;
    let mut update = web();
    update["client_id"] = client["client_id"].clone();
    update["logo_uri"] = json!("javascript:alert(1)");
    let place = client["registration_client_uri"].as_str().unwrap();
    let own = client["registration_access_token"].as_str().unwrap();
    let answer = send(http_client().put(place).bearer_auth(own).json(&update)).await;
    answer.expect_error(400, "invalid_client_metadata");
    assert_eq!(app.stored().registry().await, before);
}
