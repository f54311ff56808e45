//! Answers in which the server says no.

use authly_admin_client::{ClientError, ErrorCode, ErrorResponse, Refusal};
use pretty_assertions::assert_eq;

use crate::stand_in::{StandIn, http};

async fn refusal(answer: String) -> (Refusal, String) {
    let server = StandIn::answering(answer);
    let error = server.client().build().unwrap().health().await.unwrap_err();
    let text = error.to_string().replace(&server.address, "SERVER");
    match error {
        ClientError::Refused { refusal, .. } => (*refusal, text),
        other => panic!("{other:?} is no refusal"),
    }
}

#[tokio::test]
async fn a_refusal_keeps_what_the_server_said() {
    let body = r#"{"error":"temporarily_unavailable","error_description":"Ask again later."}"#;
    let answer = http("503 Service Unavailable", &["X-Request-Id: 0198f2c4"], body);

    let (refusal, text) = refusal(answer).await;

    assert_eq!(
        refusal,
        Refusal {
            status: 503,
            problem: None,
            error: Some(ErrorResponse {
                error: ErrorCode::TemporarilyUnavailable,
                error_description: Some("Ask again later.".to_owned()),
            }),
            request_id: Some("0198f2c4".to_owned()),
        }
    );
    assert_eq!(
        text,
        "SERVER refused: status 503, temporarily_unavailable: Ask again later. \
         (request id 0198f2c4)"
    );
}

#[tokio::test]
async fn a_refusal_without_words_is_its_status() {
    let answer = http(
        "404 Not Found",
        &["Content-Type: text/html"],
        "<h1>Not here</h1>",
    );

    let (refusal, text) = refusal(answer).await;

    assert_eq!(refusal.status, 404);
    assert_eq!(refusal.error, None);
    assert_eq!(text, "SERVER refused: status 404");
}
