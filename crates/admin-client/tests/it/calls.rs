//! What a call sends, and what comes of its answer.

use authly_admin_client::admin::ProblemCode;
use authly_admin_client::admin::whoami::{Caller, WhoAmI};
use authly_admin_client::secret::AccessToken;
use authly_admin_client::{AdminClient, ClientError, IdempotencyKey, NotLoggedIn};
use authly_protocol::endpoint::NoPath;
use pretty_assertions::assert_eq;

use crate::stand_in::{StandIn, http};

/// A caller's document.
pub(crate) fn caller() -> String {
    r#"{"issuer":"https://auth.example.com",
        "client":{"id":"0198f2c4-0000-7000-8000-000000000001","client_id":"reports"},
        "scope":"admin:clients:read","expires_at":"2026-11-25T19:00:00Z","is_admin":true}"#
        .to_owned()
}

/// A client that has a token.
pub(crate) fn with_token(server: &StandIn) -> AdminClient {
    let token = AccessToken::new("at.one".to_owned());
    server.client().token(token).build().unwrap()
}

#[tokio::test]
async fn the_token_goes_in_the_header_and_the_document_comes_back() {
    let server = StandIn::answering(http("200 OK", &[], &caller()));

    let who = with_token(&server).whoami().await.unwrap();

    assert_eq!(who, serde_json::from_str::<Caller>(&caller()).unwrap());
    let request = server.request();
    assert!(
        request.starts_with("GET /admin/whoami HTTP/1.1\n"),
        "{request}"
    );
    assert!(
        request.contains("\nauthorization: Bearer at.one\n"),
        "{request}"
    );
    assert!(
        !request.contains("content-type"),
        "nothing is sent: {request}"
    );
}

#[tokio::test]
async fn what_the_caller_asks_for_goes_with_the_call() {
    let server = StandIn::answering(http("200 OK", &["ETag: \"8\""], &caller()));
    let client = with_token(&server);
    let key = IdempotencyKey::generate();

    let call = client.call::<WhoAmI>(&NoPath);
    let call = call.if_match(7).idempotency_key(&key).dry_run();
    let answer = call.send_versioned().await.unwrap();

    assert_eq!(answer.version, Some(8));
    let request = server.request();
    assert!(
        request.starts_with("GET /admin/whoami?dry_run=true HTTP/1.1\n"),
        "{request}"
    );
    assert!(request.contains("\nif-match: \"7\"\n"), "{request}");
    assert!(request.contains("\nidempotency-key: "), "{request}");
}

#[tokio::test]
async fn a_version_that_is_none_is_none() {
    for header in ["ETag: W/\"8\"", "ETag: 8", "ETag: \"eight\"", "X: y"] {
        let server = StandIn::answering(http("200 OK", &[header], &caller()));
        let answer = with_token(&server).whoami().send_versioned().await.unwrap();
        assert_eq!(answer.version, None, "{header}");
    }
}

#[tokio::test]
async fn a_problem_document_is_read_with_every_field() {
    let body = r#"{"type":"urn:authly:problem:invalid_body","title":"The document is not right",
        "status":422,"detail":"Two members are wrong.","code":"invalid_body",
        "errors":[{"pointer":"/a","detail":"It is missing."},{"pointer":"/b/0","detail":"It is empty."}]}"#;
    let answer = http("422 Unprocessable", &["X-Request-Id: 0198"], body);
    let server = StandIn::answering(answer);

    let error = with_token(&server).whoami().await.unwrap_err();

    let ClientError::Refused { refusal, .. } = &error else {
        panic!("{error:?} is no refusal");
    };
    assert_eq!(refusal.code(), Some(ProblemCode::InvalidBody));
    let problem = refusal.problem.as_ref().unwrap();
    let pointers = problem.errors.iter().map(|error| error.pointer.as_str());
    assert_eq!(pointers.collect::<Vec<_>>(), ["/a", "/b/0"]);
    assert_eq!(
        error.to_string().replace(&server.address, "SERVER"),
        "SERVER refused: status 422, invalid_body: Two members are wrong. /a: It is missing. \
         /b/0: It is empty. (request id 0198)"
    );
}

#[tokio::test]
async fn a_client_without_a_token_does_not_ask() {
    let server = StandIn::answering(http("200 OK", &[], &caller()));

    let error = server.client().build().unwrap().whoami().await.unwrap_err();

    let ClientError::NotLoggedIn { reason, .. } = error else {
        panic!("{error:?} is another reason");
    };
    assert_eq!(reason, NotLoggedIn::NoCredentials);
    assert!(server.is_untouched());
}

#[tokio::test]
async fn a_token_that_no_header_carries_is_refused_before_anything_is_sent() {
    let server = StandIn::answering(http("200 OK", &[], &caller()));
    let token = AccessToken::new("a\nb".to_owned());
    let client = server.client().token(token).build().unwrap();

    let error = client.whoami().await.unwrap_err();

    assert!(matches!(error, ClientError::Request { .. }), "{error:?}");
    assert!(server.is_untouched());
}
