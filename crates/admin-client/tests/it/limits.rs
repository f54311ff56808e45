//! What a call takes at most.

use std::io::Read;
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use authly_admin_client::{AdminClient, ClientError, Misunderstanding};

use crate::stand_in::{StandIn, http};

#[tokio::test]
async fn a_server_that_keeps_silent_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut peer, _) = listener.accept()?;
        // Reads until the caller hangs up, and says nothing.
        peer.read_to_end(&mut Vec::new())
    });
    let client = AdminClient::builder(address.parse().unwrap());
    let client = client.call_time_limit(Duration::from_millis(100));

    let error = client.build().unwrap().health().await.unwrap_err();

    assert!(matches!(error, ClientError::Transport { .. }), "{error:?}");
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let body = " ".repeat(1024 * 1024 + 1);
    let server = StandIn::answering(http("200 OK", &[], &body));

    let error = server.client().build().unwrap().health().await.unwrap_err();

    let ClientError::Unexpected { source, .. } = error else {
        panic!("{error:?} was expected to be odd");
    };
    assert!(matches!(
        source,
        Misunderstanding::TooLong { limit: 1_048_576 }
    ));
}
