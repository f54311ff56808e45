use authly_domain::clients::{Audience, ClientJwtFlaw};
use pretty_assertions::assert_eq;
use serde_json::json;

use super::*;
use crate::base64url;

fn read_with(header: &Value, payload: &str) -> Result<RequestObject, RequestObjectFlaw> {
    let text = [&header.to_string(), payload, "signature"]
        .map(base64url::encode)
        .join(".");
    RequestObject::read(&text)
}

fn read(payload: &Value) -> Result<RequestObject, RequestObjectFlaw> {
    read_with(&json!({ "alg": "ES256" }), &payload.to_string())
}

fn refused(payload: &Value) -> RequestObjectFlaw {
    read(payload).unwrap_err()
}

#[test]
fn parameters_are_what_they_would_be_in_a_query() {
    let object = read(&json!({
        "client_id": "app", "scope": "openid", "max_age": 60, "state": "", "nonce": "é",
        "claims": { "userinfo": { "name": null } },
        "resource": ["https://a.example", "https://b.example"],
    }))
    .unwrap();
    for (name, expected) in [
        ("client_id", Some("app")),
        ("scope", Some("openid")),
        ("max_age", Some("60")),
        ("state", None),
        ("nonce", Some("é")),
        ("prompt", None),
        ("claims", Some(r#"{"userinfo":{"name":null}}"#)),
    ] {
        assert_eq!(
            object.parameter(name).unwrap().as_deref(),
            expected,
            "{name}"
        );
    }
    let several = object.parameters("resource").unwrap();
    assert_eq!(several, ["https://a.example", "https://b.example"]);
    assert_eq!(object.parameters("audience").unwrap(), [""; 0]);
    let one = read(&json!({ "resource": "https://a.example" })).unwrap();
    assert_eq!(one.parameters("resource").unwrap(), ["https://a.example"]);
}

#[test]
fn a_parameter_of_another_kind_is_named() {
    let object = read(&json!({
        "state": {}, "nonce": ["a"], "prompt": true, "scope": null, "login_hint": "a\0",
        "resource": [1, {}],
    }))
    .unwrap();
    for name in ["state", "nonce", "prompt", "scope", "login_hint"] {
        let refused = object.parameter(name);
        assert_eq!(refused, Err(RequestObjectFlaw::Claim(name)), "{name}");
    }
    let refused = object.parameters("resource");
    assert_eq!(refused, Err(RequestObjectFlaw::Claim("resource")));
}

#[test]
fn claims_beside_the_parameters_are_read() {
    let object = read(&json!({
        "iss": "app", "aud": ["https://auth.example"], "client_id": "app", "exp": 3, "nbf": 1, "iat": 2,
    }));
    let expected = RequestObjectClaims {
        iss: Some("app".to_owned()),
        sub: None,
        aud: Some(Audience::Several(vec!["https://auth.example".to_owned()])),
        client_id: Some("app".to_owned()),
        exp: Some(3),
        nbf: Some(1),
        iat: Some(2),
    };
    assert_eq!(object.unwrap().claims(), &expected);
    for (name, wrong) in [
        ("iss", json!(1)),
        ("sub", json!(null)),
        ("aud", json!([1])),
        ("client_id", json!({})),
        ("exp", json!("1780000000")),
        ("exp", json!(1e300)),
        ("nbf", json!(true)),
        ("iat", json!(null)),
    ] {
        let refused = refused(&json!({ name: wrong }));
        assert_eq!(refused, RequestObjectFlaw::Claim(name), "{name} {wrong}");
    }
}

#[test]
fn one_within_another_is_refused() {
    for name in ["request", "request_uri"] {
        assert_eq!(refused(&json!({ name: "a" })), RequestObjectFlaw::Nested);
        assert_eq!(refused(&json!({ name: null })), RequestObjectFlaw::Nested);
    }
}

#[test]
fn what_is_not_signed_or_of_another_type_is_refused() {
    for alg in ["none", "HS256", "RS512", ""] {
        let refused = read_with(&json!({ "alg": alg }), "{}").unwrap_err();
        let expected = RequestObjectFlaw::Jwt(ClientJwtFlaw::Algorithm);
        assert_eq!(refused, expected, "{alg}");
    }
    for (typ, is_known) in [
        ("oauth-authz-req+jwt", true),
        ("JWT", true),
        ("at+jwt", false),
        ("client-authentication+jwt", false),
        ("", false),
    ] {
        let read = read_with(&json!({ "alg": "ES256", "typ": typ }), "{}");
        assert_eq!(read.is_ok(), is_known, "{typ}");
    }
    for text in ["", "a.b.c", "a.b.c.d.e", "nonsense"] {
        let refused = RequestObject::read(text).unwrap_err();
        assert_eq!(refused, RequestObjectFlaw::Jwt(ClientJwtFlaw::Malformed));
    }
    let twice = read_with(&json!({ "alg": "ES256" }), r#"{"scope":"a","scope":"b"}"#);
    let malformed = RequestObjectFlaw::Jwt(ClientJwtFlaw::Malformed);
    assert_eq!(twice.unwrap_err(), malformed);
}
