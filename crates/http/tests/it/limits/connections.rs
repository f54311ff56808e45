//! More connections than there may be.

use std::io::{ErrorKind, Read as _, Write as _};

use authly_testing::Setup;
use authly_testing::policies::Policies;
use pretty_assertions::assert_eq;

use super::bytes::{answer, connection};
use super::slow::ask;

#[tokio::test]
async fn a_connection_beyond_the_limit_waits_until_another_ends() {
    let few = |policies: &mut Policies| policies.http.max_connections = 2;
    let app = Setup::default().policies(few).app().await;
    let (mut first, mut second) = (connection(&app, b""), connection(&app, b""));
    for connection in [&mut first, &mut second] {
        assert!(ask(connection).starts_with("HTTP/1.1 200"));
    }
    let last = b"GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let mut third = connection(&app, last);
    for _ in 0..20 {
        assert!(ask(&mut first).starts_with("HTTP/1.1 200"));
    }
    third.set_nonblocking(true).unwrap();
    let waits = third.read(&mut [0]).unwrap_err();
    assert_eq!(waits.kind(), ErrorKind::WouldBlock);

    drop(second);
    third.set_nonblocking(false).unwrap();
    assert!(answer(third).starts_with("HTTP/1.1 200"));
    first.write_all(last).unwrap();
    assert!(answer(first).starts_with("HTTP/1.1 200"));
}
