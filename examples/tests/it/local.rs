//! Tokens that are verified by their signature.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, get_current_timestamp};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::api::Api;
use crate::authorization_server::{AuthorizationServer, FOREIGN, PUBLISHED, header, signed};

/// The claims with one of them replaced.
fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.as_object().unwrap().clone();
    claims.insert(name.to_owned(), value);
    Value::Object(claims)
}

/// The header after this change.
fn header_with(change: impl FnOnce(&mut Header)) -> Header {
    let mut header = header();
    change(&mut header);
    header
}

async fn assert_refused(api: &Api, token: &str, reason: &str) {
    let answer = api.get(token).await;
    assert_eq!(answer.status, 401, "{reason}");
    assert_eq!(
        answer.challenge,
        format!(
            "Bearer realm=\"notes\", error=\"invalid_token\", \
             error_description=\"the token is refused: {reason}\""
        )
    );
}

#[actix_web::test]
async fn a_good_token_opens_what_its_scope_allows() {
    let server = AuthorizationServer::start();
    let api = Api::local(&server).await;
    let token = signed(&header(), &server.claims(), PUBLISHED);

    let read = api.get(&token).await;
    assert_eq!(read.status, 200);
    assert_eq!(
        read.document,
        json!({"subject": "alice", "client_id": "notes-web", "notes": []})
    );

    let written = api.post(&token, &json!({"text": "Buy milk"})).await;
    assert_eq!(written.status, 403);
    assert_eq!(
        written.challenge,
        "Bearer realm=\"notes\", error=\"insufficient_scope\", scope=\"notes:write\""
    );
}

#[actix_web::test]
async fn what_is_grave_needs_a_login_of_late() {
    let server = AuthorizationServer::start();
    let api = Api::local(&server).await;
    let claims = with(&server.claims(), "scope", json!("notes:read notes:write"));
    let logged_in = |ago: u64| {
        let at = json!(get_current_timestamp() - ago);
        signed(&header(), &with(&claims, "auth_time", at), PUBLISHED)
    };
    let recent = logged_in(10);
    api.post(&recent, &json!({"text": "Buy milk"})).await;

    // Long ago, or a program, which never does.
    for token in [logged_in(3_600), signed(&header(), &claims, PUBLISHED)] {
        let (status, challenge) = api.delete(&token).await;
        assert_eq!(status, 401);
        assert_eq!(
            challenge,
            "Bearer realm=\"notes\", error=\"insufficient_user_authentication\", \
             error_description=\"a more recent login is needed\", max_age=\"300\""
        );
    }
    assert_eq!(
        api.get(&recent).await.document["notes"],
        json!(["Buy milk"])
    );
    assert_eq!(api.delete(&recent).await, (204, String::new()));
    assert_eq!(api.get(&recent).await.document["notes"], json!([]));
}

#[actix_web::test]
async fn everybody_has_their_own_notes() {
    let server = AuthorizationServer::start();
    let api = Api::local(&server).await;
    let claims = with(&server.claims(), "scope", json!("notes:read notes:write"));
    let alice = signed(&header(), &claims, PUBLISHED);
    let bob = signed(&header(), &with(&claims, "sub", json!("bob")), PUBLISHED);

    assert_eq!(
        api.post(&alice, &json!({"text": "Buy milk"})).await.status,
        201
    );
    assert_eq!(api.post(&alice, &json!({"txet": ""})).await.status, 400);

    assert_eq!(api.get(&alice).await.document["notes"], json!(["Buy milk"]));
    assert_eq!(api.get(&bob).await.document["notes"], json!([]));
}

#[actix_web::test]
async fn claims_that_are_not_for_this_api_are_refused() {
    let server = AuthorizationServer::start();
    let api = Api::local(&server).await;
    let good = server.claims();
    for (name, value, reason) in [
        (
            "iss",
            json!("https://evil.example"),
            "it is from another server",
        ),
        (
            "aud",
            json!("https://other.example"),
            "it is for another audience",
        ),
        (
            "aud",
            json!(["https://other.example"]),
            "it is for another audience",
        ),
        ("exp", json!(get_current_timestamp() - 60), "it has expired"),
        ("aud", json!(null), "its claims are incomplete or malformed"),
        ("exp", json!(null), "its claims are incomplete or malformed"),
        (
            "exp",
            json!("tomorrow"),
            "its claims are incomplete or malformed",
        ),
        ("iss", json!(null), "its claims are incomplete or malformed"),
        ("sub", json!(null), "its claims are incomplete or malformed"),
        (
            "client_id",
            json!(null),
            "its claims are incomplete or malformed",
        ),
    ] {
        let token = signed(&header(), &with(&good, name, value), PUBLISHED);
        assert_refused(&api, &token, reason).await;
    }
}

#[actix_web::test]
async fn an_id_token_is_no_access_token() {
    let server = AuthorizationServer::start();
    let api = Api::local(&server).await;
    for kind in [None, Some("JWT".to_owned()), Some("logout+jwt".to_owned())] {
        let token = signed(
            &header_with(|header| header.typ = kind),
            &server.claims(),
            PUBLISHED,
        );
        assert_refused(&api, &token, "it is no access token").await;
    }

    let long = header_with(|header| header.typ = Some("application/AT+JWT".to_owned()));
    assert_eq!(
        api.get(&signed(&long, &server.claims(), PUBLISHED))
            .await
            .status,
        200
    );
}

#[actix_web::test]
async fn a_token_that_the_server_has_not_signed_is_refused() {
    let server = AuthorizationServer::start();
    let api = Api::local(&server).await;
    let claims = server.claims();

    let forged = signed(&header(), &claims, FOREIGN);
    assert_refused(&api, &forged, "its signature is wrong").await;

    let mut confused = header();
    confused.alg = Algorithm::HS256;
    let confused = encode(&confused, &claims, &EncodingKey::from_secret(b"published")).unwrap();
    assert_refused(&api, &confused, "its key is for another algorithm").await;

    let critical = header_with(|header| header.crit = Some(vec!["exp".to_owned()]));
    let critical = signed(&critical, &claims, PUBLISHED);
    assert_refused(&api, &critical, "it has extensions that are not known").await;

    let nameless = signed(&header_with(|header| header.kid = None), &claims, PUBLISHED);
    assert_refused(&api, &nameless, "it names no key").await;

    // {"alg":"none","typ":"at+jwt","kid":"published"}
    let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0Iiwia2lkIjoicHVibGlzaGVkIn0.e30.";
    assert_refused(&api, unsigned, "it is no JWT").await;
    assert_refused(&api, "authly_rt_opaque", "it is no JWT").await;
}

#[actix_web::test]
async fn the_keys_are_fetched_once_however_many_unknown_ones_are_named() {
    let server = AuthorizationServer::start();
    let api = Api::local(&server).await;
    let good = signed(&header(), &server.claims(), PUBLISHED);
    for _ in 0..3 {
        assert_eq!(api.get(&good).await.status, 200);
    }
    for name in ["quantum", "made-up"] {
        let header = header_with(|header| header.kid = Some(name.to_owned()));
        let token = signed(&header, &server.claims(), FOREIGN);
        assert_refused(&api, &token, "its key is not known").await;
    }

    assert_eq!(server.jwks_requests(), 1);
}
