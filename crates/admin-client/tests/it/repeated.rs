//! Calls whose answer is lost: which are repeated, and which are not.

use authly_admin_client::{ClientError, IdempotencyKey};
use authly_protocol::endpoint::NoPath;
use pretty_assertions::assert_eq;

use crate::calls::{caller, with_token};
use crate::samples::{Make, Remove};
use crate::stand_in::{NOTHING, StandIn, http};

fn key_of(request: &str) -> String {
    let line = request.lines().find(|it| it.starts_with("idempotency-key"));
    line.unwrap().to_owned()
}

#[tokio::test]
async fn a_lost_secret_is_asked_for_again_with_the_same_key() {
    let answer = http("201 Created", &[], r#"{"secret":"s3cret"}"#);
    let server = StandIn::answering_in_turn(&[NOTHING, &answer]);
    let key = IdempotencyKey::generate();

    let client = with_token(&server);
    let made = client.call::<Make>(&NoPath).idempotency_key(&key).await;

    assert_eq!(made.unwrap().secret, "s3cret");
    let (first, second) = (server.request(), server.request());
    assert_eq!(key_of(&first), key_of(&second));
}

#[tokio::test]
async fn what_is_idempotent_by_itself_is_repeated() {
    let caller = http("200 OK", &[], &caller());
    let server = StandIn::answering_in_turn(&[NOTHING, NOTHING, &caller]);
    assert!(with_token(&server).whoami().await.unwrap().is_admin);

    let server = StandIn::answering_in_turn(&[NOTHING, &http("204 No Content", &[], "")]);
    with_token(&server).call::<Remove>(&NoPath).await.unwrap();
}

#[tokio::test]
async fn a_post_without_a_key_is_sent_once() {
    let answer = http("201 Created", &[], r#"{"secret":"s3cret"}"#);
    let server = StandIn::answering_in_turn(&[NOTHING, &answer]);

    let error = with_token(&server).call::<Make>(&NoPath).await.unwrap_err();

    assert!(matches!(error, ClientError::Transport { .. }), "{error:?}");
    server.request();
    assert!(server.is_untouched(), "it was repeated");
}

#[tokio::test]
async fn a_server_that_cannot_answer_now_is_asked_again() {
    let problem =
        r#"{"type":"t","title":"t","status":503,"detail":"d","code":"temporarily_unavailable"}"#;
    let put_off = http("503 Service Unavailable", &[], problem);
    let server = StandIn::answering_in_turn(&[&put_off, &http("200 OK", &[], &caller())]);

    assert!(with_token(&server).whoami().await.is_ok());
}

#[tokio::test]
async fn a_refusal_that_lasts_is_not_repeated() {
    for code in ["admin_api_disabled", "server_error"] {
        let problem =
            format!(r#"{{"type":"t","title":"t","status":503,"detail":"d","code":"{code}"}}"#);
        let refusal = http("503 Service Unavailable", &[], &problem);
        let server = StandIn::answering_in_turn(&[&refusal, &http("200 OK", &[], &caller())]);

        let error = with_token(&server).whoami().await.unwrap_err();

        assert!(matches!(error, ClientError::Refused { .. }), "{error:?}");
        server.request();
        assert!(server.is_untouched(), "{code} was repeated");
    }
}

#[tokio::test]
async fn a_server_that_stays_away_is_given_up_after_the_third_time() {
    let server = StandIn::answering(NOTHING);

    let error = with_token(&server).whoami().await.unwrap_err();

    assert!(matches!(error, ClientError::Transport { .. }), "{error:?}");
    for _time in 0..3 {
        server.request();
    }
    assert!(server.is_untouched());
}
