//! What all pages have in common: headers, and what is not in them.

mod languages;
mod look;

use authly_testing::answer::Answer;
use authly_testing::browser::Page;
use authly_testing::rp::{http_client, send};
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use reqwest::Method;

use crate::support::{AUTHORIZE, Asking, expect_error_page};

/// Each kind of page, and each kind of redirect, in the order of a visit.
async fn every_answer(app: &TestApp) -> Vec<(&'static str, Page)> {
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let peter = app.user("peter").requires_password_change().create().await;
    let asking = Asking::of(&client, "openid profile");
    let mut all = Vec::new();
    let mut browser = app.browser();

    let asked = browser.get(&asking.target()).await;
    let login = browser.follow(&asked).await;
    let wrong = browser.fill_in_login(&login, "alice", "wrong").await;
    let led = browser
        .fill_in_login(&login, &alice.username, &alice.password)
        .await;
    let consent = browser.follow(&led).await;
    let allowed = browser.submit(&consent.form("approve")).await;
    let again = browser.submit(&consent.form("approve")).await;
    let form_post = asking.clone().with("response_mode", "form_post");
    let form_post = browser.get(&form_post.target()).await;
    let refused = asking.clone().with("response_type", "token");
    let refused = browser.get(&refused.target()).await;
    let unknown = asking.clone().with("client_id", "nobody");
    let unknown = browser.get(&unknown.target()).await;
    let signed_in = browser.get("/login").await;
    let logout = browser.get("/logout").await;
    let forged = browser.post("/logout", &[]).await;
    let signed_out = browser.submit(&logout.form("logout")).await;

    let mut due = app.browser();
    let led_to_change = due.log_in(&peter).await;
    let change = due.follow(&led_to_change).await;
    let short = due.submit(&change.form("change_password")).await;
    all.extend([
        ("redirect to the login page", asked),
        ("login page", login),
        ("login page with a problem", wrong),
        ("redirect to the consent page", led),
        ("consent page", consent),
        ("redirect to the client", allowed),
        ("page of a request that was answered", again),
        ("page that posts the answer", form_post),
        ("redirect with an error", refused),
        ("page of an unknown client", unknown),
        ("signed-in page", signed_in),
        ("logout page", logout),
        ("page of a forged form", forged),
        ("signed-out page", signed_out),
        ("redirect to the change of password", led_to_change),
        ("change of password", change),
        ("change of password with a problem", short),
        ("redirect of the front door", due.get("/").await),
        ("page that is not there", due.get("/nothing").await),
        ("page beside a page", due.get("/login/nothing").await),
    ]);
    all
}

#[tokio::test]
async fn every_page_and_redirect_says_what_browsers_must_not_do_with_it() {
    let app = TestApp::start().await;
    let mut ids = Vec::new();
    for (name, page) in every_answer(&app).await {
        let header = |header| page.answer.header(header);
        assert_eq!(header("x-frame-options"), "DENY", "{name}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{name}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{name}");
        assert_eq!(header("cache-control"), "no-store", "{name}");
        assert_eq!(header("access-control-allow-origin"), "", "{name}");
        assert_eq!(header("access-control-allow-credentials"), "", "{name}");
        assert_eq!(header("strict-transport-security"), "", "{name}");
        assert_eq!(header("server"), "", "{name}");
        assert!(header("permissions-policy").contains("camera=()"), "{name}");
        let policy = header("content-security-policy");
        for directive in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(directive), "{name}: {policy}");
        }
        assert!(!policy.contains("unsafe-inline"), "{name}: {policy}");
        assert!(!policy.contains("form-action"), "{name}: {policy}");
        let posts = name == "page that posts the answer";
        assert_eq!(policy.contains("script-src"), posts, "{name}: {policy}");
        ids.push(header("x-request-id").to_owned());
    }
    assert!(ids.iter().all(|id| id.len() == 32), "{ids:?}");
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "every request has a number of its own");
}

#[tokio::test]
async fn every_redirect_is_a_303_with_an_absolute_address() {
    let app = TestApp::start().await;
    for (name, page) in every_answer(&app).await {
        let location = page.answer.header("location");
        assert_eq!(page.status() == 303, !location.is_empty(), "{name}");
        assert!(![301, 302, 307, 308].contains(&page.status()), "{name}");
        if page.status() == 303 {
            let known = [app.url("/"), "https://app.example.com/callback?".to_owned()];
            let known = known.iter().any(|known| location.starts_with(known));
            assert!(known, "{name}: {location}");
            assert_eq!(page.html(), "", "{name}");
        }
    }
}

