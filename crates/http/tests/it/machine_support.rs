//! What the tests of the endpoints for programs share: requests put together by hand, and what every
//! refusal has to be.

use authly_domain::keys::SigningAlgorithm;
use authly_services::seed::Seed;
use authly_testing::TestApp;
use authly_testing::answer::Answer;
use authly_testing::rp::{http_client, send};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use pretty_assertions::assert_eq;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha512};

pub(crate) const TOKEN: &str = "/api/v1/oauth/token";
pub(crate) const INTROSPECT: &str = "/api/v1/oauth/introspect";
pub(crate) const REVOKE: &str = "/api/v1/oauth/revoke";
pub(crate) const USERINFO: &str = "/oidc/userinfo";

/// The content type of forms.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// What a scope of a user consists of in most tests.
pub(crate) const OPENID: &str = "openid profile email notes:read";

/// A POST that the test completes.
pub(crate) fn post(app: &TestApp, path: &str) -> RequestBuilder {
    http_client().post(app.url(path))
}

/// A GET that the test completes.
pub(crate) fn get(app: &TestApp, path: &str) -> RequestBuilder {
    http_client().get(app.url(path))
}

/// Posts a body as it stands, as a form, with this `Authorization` header.
pub(crate) async fn post_form(
    app: &TestApp,
    path: &str,
    authorization: Option<&str>,
    body: &str,
) -> Answer {
    let mut request = post(app, path)
        .header(CONTENT_TYPE, FORM)
        .body(body.to_owned());
    if let Some(value) = authorization {
        request = request.header(AUTHORIZATION, value);
    }
    send(request).await
}

/// The `Authorization` header of these credentials, which are joined already.
pub(crate) fn basic(joined: impl AsRef<[u8]>) -> String {
    format!("Basic {}", STANDARD.encode(joined))
}

/// A text as a form has it.
pub(crate) fn form_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Registers a client as a seed describes it, for what the fixtures do not offer.
pub(crate) async fn seed_client(app: &TestApp, client: Value) {
    let seed: Seed = serde_json::from_value(json!({ "clients": [client] })).unwrap();
    app.seeder().apply(&seed).await.unwrap();
}

/// Holds that requests, codes, consents, grants, sessions and tokens are the same after `work`.
pub(crate) async fn unchanged<T>(app: &TestApp, work: impl Future<Output = T>) -> T {
    let before = app.stored().protocol_state().await;
    let answer = work.await;
    assert_eq!(app.stored().protocol_state().await, before);
    answer
}

/// Holds an answer to be a refusal in the form of OAuth 2.1 §3.2.4, with the challenge that belongs
/// to a 401 and to nothing else.
#[track_caller]
pub(crate) fn assert_refused(answer: &Answer, status: u16, code: &str) {
    answer.expect_error(status, code);
    assert_json(answer);
    let body = answer.json();
    let members: Vec<_> = body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["error", "error_description"]);
    let description = body["error_description"].as_str().unwrap();
    let allowed = |byte: u8| matches!(byte, 0x20 | 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    assert!(description.bytes().all(allowed), "{description}");
    let challenge = match status {
        401 => r#"Basic realm="Authly", charset="UTF-8""#,
        _ => "",
    };
    assert_eq!(answer.header("www-authenticate"), challenge);
    let waits = matches!(status, 429 | 503);
    assert_eq!(!answer.header("retry-after").is_empty(), waits);
}

/// Holds an answer to be JSON that nobody may keep.
#[track_caller]
pub(crate) fn assert_json(answer: &Answer) {
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(!answer.header("x-request-id").is_empty());
}

/// Holds an answer to be one with tokens.
#[track_caller]
pub(crate) fn assert_issued(answer: &Answer) {
    drop(answer.expect_tokens());
}

/// The names of the members of an object, sorted.
pub(crate) fn members(object: &Value) -> Vec<&str> {
    let mut names: Vec<_> = object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names
}

/// `at_hash` of OpenID Connect Core §3.1.3.6, for an ID token that is signed with RS256.
pub(crate) fn at_hash(access_token: &str) -> String {
    at_hash_of(access_token, SigningAlgorithm::Rs256)
}

/// `at_hash` for an ID token that is signed with this algorithm.
pub(crate) fn at_hash_of(access_token: &str, algorithm: SigningAlgorithm) -> String {
    match algorithm {
        SigningAlgorithm::EdDsa => URL_SAFE_NO_PAD.encode(&Sha512::digest(access_token)[..32]),
        _ => URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token)[..16]),
    }
}

/// The published keys that sign.
pub(crate) async fn published_keys(app: &TestApp) -> Vec<Value> {
    let mut keys = every_published_key(app).await;
    keys.retain(|key| key["use"] == "sig");
    keys
}

/// Those that clients encrypt to as well.
pub(crate) async fn every_published_key(app: &TestApp) -> Vec<Value> {
    let answer = send(get(app, "/.well-known/jwks.json")).await;
    assert_eq!(answer.status, 200);
    answer.json()["keys"].as_array().unwrap().clone()
}

/// The moment that the app's clock shows, in seconds since 1970.
pub(crate) fn now(app: &TestApp) -> i64 {
    app.context.now().unix_seconds()
}
