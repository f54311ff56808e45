//! Answers that no Authly server gives.

use std::error::Error as _;

use authly_admin_client::{ClientError, Misunderstanding};
use pretty_assertions::assert_eq;

use crate::stand_in::{StandIn, health_without, http};

async fn misunderstanding(server: &StandIn) -> Misunderstanding {
    let error = server.client().build().unwrap().health().await.unwrap_err();
    match error {
        ClientError::Unexpected { source, .. } => source,
        other => panic!("{other:?} was expected to be odd"),
    }
}

#[tokio::test]
async fn an_answer_that_is_not_the_document_is_not_taken_for_one() {
    let page = "<!doctype html><title>Welcome</title>";
    let other_document = r#"{"status":"ok"}"#;
    let unknown_status = health_without(None).replace("up", "sideways");
    let cut = health_without(None).replace('}', "");
    for body in [
        page,
        other_document,
        unknown_status.as_str(),
        cut.as_str(),
        "",
    ] {
        let server = StandIn::answering(http("200 OK", &[], body));

        let odd = misunderstanding(&server).await;

        assert!(odd.source().is_some(), "{odd:?} says where it is wrong");
        assert_eq!(
            odd.to_string(),
            "it is not the document that was asked for (status 200)",
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_document_under_another_status_is_not_taken_for_one() {
    let server = StandIn::answering(http("202 Accepted", &[], &health_without(None)));

    let odd = misunderstanding(&server).await;

    assert!(matches!(
        odd,
        Misunderstanding::NotTheDocument { status: 202, .. }
    ));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = StandIn::answering(http("200 OK", &[], &health_without(None)));
    let location = format!("Location: {}/health", elsewhere.address);
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Again",
        "308 Moved",
    ] {
        let server = StandIn::answering(http(status, &[&location], ""));

        let odd = misunderstanding(&server).await;

        assert_eq!(
            odd.to_string(),
            format!("it redirects to {}/health", elsewhere.address)
        );
    }
    assert!(elsewhere.is_untouched());
}

#[tokio::test]
async fn a_redirect_without_a_target_is_no_less_odd() {
    let server = StandIn::answering(http("302 Found", &[], ""));

    assert_eq!(
        misunderstanding(&server).await.to_string(),
        "it redirects to nowhere"
    );
}