#[tokio::test]
async fn no_page_holds_a_script_a_style_or_anything_of_another_place() {
    let app = TestApp::start().await;
    for (name, page) in every_answer(&app).await {
        if page.status() == 303 {
            continue;
        }
        let kind = page.answer.header("content-type");
        assert_eq!(kind, "text/html; charset=utf-8", "{name}");
        let html = page.html().to_lowercase();
        assert!(html.starts_with("<!doctype html>"), "{name}");
        let scripts = usize::from(name == "page that posts the answer");
        assert_eq!(html.matches("<script").count(), scripts, "{name}");
        for inline in [
            "<style",
            " style=",
            "javascript:",
            " onclick",
            " onload",
            " onsubmit",
            "<iframe",
            "<object",
            "<embed",
            "src=\"http",
            "http-equiv",
            "<base",
        ] {
            assert!(!html.contains(inline), "{name} holds {inline}");
        }
        // A password is never filled in by us.
        assert!(!html.contains("correct horse"), "{name}");
    }
}

#[tokio::test]
async fn the_page_of_a_refusal_shows_the_number_of_its_request() {
    let app = TestApp::start().await;
    let mut refusals = 0;
    for (name, page) in every_answer(&app).await {
        let is_refusal = page.status() >= 400 && page.status() != 422;
        assert_eq!(page.text_of("request_id").is_some(), is_refusal, "{name}");
        if is_refusal {
            expect_error_page(&page, page.status());
            refusals += 1;
        }
    }
    assert!(refusals >= 5, "{refusals}");
}

#[tokio::test]
async fn every_link_and_form_of_a_page_leads_to_a_place_that_is_there() {
    let app = Setup::default().issuer_path("/tenant").app().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.browser();
    let login = browser.get("/login").await;
    assert!(login.form("login").action.path().starts_with("/tenant/"));
    browser
        .fill_in_login(&login, &alice.username, &alice.password)
        .await;
    let signed_in = browser.get("/login").await;
    assert!(signed_in.html().contains("href=\"/tenant/logout\""));
    let logout = browser.get("/logout").await;
    let signed_out = browser.submit(&logout.form("logout")).await;
    assert!(signed_out.html().contains("href=\"/tenant/login\""));
    let front = browser.get("/").await;
    assert_eq!(front.expect_location().path(), "/tenant/login");
    let front = browser.get(&app.root_url("/tenant")).await;
    assert_eq!(front.expect_location().path(), "/tenant/login");
    let outside = browser.get(&app.root_url("/login")).await;
    expect_error_page(&outside, 404);
}

#[tokio::test]
async fn the_stylesheet_is_kept_for_ever_and_no_other_file_is_there() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    let login = browser.get("/login").await;
    let path = login.html().split("href=\"/static/").nth(1).unwrap();
    let path = format!("/static/{}", path.split('"').next().unwrap());
    let style = browser.get(&path).await;
    assert_eq!(style.status(), 200);
    assert_eq!(
        style.answer.header("content-type"),
        "text/css; charset=utf-8"
    );
    assert!(style.answer.header("cache-control").contains("immutable"));
    for path in [
        "/static/authly.css",
        "/static/",
        "/static/..%2f..%2fetc%2fpasswd",
        "/static/%00",
    ] {
        expect_error_page(&browser.get(path).await, 404);
    }
}

#[tokio::test]
async fn no_other_origin_may_read_pages_whatever_it_asks() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let target = Asking::of(&client, "openid").target();
    for origin in ["https://evil.example", "null", "https://app.example.com"] {
        for (method, path) in [
            (Method::GET, target.as_str()),
            (Method::OPTIONS, AUTHORIZE),
            (Method::OPTIONS, "/login"),
            (Method::OPTIONS, "/consent"),
            (Method::GET, "/login"),
            (Method::GET, "/logout"),
        ] {
            let request = http_client().request(method, app.url(path));
            let request = request.header("origin", origin);
            let answer: Answer =
                send(request.header("access-control-request-method", "POST")).await;
            let mut names = answer
                .headers
                .keys()
                .map(reqwest::header::HeaderName::as_str);
            assert!(
                !names.any(|name| name.starts_with("access-control-")),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn each_page_answers_the_methods_it_has_and_names_them_otherwise() {
    let app = TestApp::start().await;
    for (path, allowed) in [
        ("/login", "GET, HEAD, POST"),
        ("/login/password", "GET, HEAD, POST"),
        ("/consent", "GET, HEAD, POST"),
        ("/logout", "GET, HEAD, POST"),
        ("/oidc/logout", "GET, HEAD, POST"),
        ("/account", "GET, HEAD"),
        ("/", "GET, HEAD"),
    ] {
        let mut methods = vec![Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS];
        if !allowed.contains("POST") {
            methods.push(Method::POST);
        }
        for method in methods {
            let answer = send(http_client().request(method, app.url(path))).await;
            let address = app.url(path).parse().unwrap();
            let page = Page { address, answer };
            expect_error_page(&page, 405);
            assert_eq!(page.answer.header("allow"), allowed, "{path}");
        }
    }
    let head = send(http_client().head(app.url("/login"))).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
}
