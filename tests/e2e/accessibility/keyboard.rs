//! People who use no mouse.

use openidconnect::OAuth2TokenResponse as _;
use serde_json::Value;

use crate::application::{Application, Callback};
use crate::browser::Browser;
use crate::server::{QUICK, Server};
use crate::sign_in::{PASSWORD, seed};

const SHIFT: char = '\u{E008}';
const TAB: char = '\u{E004}';
const ENTER: &str = "\u{E007}";
const SPACE: &str = " ";

/// Where the focus is: the id of the element, or what it stands for.
const FOCUS: &str = "
const element = document.activeElement;
const style = getComputedStyle(element);
const place = element.getBoundingClientRect();
return {
  what: element.id || element.value || element.textContent.trim(),
  outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
  inside: place.top >= 0 && place.bottom <= innerHeight && place.left >= 0 && place.right <= innerWidth,
};";

/// What has the focus, which has to be seen.
async fn focus(browser: &Browser) -> String {
    let focus = browser.run(FOCUS).await;
    let what = focus.get("what").and_then(Value::as_str).unwrap();
    assert_eq!(
        focus.get("outlined").unwrap(),
        true,
        "{what} has no outline"
    );
    assert_eq!(focus.get("inside").unwrap(), true, "{what} is out of sight");
    what.to_owned()
}

/// Presses Tab until this has the focus; what had it on the way.
async fn tab_to(browser: &Browser, goal: &str) -> Vec<String> {
    let mut way = Vec::new();
    while way.last().is_none_or(|last| last != goal) {
        browser.keys(&TAB.to_string()).await;
        way.push(focus(browser).await);
        assert!(way.len() < 20, "{goal} is never reached: {way:?}");
    }
    way
}

/// The same with Shift held down.
async fn tab_back_to(browser: &Browser, goal: &str) {
    let mut way = Vec::new();
    while way.last().is_none_or(|last| last != goal) {
        browser.keys_together(SHIFT, TAB).await;
        way.push(focus(browser).await);
        assert!(way.len() < 20, "{goal} is never reached: {way:?}");
    }
}

#[tokio::test]
async fn who_has_a_keyboard_alone_ends_a_session_somewhere_else() {
    let server = Server::start_with(&seed("https://app.example.com/callback"), QUICK);
    let browser = Browser::start().await;
    for _ in 0..2 {
        browser.open(&format!("{}/login", server.issuer)).await;
        browser.page.delete_all_cookies().await.unwrap();
        browser.open(&format!("{}/login", server.issuer)).await;
        browser.keys("alice").await;
        tab_to(&browser, "password").await;
        browser.keys(PASSWORD).await;
        browser.keys(ENTER).await;
        browser.wait_for("sign_out").await;
    }
    tab_to(&browser, "account").await;
    browser.keys(ENTER).await;
    browser.wait_for("end_others").await;
    let way = tab_to(&browser, "end_others").await;
    assert_eq!(way, ["end_this", "end_session_2", "end_others"]);
    browser.keys(ENTER).await;
    browser.wait_for("done").await;
    let left = browser
        .run("return document.querySelectorAll('.entries > li').length")
        .await;
    assert_eq!(left, 1);
    browser.close().await;
}

#[tokio::test]
async fn who_has_a_keyboard_alone_signs_in_declines_a_scope_allows_the_rest_and_signs_out() {
    let callback = Callback::listen().await;
    let sample = seed(&callback.uri);
    let optional = "client_name = \"Notes\"\noptional_scope = \"email notes:write\"";
    let seed = sample.replace("client_name = \"Notes\"", optional);
    assert_ne!(seed, sample);
    let server = Server::start_with(&seed, QUICK);
    let application = Application::discover(&server.issuer, &callback.uri).await;
    let browser = Browser::start().await;
    let asked = application.ask(&["profile", "email", "notes:write"]);

    browser.open(asked.url.as_str()).await;
    assert_eq!(focus(&browser).await, "username");
    browser.keys("alice").await;
    assert_eq!(tab_to(&browser, "password").await, ["password"]);
    browser.keys("wrong").await;
    browser.keys(ENTER).await;
    browser.wait_for("problem").await;
    // Where it has to be typed again, the name stands there already.
    assert_eq!(focus(&browser).await, "password");
    browser.keys(PASSWORD).await;
    browser.keys(ENTER).await;

    browser.wait_for("approve").await;
    let way = tab_to(&browser, "deny").await;
    assert_eq!(
        way,
        ["switch_account", "email", "notes:write", "approve", "deny"]
    );
    tab_back_to(&browser, "email").await;
    browser.keys(SPACE).await;
    tab_to(&browser, "approve").await;
    browser.keys(ENTER).await;
    let answer = callback.answer().await;
    let code = asked.code_of(&answer, &server.issuer).to_owned();
    let (tokens, _claims) = application.redeem(&code, asked).await;
    let scopes = tokens.scopes().unwrap().iter();
    let mut scopes: Vec<_> = scopes.map(|scope| scope.as_str()).collect();
    scopes.sort_unstable();
    assert_eq!(scopes, ["notes:write", "openid", "profile"]);

    browser.open(&format!("{}/login", server.issuer)).await;
    tab_to(&browser, "sign_out").await;
    browser.keys(ENTER).await;
    browser.wait_for("logout").await;
    tab_to(&browser, "logout").await;
    browser.keys(SPACE).await;
    browser.wait_for("sign_in").await;
    browser.close().await;
}
