//! Servers that do not answer, or not to the end.

use std::error::Error;
use std::net::TcpListener;

use authly_admin_client::{AdminClient, ClientError};
use pretty_assertions::assert_eq;

use crate::stand_in::{StandIn, health_without, http};

/// The last in the chain of reasons.
fn root(error: &dyn Error) -> String {
    let mut reason = error;
    while let Some(deeper) = reason.source() {
        reason = deeper;
    }
    reason.to_string()
}

#[tokio::test]
async fn an_address_where_nobody_listens_cannot_be_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = AdminClient::builder(address.parse().unwrap());

    let error = client.build().unwrap().health().await.unwrap_err();

    assert!(matches!(error, ClientError::Transport { .. }), "{error:?}");
    assert_eq!(error.to_string(), format!("{address} cannot be reached"));
    let reason = root(&error);
    assert!(reason.starts_with("Connection refused"), "{reason}");
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let whole = http("200 OK", &[], &health_without(None));
    let half = whole.len() - 10;
    for answer in [&whole.as_bytes()[..half], b"SSH-2.0-OpenSSH_9.2\r\n", b""] {
        let server = StandIn::answering(answer);

        let error = server.client().build().unwrap().health().await.unwrap_err();

        assert!(matches!(error, ClientError::Transport { .. }), "{error:?}");
    }
}
