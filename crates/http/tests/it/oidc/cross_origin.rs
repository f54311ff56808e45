//! Which answers scripts of other origins may read (Fetch §3.3): those where no cookie counts.

use authly_testing::TestApp;
use authly_testing::answer::Answer;
use authly_testing::rp::{http_client, send};
use pretty_assertions::assert_eq;
use reqwest::Method;

use crate::machine_support::{INTROSPECT, REVOKE, TOKEN, USERINFO, post_form};

const ORIGIN: &str = "https://spa.example.com";

const SHARED: [(&str, &str); 6] = [
    (TOKEN, "POST, OPTIONS"),
    (REVOKE, "POST, OPTIONS"),
    (USERINFO, "GET, HEAD, POST, PUT, OPTIONS"),
    ("/.well-known/openid-configuration", "GET, HEAD, OPTIONS"),
    (
        "/.well-known/oauth-authorization-server",
        "GET, HEAD, OPTIONS",
    ),
    ("/.well-known/jwks.json", "GET, HEAD, OPTIONS"),
];

const OWN: [&str; 13] = [
    "/api/v1/oauth/authorize",
    INTROSPECT,
    "/login",
    "/login/password",
    "/consent",
    "/logout",
    "/health",
    "/health/live",
    "/health/ready",
    "/static/nothing",
    "/nothing",
    "/api/v1/oauth/nothing",
    "/",
];

/// Origins that are no better than others: an opaque one, and what only ends or begins like ours.
const ODD: [&str; 5] = [
    "null",
    "https://evilapp.example.com",
    "https://app.example.com.evil.example",
    "http://localhost:1",
    "https://app.example.com https://evil.example",
];

/// What a browser asks before a script of another origin may call.
async fn preflight(app: &TestApp, path: &str) -> Answer {
    let request = http_client()
        .request(Method::OPTIONS, app.url(path))
        .header("Origin", ORIGIN)
        .header("Access-Control-Request-Method", "POST")
        .header(
            "Access-Control-Request-Headers",
            "authorization, content-type",
        );
    send(request).await
}

#[track_caller]
fn assert_shared(answer: &Answer) {
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.headers.get("access-control-allow-credentials"), None);
    let exposed = answer.header("access-control-expose-headers");
    assert!(exposed.contains("WWW-Authenticate") && exposed.contains("Retry-After"));
}

#[tokio::test]
async fn the_question_before_the_call_is_answered() {
    let app = TestApp::start().await;
    for (path, methods) in SHARED {
        let answer = preflight(&app, path).await;
        assert_eq!((answer.status, answer.body.as_str()), (204, ""), "{path}");
        assert_shared(&answer);
        assert_eq!(answer.header("access-control-allow-methods"), methods);
        let allowed = "Authorization, Content-Type";
        assert_eq!(answer.header("access-control-allow-headers"), allowed);
        assert_eq!(answer.header("access-control-max-age"), "3600");
    }
}

#[tokio::test]
async fn answers_and_refusals_can_be_read_alike() {
    let app = TestApp::start().await;
    for (path, _methods) in SHARED {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let request = http_client().request(method, app.url(path));
            assert_shared(&send(request.header("Origin", ORIGIN)).await);
        }
    }
    let answer = post_form(&app, TOKEN, None, "grant_type=client_credentials").await;
    assert_shared(&answer);
}

#[tokio::test]
async fn what_reads_cookies_or_is_for_servers_is_not_shared() {
    let app = TestApp::start().await;
    for path in OWN {
        let mut answers = vec![preflight(&app, path).await];
        assert!(matches!(answers[0].status, 404 | 405), "{path}");
        for method in [Method::GET, Method::POST] {
            let request = http_client().request(method, app.url(path));
            answers.push(send(request.header("Origin", ORIGIN)).await);
        }
        for answer in answers {
            let shared = answer
                .headers
                .keys()
                .filter(|name| name.as_str().starts_with("access-control-"));
            assert_eq!(shared.count(), 0, "{path}: {:?}", answer.headers);
        }
    }
}

#[tokio::test]
async fn no_origin_is_ever_repeated_and_none_gets_credentials() {
    let app = TestApp::start().await;
    app.client().create().await;
    let shared = SHARED.map(|(path, _methods)| path);
    for origin in ODD.into_iter().chain([app.root_url("").as_str()]) {
        for path in shared.iter().chain(&OWN) {
            for method in [Method::GET, Method::POST, Method::OPTIONS] {
                let request = http_client().request(method, app.url(path));
                let answer = send(request.header("Origin", origin)).await;
                let allowed = answer.header("access-control-allow-origin");
                let expected = if shared.contains(path) { "*" } else { "" };
                assert_eq!(allowed, expected, "{path} {origin}");
                assert_eq!(answer.header("access-control-allow-credentials"), "");
            }
        }
    }
}
