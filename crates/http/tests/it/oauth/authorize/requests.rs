//! The form of requests: methods, content types, sizes, and parameters that mean nothing.

use authly_testing::answer::Answer;
use authly_testing::browser::Page;
use authly_testing::rp::{http_client, send};
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use crate::support::{AUTHORIZE, Answered, Asking, Trusted, expect_error_page};

/// An answer to something that no browser sends.
fn as_page(app: &TestApp, answer: Answer) -> Page {
    let address = app.url(AUTHORIZE).parse().unwrap();
    Page { address, answer }
}

#[tokio::test]
async fn a_request_by_post_is_answered_as_one_by_get() {
    let mut trusted = Trusted::start().await;
    let asking = trusted.asking();
    let page = trusted.browser.post(AUTHORIZE, &asking.fields()).await;
    let answered = Answered::in_query(&page, trusted.client.redirect_uri());
    assert_eq!(answered.names(), ["code", "state", "iss"]);

    let asking = asking.with("response_type", "token");
    let page = trusted.browser.post(AUTHORIZE, &asking.fields()).await;
    let answered = Answered::in_query(&page, trusted.client.redirect_uri());
    assert_eq!(answered.get("error"), Some("unsupported_response_type"));

    let asking = asking.with("redirect_uri", "https://evil.example/");
    let page = trusted.browser.post(AUTHORIZE, &asking.fields()).await;
    expect_error_page(&page, 400);
}

#[tokio::test]
async fn a_new_browser_that_posts_is_led_to_the_login_page() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let asking = Asking::of(&client, "openid");
    let mut browser = app.browser();
    let page = browser.post(AUTHORIZE, &asking.fields()).await;
    assert_eq!(page.expect_location().path(), "/login");
    let login = browser.follow(&page).await;
    assert_eq!(login.status(), 200);
}

