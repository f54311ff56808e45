//! How answers reach applications in a real browser.

use reqwest::StatusCode;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::application::{Application, Asked, Callback};
use crate::browser::Browser;
use crate::devtools::Scripts;
use crate::server::{QUICK, Server};
use crate::sign_in::{PASSWORD, log_in, seed};

/// A program on the person's machine, with a scheme of its own.
const NATIVE: &str = r#"
[[clients]]
client_id = "notes-phone"
client_name = "Notes for the phone"
client_type = "public"
application_type = "native"
redirect_uris = ["com.example.notes:/callback"]
grant_types = ["authorization_code"]
scope = "openid profile"
token_endpoint_auth_method = "none"
"#;

/// The verifier and challenge of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A request that is put to the person whatever was allowed before.
fn ask(application: &Application, mode: &str) -> Asked {
    let asked = application.ask(&["profile"]);
    asked.with("prompt", "consent").with("response_mode", mode)
}

/// Goes to the page that asks for consent; logs in where that comes first.
async fn go_to_consent(browser: &Browser, asked: &Asked) {
    browser.open(asked.url.as_str()).await;
    if browser.path().await == "/login" {
        log_in(browser, PASSWORD).await;
    }
    browser.wait_for("approve").await;
}

/// Nothing that the policy forbids was tried.
async fn assert_no_complaints(browser: &Browser) {
    let complaints = browser.log("browser").await;
    let about_policy = |line: &&String| line.contains("Content Security Policy");
    let complaints: Vec<_> = complaints.iter().filter(about_policy).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
}

#[tokio::test]
async fn the_answer_reaches_the_application_in_the_query_the_fragment_and_a_form() {
    let callback = Callback::listen().await;
    let server = Server::start_with(&seed(&callback.uri), QUICK);
    let application = Application::discover(&server.issuer, &callback.uri).await;
    let browser = Browser::start().await;
    for mode in ["query", "fragment", "form_post"] {
        let asked = ask(&application, mode);
        go_to_consent(&browser, &asked).await;
        let (mut answer, ()) = tokio::join!(callback.answer(), browser.press("approve"));
        if mode == "fragment" {
            assert!(
                answer.is_empty(),
                "the server of the application got {answer:?}"
            );
            let address = browser.page.current_url().await.unwrap();
            let fragment = address.fragment().unwrap().as_bytes();
            answer = form_urlencoded::parse(fragment).into_owned().collect();
        }
        assert_eq!(browser.text().await, "Back at the application.", "{mode}");
        let code = asked.code_of(&answer, &server.issuer).to_owned();
        application.redeem(&code, asked).await;
    }

    // Without scripts a button does what the script would have done.
    let asked = ask(&application, "form_post");
    go_to_consent(&browser, &asked).await;
    browser.run_scripts(Scripts::Forbidden).await;
    browser.press("approve").await;
    browser.wait_for("continue").await;
    let destination = callback.uri.trim_end_matches("/callback");
    let page = browser.text().await;
    assert!(page.contains(destination), "{page}");
    callback.assert_nothing_more().await;
    let (answer, ()) = tokio::join!(callback.answer(), browser.press("continue"));
    let code = asked.code_of(&answer, &server.issuer).to_owned();
    application.redeem(&code, asked).await;
    assert_no_complaints(&browser).await;
    browser.close().await;
}

#[tokio::test]
async fn an_application_may_lead_on_to_another_origin() {
    let other = Callback::listen().await;
    let elsewhere = other.uri.replace("127.0.0.1", "localhost");
    let callback = Callback::leading_on(&elsewhere).await;
    let server = Server::start_with(&seed(&callback.uri), QUICK);
    let application = Application::discover(&server.issuer, &callback.uri).await;
    let browser = Browser::start().await;
    for mode in ["query", "form_post"] {
        let asked = ask(&application, mode);
        go_to_consent(&browser, &asked).await;
        let (answer, _, ()) =
            tokio::join!(callback.answer(), other.answer(), browser.press("approve"));
        asked.code_of(&answer, &server.issuer);
        assert_eq!(browser.text().await, "Back at the application.", "{mode}");
        let address = browser.page.current_url().await.unwrap();
        assert_eq!(address.as_str(), elsewhere, "{mode}");
    }
    // The same from the login page, where consent is not asked for again.
    browser.page.delete_all_cookies().await.unwrap();
    browser.open(&format!("{}/login", server.issuer)).await;
    browser.page.delete_all_cookies().await.unwrap();
    let asked = application.ask(&["profile"]);
    browser.open(asked.url.as_str()).await;
    let (answer, _, ()) = tokio::join!(
        callback.answer(),
        other.answer(),
        log_in(&browser, PASSWORD)
    );
    asked.code_of(&answer, &server.issuer);
    assert_no_complaints(&browser).await;
    browser.close().await;
}

