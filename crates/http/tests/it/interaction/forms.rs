//! The form of forms: what no page of ours sends is refused before anything is done.

use authly_testing::TestApp;
use authly_testing::browser::{Browser, Page};
use authly_testing::fixtures::PASSWORD;
use authly_testing::rp::{http_client, send};
use pretty_assertions::assert_eq;
use reqwest::header::{CONTENT_TYPE, COOKIE};

use crate::support::{expect_error_page, field, logged_in_as};

const PATHS: [&str; 4] = ["/login", "/login/password", "/consent", "/logout"];
const FORM: &str = "application/x-www-form-urlencoded";

/// A server at which Alice has logged in, her browser, and a token for its forms.
async fn start() -> (TestApp, Browser, String) {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    app.user("bob").create().await;
    let mut browser = app.logged_in(&alice).await;
    let logout = browser.get("/logout").await;
    let csrf = field(&logout.form("logout"), "csrf");
    (app, browser, csrf)
}

/// Posts a body as it stands, with the cookies of the browser.
async fn post(app: &TestApp, browser: &Browser, path: &str, kind: &str, body: Vec<u8>) -> Page {
    let cookies = browser.cookies.iter();
    let cookies: Vec<_> = cookies
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let request = http_client().post(app.url(path)).body(body);
    let request = request.header(COOKIE, cookies.join("; "));
    let answer = send(request.header(CONTENT_TYPE, kind)).await;
    let address = app.url(path).parse().unwrap();
    Page { address, answer }
}

#[tokio::test]
async fn a_form_of_another_content_type_is_refused() {
    let (app, mut browser, csrf) = start().await;
    let before = app.stored().protocol_state().await;
    for path in PATHS {
        for kind in [
            "text/plain",
            "multipart/form-data; boundary=x",
            "application/json",
            "",
        ] {
            let body = format!("csrf={csrf}&username=bob&password={PASSWORD}");
            let page = post(&app, &browser, path, kind, body.into_bytes()).await;
            expect_error_page(&page, 415);
        }
    }
    assert_eq!(app.stored().protocol_state().await, before);
    assert_eq!(logged_in_as(&mut browser).await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn a_form_beyond_the_limit_is_refused() {
    let (app, mut browser, csrf) = start().await;
    let before = app.stored().protocol_state().await;
    for path in PATHS {
        let body = format!("csrf={csrf}&x={}", "x".repeat(70_000));
        let page = post(&app, &browser, path, FORM, body.into_bytes()).await;
        expect_error_page(&page, 413);
    }
    assert_eq!(app.stored().protocol_state().await, before);
    assert_eq!(logged_in_as(&mut browser).await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_refused() {
    let (app, mut browser, csrf) = start().await;
    let before = app.stored().protocol_state().await;
    for path in PATHS {
        for damage in [b"&x=%".as_slice(), b"&x=%zz", b"&x=\xff", b"&x=%ed%a0%80"] {
            let body = [b"csrf=", csrf.as_bytes(), damage].concat();
            let page = post(&app, &browser, path, FORM, body).await;
            expect_error_page(&page, 400);
        }
    }
    assert_eq!(app.stored().protocol_state().await, before);
    assert_eq!(logged_in_as(&mut browser).await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn an_empty_form_does_nothing() {
    let (app, mut browser, _csrf) = start().await;
    let before = app.stored().protocol_state().await;
    for path in PATHS {
        let page = post(&app, &browser, path, FORM, Vec::new()).await;
        expect_error_page(&page, 403);
    }
    assert_eq!(app.stored().protocol_state().await, before);
    assert_eq!(logged_in_as(&mut browser).await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn a_login_form_with_a_token_and_nothing_else_is_told_what_is_missing() {
    let (app, mut browser, csrf) = start().await;
    let before = app.stored().protocol_state().await;
    let fields = [("csrf", csrf.as_str())];
    let page = browser.post("/login", &fields).await;
    assert_eq!(page.status(), 422);
    let problem = page.text_of("problem");
    assert_eq!(problem.as_deref(), Some("Type your password."));
    let page = browser.post("/consent", &fields).await;
    expect_error_page(&page, 400);
    assert_eq!(app.stored().protocol_state().await, before);
}