#[tokio::test]
async fn the_query_of_a_post_is_ignored() {
    let mut trusted = Trusted::start().await;
    let asking = trusted.asking();
    let with_query = format!("{AUTHORIZE}?state=other&foo=1&foo=2&client_id=nobody");
    let page = trusted.browser.post(&with_query, &asking.fields()).await;
    let answered = Answered::in_query(&page, trusted.client.redirect_uri());
    assert_eq!(answered.get("state"), Some("the state"));

    let before = trusted.app.stored().protocol_state().await;
    let page = trusted.browser.post(&asking.target(), &[]).await;
    expect_error_page(&page, 400);
    assert_eq!(trusted.app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn a_form_of_another_site_goes_on_by_get_so_that_the_cookies_come_along() {
    let mut trusted = Trusted::start().await;
    let asking = trusted.asking().with("state", "a+b %&é");
    // The browser keeps cookies that are `SameSite=Lax` back.
    let mut withheld = trusted.app.browser();
    let site = ("sec-fetch-site".to_owned(), "cross-site".to_owned());
    withheld.headers.push(site);
    let before = trusted.app.stored().protocol_state().await;
    let page = withheld.post(AUTHORIZE, &asking.fields()).await;
    assert_eq!(trusted.app.stored().protocol_state().await, before);
    assert!(withheld.cookies.is_empty(), "other tabs keep their cookie");

    let page = trusted.browser.follow(&page).await;
    let answered = Answered::in_query(&page, trusted.client.redirect_uri());
    assert!(answered.get("code").is_some());
    assert_eq!(answered.get("state"), Some("a+b %&é"));
}

#[tokio::test]
async fn parameters_that_mean_nothing_are_ignored() {
    let mut trusted = Trusted::start().await;
    let mut asking = trusted.asking();
    for (name, value) in [
        ("foo", "bar"),
        ("display", "popup"),
        ("ui_locales", "de-CH en"),
        ("claims_locales", "fr"),
        ("acr_values", "1 2"),
        ("client_secret", "no business here"),
        ("CLIENT_ID", "nobody"),
        ("Redirect_Uri", "https://evil.example/"),
        ("\u{1F511}", "\u{1F512}"),
    ] {
        asking = asking.and(name, value);
    }
    let page = trusted.browser.get(&asking.target()).await;
    let answered = Answered::in_query(&page, trusted.client.redirect_uri());
    assert_eq!(answered.names(), ["code", "state", "iss"]);
}

#[tokio::test]
async fn an_empty_parameter_is_an_absent_one() {
    let mut trusted = Trusted::start().await;
    let mut asking = trusted.asking();
    for name in [
        "response_mode",
        "state",
        "nonce",
        "prompt",
        "max_age",
        "login_hint",
        "resource",
        "request",
        "request_uri",
    ] {
        asking = asking.with(name, "");
    }
    let page = trusted.browser.get(&asking.target()).await;
    let answered = Answered::in_query(&page, trusted.client.redirect_uri());
    assert_eq!(answered.names(), ["code", "iss"]);

    let asking = trusted.asking().with("response_type", "");
    trusted.expect_error(&asking, "invalid_request").await;
}

#[tokio::test]
async fn what_is_not_well_encoded_or_holds_a_nul_leads_to_a_page() {
    let mut trusted = Trusted::start().await;
    let right = trusted.asking().target();
    let before = trusted.app.stored().protocol_state().await;
    for damage in [
        "&x=%",
        "&x=%4",
        "&x=%zz",
        "&x=%C3",
        "&x=%ED%A0%80",
        "&x=%00",
        "&%00=x",
        "&state=%FF",
    ] {
        let page = trusted.browser.get(&format!("{right}{damage}")).await;
        expect_error_page(&page, 400);
        let body = format!("{}{damage}", right.split_once('?').unwrap().1);
        let request = http_client().post(trusted.app.url(AUTHORIZE));
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let page = as_page(&trusted.app, send(request.body(body)).await);
        expect_error_page(&page, 400);
    }
    assert_eq!(trusted.app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn a_query_or_body_beyond_the_limit_leads_to_a_page() {
    let setup = Setup::default();
    let app = setup.policies(|policies| policies.http.max_body_bytes = 4_096);
    let app = app.app().await;
    let client = app.client().create().await;
    let mut trusted = Trusted::with(app, client).await;
    let padded = trusted.asking().and("foo", &"x".repeat(4_096));
    expect_error_page(&trusted.refused(&padded).await, 414);

    let before = trusted.app.stored().protocol_state().await;
    let page = trusted.browser.post(AUTHORIZE, &padded.fields()).await;
    expect_error_page(&page, 413);
    assert_eq!(trusted.app.stored().protocol_state().await, before);

    let fits = trusted.asking().and("foo", &"x".repeat(3_000));
    let page = trusted.browser.get(&fits.target()).await;
    let answered = Answered::in_query(&page, trusted.client.redirect_uri());
    assert!(answered.get("code").is_some());
}

#[tokio::test]
async fn a_query_of_a_megabyte_is_refused_and_the_server_lives_on() {
    let mut trusted = Trusted::start().await;
    let right = trusted.asking();
    for length in [70_000, 1_000_000] {
        let padded = right.clone().and("foo", &"x".repeat(length));
        let request = http_client().get(trusted.app.url(&padded.target()));
        // The web server may hang up in the middle of it.
        if let Ok(response) = request.send().await {
            let status = response.status().as_u16();
            assert!([413, 414, 431, 400].contains(&status), "{length}: {status}");
        }
    }
    let page = trusted.browser.get(&right.target()).await;
    let answered = Answered::in_query(&page, trusted.client.redirect_uri());
    assert!(answered.get("code").is_some());
}

#[tokio::test]
async fn a_body_of_another_content_type_leads_to_a_page() {
    let trusted = Trusted::start().await;
    let target = trusted.asking().target();
    let body = target.split_once('?').unwrap().1;
    let before = trusted.app.stored().protocol_state().await;
    for kind in [
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
        "",
    ] {
        let request = http_client().post(trusted.app.url(AUTHORIZE));
        let request = request.header(CONTENT_TYPE, kind).body(body.to_owned());
        let page = as_page(&trusted.app, send(request).await);
        expect_error_page(&page, 415);
    }
    assert_eq!(trusted.app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn another_method_leads_to_a_page_that_names_the_right_ones() {
    let trusted = Trusted::start().await;
    let target = trusted.app.url(&trusted.asking().target());
    let before = trusted.app.stored().protocol_state().await;
    for method in [
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
        Method::from_bytes(b"QUERY").unwrap(),
    ] {
        let request = http_client().request(method, &target);
        let page = as_page(&trusted.app, send(request).await);
        expect_error_page(&page, 405);
        assert_eq!(page.answer.header("allow"), "GET, HEAD, POST");
    }
    assert_eq!(trusted.app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn no_more_requests_wait_for_one_address_than_the_policy_says() {
    let setup = Setup::default();
    let app = setup.policies(|policies| policies.authorization.requests_per_address = 2);
    let app = app.app().await;
    let client = app.client().create().await;
    let mut browser = app.browser();
    let target = Asking::of(&client, "openid").target();
    for _ in 0..2 {
        let _login = browser.get(&target).await.expect_location();
    }
    let before = app.stored().protocol_state().await;
    expect_error_page(&browser.get(&target).await, 429);
    assert_eq!(app.stored().protocol_state().await, before);

    app.advance(app.policies().authorization.request_lifetime);
    let _login = browser.get(&target).await.expect_location();
}
