//! Requests that are under way, that take too long, or that end in a panic.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use authly_http::{Deps, HttpSettings};
use authly_testing::TestApp;
use authly_testing::rp::{http_client, send};
use pretty_assertions::assert_eq;

use super::super::serving::Serving;
use super::super::watch::Watch;
use crate::limits::broken::broken;
use crate::machine_support::{OPENID, USERINFO};

const IN_FLIGHT: &str = "authly_http_requests_in_flight";

pub(super) async fn panics_and_requests_under_way() -> BTreeSet<String> {
    let app = TestApp::start().await;
    let (client, alice) = (
        app.client().create().await,
        app.user("alice").create().await,
    );
    let token = app.tokens(&client, &alice, OPENID).await.access_token;
    let mut watch = Watch::of(&app.deps).await;

    let panicking = Serving::endpoints(&broken(&app)).await;
    let request = http_client()
        .get(panicking.url(USERINFO))
        .bearer_auth(&token);
    send(request).await.expect_error(500, "server_error");
    let failed = r#"authly_http_requests_total{route="/oidc/userinfo",method="GET",status="5xx"}"#;
    watch
        .moved(&[("authly_http_panics_total", 1.0), (failed, 1.0)])
        .await;

    let patient = Serving::endpoints(&app.deps).await;
    let mut slow = begin(patient.address);
    watch
        .until(IN_FLIGHT, |value| value == 1.0, async || {})
        .await;
    assert_eq!(finish(&mut slow, "a=b"), "HTTP/1.1 401");
    let refused = r#"authly_token_refusals_total{error="invalid_client"}"#;
    watch.moved(&[(IN_FLIGHT, -1.0), (refused, 1.0)]).await;

    let hasty = HttpSettings {
        request_time_limit: Duration::from_millis(20),
        ..(*app.deps.settings).clone()
    };
    let hasty = Serving::endpoints(&Deps {
        settings: Arc::new(hasty),
        ..app.deps.clone()
    })
    .await;
    let mut slow = send_head(hasty.address, "");
    assert_eq!(finish(&mut slow, ""), "HTTP/1.1 503");
    let refused = r#"authly_token_refusals_total{error="temporarily_unavailable"}"#;
    watch
        .moved(&[("authly_http_timeouts_total", 1.0), (refused, 1.0)])
        .await;

    // A caller who goes away is not under way for ever.
    let gone = begin(patient.address);
    watch
        .until(IN_FLIGHT, |value| value == 1.0, async || {})
        .await;
    drop(gone);
    watch
        .until(IN_FLIGHT, |value| value == 0.0, async || {})
        .await;
    watch.touched
}

/// Sends the head of a token request, and waits until its body is asked for.
fn begin(address: SocketAddr) -> TcpStream {
    let mut stream = send_head(address, "Expect: 100-continue\r\n");
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100"));
    stream
}

/// Sends the head of a token request, with these headers too.
fn send_head(address: SocketAddr, more: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /api/v1/oauth/token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n{more}\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// Sends this much of the body, and reads how the answer begins.
fn finish(stream: &mut TcpStream, body: &str) -> String {
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    String::from_utf8(answer.to_vec()).unwrap()
}