#[tokio::test]
async fn an_application_with_a_scheme_of_its_own_gets_the_answer() {
    let server = Server::start_with(
        &seed(NOWHERE).replace("[[users]]", &format!("{NATIVE}\n[[users]]")),
        QUICK,
    );
    let browser = Browser::start().await;
    let address = format!("{}/api/v1/oauth/authorize", server.issuer);
    let parameters = [
        ("client_id", "notes-phone"),
        ("redirect_uri", "com.example.notes:/callback"),
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("state", "the-state"),
        ("nonce", "the-nonce"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let address = url::Url::parse_with_params(&address, parameters).unwrap();
    browser.open(address.as_str()).await;
    log_in(&browser, PASSWORD).await;
    browser.wait_for("approve").await;
    let page = browser.text().await;
    assert!(page.contains("com.example.notes"), "{page}");
    browser.log("performance").await;

    browser.click("approve").await;

    let answer = url::Url::parse(&handed_over(&browser).await).unwrap();
    let value = |name: &str| {
        let pair = answer.query_pairs().find(|(key, _)| key == name);
        pair.map(|(_, value)| value.into_owned()).unwrap()
    };
    assert_eq!(value("state"), "the-state");
    assert_eq!(value("iss"), server.issuer);
    assert_eq!(redeem(&server, &value("code")).await, StatusCode::OK);
    assert_no_complaints(&browser).await;
    browser.close().await;
}

#[tokio::test]
async fn an_application_may_lead_on_to_a_scheme_of_its_own() {
    let app = "com.example.notes:/done?ticket=1";
    let callback = Callback::leading_on(app).await;
    let server = Server::start_with(&seed(&callback.uri), QUICK);
    let application = Application::discover(&server.issuer, &callback.uri).await;
    for mode in ["query", "form_post"] {
        // Where something was handed over, the browser has a question of its own.
        let browser = Browser::start().await;
        let asked = ask(&application, mode);
        go_to_consent(&browser, &asked).await;
        browser.log("performance").await;
        browser.click("approve").await;
        assert_eq!(handed_over(&browser).await, app, "{mode}");
        assert_no_complaints(&browser).await;
        let answer = callback.answer().await;
        let code = asked.code_of(&answer, &server.issuer).to_owned();
        application.redeem(&code, asked).await;
        browser.close().await;
    }
}

/// The address that the browser hands over to the program on the person's machine.
async fn handed_over(browser: &Browser) -> String {
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let events = browser.log("performance").await;
        if let Some(address) = events.iter().find_map(|event| handed_over_in(event)) {
            return address;
        }
        let may_still_come = std::time::Instant::now() < patience;
        assert!(may_still_come, "the browser hands the answer over");
    }
}

/// Nobody listens there.
const NOWHERE: &str = "http://localhost:9000/callback";

/// Where an event says that a page leads, if that is the program's scheme.
fn handed_over_in(event: &str) -> Option<String> {
    let event: Value = serde_json::from_str(event).unwrap();
    let headers = event.pointer("/message/params/headers")?.as_object()?;
    let is_location = |(name, _): &(&String, &Value)| name.eq_ignore_ascii_case("location");
    let (_, location) = headers.iter().find(is_location)?;
    let location = location.as_str()?;
    location
        .starts_with("com.example.notes:")
        .then(|| location.to_owned())
}

/// Redeems a code as the program would.
async fn redeem(server: &Server, code: &str) -> StatusCode {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "notes-phone"),
        ("redirect_uri", "com.example.notes:/callback"),
        ("code_verifier", VERIFIER),
        ("code", code),
    ];
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let request = http
        .post(format!("{}/api/v1/oauth/token", server.issuer))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn who_blocks_cookies_is_told_that_they_are_needed() {
    let callback = Callback::listen().await;
    let server = Server::start_with(&seed(&callback.uri), QUICK);
    let application = Application::discover(&server.issuer, &callback.uri).await;
    let blocked = json!({ "profile.default_content_setting_values.cookies": 2 });
    let browser = Browser::start_with(&[], blocked).await;

    browser
        .open(application.ask(&["profile"]).url.as_str())
        .await;
    let page = browser.text().await;
    assert!(page.contains("cookies"), "{page}");
    // Without an application that waits it is the form that cannot be accepted.
    browser.open(&format!("{}/login", server.issuer)).await;
    log_in(&browser, PASSWORD).await;
    let page = browser.text().await;
    assert!(page.contains("Allow cookies"), "{page}");
    browser.wait_for("request_id").await;
    callback.assert_nothing_more().await;
    browser.close().await;
}
