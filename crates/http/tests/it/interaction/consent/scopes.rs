//! What an answer grants: what was asked for, less what could be declined and was.

use authly_testing::TestApp;
use authly_testing::fixtures::TestClient;
use pretty_assertions::assert_eq;

use super::{Asked, SECOND};
use crate::support::{Answered, Asking, VERIFIER};

const SCOPE: &str = "openid profile email notes:write";

/// A client whose users may decline `email` and `notes:write`.
async fn asked() -> Asked {
    let app = TestApp::start().await;
    let client = app.client().optional("openid email notes:write");
    let client: TestClient = client.create().await;
    Asked::by(app, client, SCOPE).await
}

/// The scope that was granted last, and what is remembered: granted, declined.
async fn outcome(asked: &Asked) -> (String, String, String) {
    let stored = asked.app.stored();
    let codes = stored.codes_of(&asked.client.id).await;
    let consent = stored.consent_of("alice", &asked.client.id).await.unwrap();
    (
        codes.last().unwrap().scope.clone(),
        consent.granted.to_string(),
        consent.declined.to_string(),
    )
}

#[tokio::test]
async fn what_stays_ticked_is_granted() {
    let mut asked = asked().await;
    let page = asked.browser.submit(&asked.page.form("approve")).await;
    assert!(page.answered("code").is_some());
    let (code, granted, declined) = outcome(&asked).await;
    assert_eq!(
        (code.as_str(), granted.as_str(), declined.as_str()),
        (SCOPE, SCOPE, "")
    );
}

#[tokio::test]
async fn what_is_unticked_is_declined_and_not_in_the_token() {
    let mut asked = asked().await;
    let form = asked.page.form("approve").fill("scope", "notes:write");
    let page = asked.browser.submit(&form).await;
    let answered = Answered::in_query(&page, asked.client.redirect_uri());
    let rp = asked.app.rp(&asked.client);
    let code = answered.get("code").unwrap();
    let tokens = rp.redeem(code, VERIFIER).await.expect_tokens();
    assert_eq!(tokens.json["scope"], "openid profile notes:write");
    let (code, granted, declined) = outcome(&asked).await;
    assert_eq!(code, "openid profile notes:write");
    assert_eq!(granted, "openid profile notes:write");
    assert_eq!(declined, "email");
}

#[tokio::test]
async fn unticking_everything_grants_what_is_required() {
    let mut asked = asked().await;
    let form = asked.page.form("approve").clear("scope");
    let page = asked.browser.submit(&form).await;
    assert!(page.answered("code").is_some());
    let (code, granted, declined) = outcome(&asked).await;
    assert_eq!(code, "openid profile");
    assert_eq!(granted, "openid profile");
    assert_eq!(declined, "email notes:write");
}

#[tokio::test]
async fn a_form_grants_nothing_that_was_not_asked_for() {
    let mut asked = asked().await;
    let mut form = asked.page.form("approve").clear("scope");
    for scope in [
        "offline_access",
        "notes:read",
        "admin",
        "authly:admin",
        "\"",
        "*",
        "",
    ] {
        form.fields.push(("scope".to_owned(), scope.to_owned()));
    }
    let page = asked.browser.submit(&form).await;
    assert!(page.answered("code").is_some());
    let (code, granted, declined) = outcome(&asked).await;
    assert_eq!(code, "openid profile");
    assert_eq!(granted, "openid profile");
    assert_eq!(declined, "email notes:write");
}

#[tokio::test]
async fn what_was_declined_is_asked_again_only_where_the_client_says_so() {
    let mut asked = asked().await;
    let form = asked.page.form("approve").clear("scope");
    asked.browser.submit(&form).await;
    asked.app.advance(SECOND);

    let asking = Asking::of(&asked.client, SCOPE);
    let page = asked.browser.get(&asking.target()).await;
    assert!(page.answered("code").is_some(), "not asked again");
    assert_eq!(outcome(&asked).await.0, "openid profile");

    asked.app.advance(SECOND);
    let asking = asking.with("prompt", "consent");
    let page = super::asked_again(&mut asked.browser, &asking).await;
    asked.browser.submit(&page.form("approve")).await;
    let (code, granted, declined) = outcome(&asked).await;
    assert_eq!(code, SCOPE);
    assert_eq!(granted, "openid profile email notes:write");
    assert_eq!(declined, "");
}

#[tokio::test]
async fn what_was_allowed_once_can_be_declined_later() {
    let mut asked = asked().await;
    asked.browser.submit(&asked.page.form("approve")).await;
    asked.app.advance(SECOND);
    let asking = Asking::of(&asked.client, SCOPE).with("prompt", "consent");
    let page = super::asked_again(&mut asked.browser, &asking).await;
    let form = page.form("approve").fill("scope", "email");
    asked.browser.submit(&form).await;
    let (code, granted, declined) = outcome(&asked).await;
    assert_eq!(code, "openid profile email");
    assert_eq!(granted, "openid profile email");
    assert_eq!(declined, "notes:write");
}

#[tokio::test]
async fn offline_access_that_was_allowed_outlives_the_session() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let mut asked = Asked::by(app, client, "openid offline_access").await;
    let page = asked.browser.submit(&asked.page.form("approve")).await;
    let answered = Answered::in_query(&page, asked.client.redirect_uri());
    let rp = asked.app.rp(&asked.client);
    let code = answered.get("code").unwrap();
    let tokens = rp.redeem(code, VERIFIER).await.expect_tokens();
    assert_eq!(tokens.json["scope"], "openid offline_access");
    let grants = asked.app.stored().grants_of(&asked.client.id).await;
    assert_eq!(grants[0].session, None);
}

#[tokio::test]
async fn offline_access_that_was_declined_ends_with_the_session() {
    let app = TestApp::start().await;
    let client = app.client().optional("offline_access").create().await;
    let mut asked = Asked::by(app, client, "openid offline_access").await;
    let form = asked.page.form("approve").clear("scope");
    let page = asked.browser.submit(&form).await;
    let answered = Answered::in_query(&page, asked.client.redirect_uri());
    let rp = asked.app.rp(&asked.client);
    let code = answered.get("code").unwrap();
    let tokens = rp.redeem(code, VERIFIER).await.expect_tokens();
    assert_eq!(tokens.json["scope"], "openid");
    let grants = asked.app.stored().grants_of(&asked.client.id).await;
    assert!(grants[0].session.is_some());
}
