//! A user signs in, in a real browser, and an application gets tokens.

use openidconnect::OAuth2TokenResponse;

use crate::application::{Application, CLIENT_ID, Callback, SECRET};
use crate::browser::Browser;
use crate::server::Server;

/// Alice's.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// The sample seed, with the redirect URI of this test's application, and its home for after a logout.
pub(crate) fn seed(redirect_uri: &str) -> String {
    let sample = include_str!("../../examples/seed.toml");
    assert!(sample.contains(CLIENT_ID) && sample.contains(SECRET));
    let seed = sample.replace("http://localhost:9000/callback", redirect_uri);
    let home = redirect_uri
        .strip_suffix("callback")
        .unwrap_or(redirect_uri);
    seed.replace("http://localhost:9000/", home)
}

/// Fills in the login page as alice.
pub(crate) async fn log_in(browser: &Browser, password: &str) {
    browser.fill("username", "alice").await;
    browser.fill("password", password).await;
    browser.press("login").await;
}

#[tokio::test]
async fn a_user_signs_in_and_the_application_gets_tokens_that_work() {
    let callback = Callback::listen().await;
    let server = Server::start(&seed(&callback.uri));
    let application = Application::discover(&server.issuer, &callback.uri).await;
    let browser = Browser::start().await;
    let asked = application.ask(&["profile", "email", "offline_access", "notes:read"]);

    browser.open(asked.url.as_str()).await;
    assert_eq!(browser.path().await, "/login");
    browser.picture("login").await;

    log_in(&browser, "not the password").await;
    assert_eq!(browser.path().await, "/login");
    assert!(
        browser.text().await.contains("wrong"),
        "{}",
        browser.text().await
    );
    browser.picture("login-wrong-password").await;

    log_in(&browser, PASSWORD).await;
    assert_eq!(browser.path().await, "/consent");
    let consent = browser.text().await;
    for said in ["Notes", "alice", "127.0.0.1", "Read your notes"] {
        assert!(
            consent.contains(said),
            "the consent page does not say {said:?}: {consent}"
        );
    }
    browser.picture("consent").await;

    let (answer, ()) = tokio::join!(callback.answer(), browser.press("approve"));
    assert_eq!(answer.get("state"), Some(asked.state.secret()));
    assert_eq!(answer.get("iss"), Some(&server.issuer));

    let code = answer.get("code").expect("a code");
    let (tokens, claims) = application.redeem(code, asked).await;
    let user = application.user_info(&tokens, &claims).await;
    assert_eq!(user.preferred_username().unwrap().as_str(), "alice");
    assert_eq!(user.email().unwrap().as_str(), "alice@example.com");
    assert_eq!(user.email_verified(), Some(true));

    let refresh_token = tokens.refresh_token().expect("a refresh token");
    let again = application
        .refresh(refresh_token)
        .await
        .expect("new tokens");
    assert_ne!(
        again.access_token().secret(),
        tokens.access_token().secret()
    );
    assert_ne!(
        again.refresh_token().unwrap().secret(),
        refresh_token.secret()
    );

    // The consent is remembered and the session lives: the second time shows no page.
    let asked = application.ask(&["profile"]);
    let (answer, ()) = tokio::join!(callback.answer(), browser.open(asked.url.as_str()));
    assert!(answer.contains_key("code"), "{answer:?}");
    browser.close().await;
}

#[tokio::test]
async fn a_user_who_denies_is_sent_back_with_access_denied() {
    let callback = Callback::listen().await;
    let server = Server::start(&seed(&callback.uri));
    let application = Application::discover(&server.issuer, &callback.uri).await;
    let browser = Browser::start().await;
    let asked = application.ask(&["profile"]);

    browser.open(asked.url.as_str()).await;
    log_in(&browser, PASSWORD).await;
    let (answer, ()) = tokio::join!(callback.answer(), browser.press("deny"));
    assert_eq!(
        answer.get("error").map(String::as_str),
        Some("access_denied")
    );
    assert_eq!(answer.get("state"), Some(asked.state.secret()));
    assert_eq!(answer.get("iss"), Some(&server.issuer));
    assert!(!answer.contains_key("code"));
    browser.close().await;
}

#[tokio::test]
async fn an_unregistered_redirect_uri_is_a_page_and_no_redirect() {
    let callback = Callback::listen().await;
    let server = Server::start(&seed(&callback.uri));
    let elsewhere = format!("{}/elsewhere", callback.uri);
    let application = Application::discover(&server.issuer, &elsewhere).await;
    let browser = Browser::start().await;

    browser
        .open(application.ask(&["profile"]).url.as_str())
        .await;
    assert_eq!(browser.path().await, "/api/v1/oauth/authorize");
    browser.picture("error").await;
    browser.close().await;
}

#[tokio::test]
async fn the_first_administrator_changes_the_password_that_was_made_for_them() {
    let callback = Callback::listen().await;
    let server = Server::start(&seed(&callback.uri));
    let browser = Browser::start().await;
    browser.open(&format!("{}/login", server.issuer)).await;
    browser.fill("username", "admin").await;
    browser
        .fill("password", &server.administrator_password())
        .await;
    browser.press("login").await;
    assert_eq!(browser.path().await, "/login/password");
    browser.picture("change-password").await;

    // No other page opens before that step is done.
    browser
        .open(&format!("{}/login/password", server.issuer))
        .await;
    for field in ["new_password", "repeat_password"] {
        browser.fill(field, "a quite different sentence").await;
    }
    browser.press("change_password").await;
    browser.picture("signed-in").await;
    assert!(browser.text().await.contains("admin"));
    browser.open(&format!("{}/logout", server.issuer)).await;
    browser.picture("logout").await;
    browser.press("logout").await;
    browser.picture("signed-out").await;
    assert!(
        browser.title().await.contains("signed out"),
        "{}",
        browser.title().await
    );
    browser.close().await;
}
