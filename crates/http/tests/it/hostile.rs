//! Requests that nobody would send, among them nearly right ones: whatever comes, the answer is one
//! of ours, and a refusal stores nothing.

mod requests;

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use authly_testing::policies::Policies;
use authly_testing::{Setup, TestApp};
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use tokio::runtime::Runtime;

use self::requests::{Hostile, Words, hostile};

/// How many requests are made up. Each takes some milliseconds.
const REQUESTS: u32 = 100;

/// An answer, as far as it was one of HTTP.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

/// What comes back for these bytes, after which nothing more is sent.
fn exchange(app: &TestApp, bytes: &[u8]) -> Option<Answer> {
    let address = app.root_url("").replace("http://", "");
    let mut connection = TcpStream::connect(address).unwrap();
    let patience = Some(Duration::from_secs(20));
    connection.set_read_timeout(patience).unwrap();
    // The server may have hung up before it has read everything.
    let _ = connection.write_all(bytes);
    let _ = connection.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let read = connection.read_to_end(&mut answer);
    let waited = |error: &std::io::Error| error.kind() == std::io::ErrorKind::WouldBlock;
    assert!(!read.as_ref().is_err_and(waited), "no answer");
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    // What was left of a request whose length had changed is answered as another one.
    let body = body.split("HTTP/1.1 ").next().unwrap_or_default();
    Some(Answer {
        status,
        head: head.to_ascii_lowercase(),
        body: body.to_owned(),
    })
}

/// A server that is tired by nothing, with everything that requests are made of.
async fn grounds() -> (TestApp, Words) {
    let patient = |policies: &mut Policies| {
        let throttle = &mut policies.sessions.throttle;
        for rule in [
            &mut throttle.login_address,
            &mut throttle.login_account_at_address,
            &mut throttle.login_account,
            &mut throttle.login_device,
            &mut throttle.clients.client,
            &mut throttle.clients.address,
        ] {
            rule.attempts = u32::MAX;
        }
        policies.authorization.requests_per_address = u32::MAX;
    };
    let app = Setup::default().policies(patient).app().await;
    let words = Words::of(&app).await;
    (app, words)
}

/// A refusal has the form of the place that gives it.
fn assert_refused_in_form(request: &Hostile, answer: &Answer) {
    // The web server itself refuses what is no HTTP, in its own words.
    if !answer.head.contains("\r\nx-request-id: ") {
        assert!(request.is_mutated(), "{request:?}: {}", answer.head);
        return;
    }
    assert!(
        answer.head.contains("\r\ncache-control: no-store"),
        "{request:?}"
    );
    if answer.head.contains("content-type: application/json") {
        let json: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let has_body = !answer.body.is_empty();
        assert!(
            !has_body || json["error"].is_string(),
            "{request:?}: {}",
            answer.body
        );
        let challenge = answer.head.contains("\r\nwww-authenticate: ");
        assert!(
            answer.status != 401 || challenge,
            "{request:?}: {}",
            answer.head
        );
    } else {
        assert!(
            answer.head.contains("content-type: text/html"),
            "{request:?}: {}",
            answer.head
        );
    }
    let allow = answer.head.contains("\r\nallow: ");
    assert!(
        answer.status != 405 || allow,
        "{request:?}: {}",
        answer.head
    );
}

#[test]
fn no_request_makes_the_server_fail_and_no_refusal_stores_anything() {
    let runtime = Runtime::new().unwrap();
    let (app, words) = runtime.block_on(grounds());
    let mut runner = TestRunner::new(Config {
        cases: REQUESTS,
        failure_persistence: None,
        max_shrink_iters: 100,
        ..Config::default()
    });
    let held = runner.run(&hostile(), |request| {
        let before = runtime.block_on(app.stored().protocol_state());
        let bytes = request.bytes(&words);
        let Some(answer) = exchange(&app, &bytes) else {
            assert!(request.is_mutated(), "{request:?} has no answer");
            return Ok(());
        };
        assert!(
            answer.status < 500,
            "{request:?}: {} {}",
            answer.head,
            answer.body
        );
        assert_eq!(app.deps.panics.count(), 0, "{request:?}");
        assert!(
            !answer.body.contains("<fuzz"),
            "{request:?}: {}",
            answer.body
        );
        if answer.status >= 400 {
            assert_refused_in_form(&request, &answer);
            // A replay ends what was granted, and that is stored.
            if !words.can_be_replayed_in(&bytes) {
                let after = runtime.block_on(app.stored().protocol_state());
                assert!(after == before, "{request:?}: {}", answer.head);
            }
        }
        Ok(())
    });
    held.unwrap();
}
