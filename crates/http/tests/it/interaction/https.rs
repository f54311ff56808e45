//! Behind a proxy that speaks https: the whole way, with an issuer that is not where the server
//! listens.

use authly_testing::browser::{Browser, Page};
use authly_testing::fixtures::PASSWORD;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;

use crate::support::{Answered, Asking, VERIFIER, expect_error_page};

const ISSUER: &str = "https://auth.example.com/tenant";

/// Follows a redirect as the proxy does: the rest of the address is the server's.
async fn follow(app: &TestApp, browser: &mut Browser, page: &Page) -> Page {
    let location = page.answer.header("location");
    let path = location.strip_prefix(ISSUER);
    let path = path.unwrap_or_else(|| panic!("{location} is not ours"));
    browser.get(&app.url(path)).await
}

#[tokio::test]
async fn the_whole_way_goes_by_the_address_of_the_issuer() {
    let app = Setup::default().issuer(ISSUER).app().await;
    let client = app.client().create().await;
    app.user("alice").create().await;
    let mut browser = app.browser();
    let headers = [
        ("origin", "https://auth.example.com"),
        ("sec-fetch-site", "same-origin"),
    ];
    for (name, value) in headers {
        browser.headers.push((name.to_owned(), value.to_owned()));
    }
    let page = browser.get(&Asking::of(&client, "openid").target()).await;
    let login = follow(&app, &mut browser, &page).await;
    let page = browser.fill_in_login(&login, "alice", PASSWORD).await;
    let consent = follow(&app, &mut browser, &page).await;
    let page = browser.submit(&consent.form("approve")).await;
    let answered = Answered::in_query(&page, client.redirect_uri());
    assert_eq!(answered.get("iss"), Some(ISSUER));
    for page in [&login, &consent, &page] {
        let remembered = page.answer.header("strict-transport-security");
        assert!(remembered.starts_with("max-age="), "{page:?}");
    }
    let rp = app.rp(&client);
    let code = answered.get("code").unwrap();
    let _tokens = rp.redeem(code, VERIFIER).await.expect_tokens();
}

#[tokio::test]
async fn a_form_that_came_by_plain_http_is_of_another_origin() {
    let app = Setup::default().issuer(ISSUER).app().await;
    app.user("alice").create().await;
    let before = app.stored().protocol_state().await;
    for origin in ["http://auth.example.com", "https://auth.example.com:8443"] {
        let mut browser = app.browser();
        let login = browser.get("/login").await;
        let header = ("origin".to_owned(), origin.to_owned());
        browser.headers.push(header);
        let page = browser.fill_in_login(&login, "alice", PASSWORD).await;
        expect_error_page(&page, 403);
    }
    assert_eq!(app.stored().protocol_state().await, before);
}
