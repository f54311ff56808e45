//! Whom the user is asked about: everyone once, some always, some never.

use authly_testing::TestApp;
use pretty_assertions::assert_eq;

use super::{Asked, SECOND, asked_again};
use crate::support::{Answered, Asking, VERIFIER};

#[tokio::test]
async fn a_consent_is_remembered_across_browsers_and_logins() {
    let mut asked = Asked::start().await;
    asked.browser.submit(&asked.page.form("approve")).await;
    let mut other = asked.app.logged_in(&asked.alice).await;
    for scope in ["openid profile", "profile openid", "openid", "profile"] {
        let asking = Asking::of(&asked.client, scope);
        let page = other.get(&asking.target()).await;
        assert!(page.answered("code").is_some(), "{scope}");
    }
}

#[tokio::test]
async fn a_consent_is_for_one_user_and_one_client() {
    let mut asked = Asked::start().await;
    asked.browser.submit(&asked.page.form("approve")).await;
    let other = asked.app.client().id("other").create().await;
    asked_again(&mut asked.browser, &Asking::of(&other, "openid")).await;
    let bob = asked.app.user("bob").create().await;
    let mut of_bob = asked.app.logged_in(&bob).await;
    asked_again(&mut of_bob, &Asking::of(&asked.client, "openid")).await;
}

#[tokio::test]
async fn a_consent_is_widened_by_what_is_allowed_later() {
    let mut asked = Asked::start().await;
    asked.browser.submit(&asked.page.form("approve")).await;
    asked.app.advance(SECOND);
    let more = Asking::of(&asked.client, "openid email");
    let page = asked_again(&mut asked.browser, &more).await;
    asked.browser.submit(&page.form("approve")).await;
    let stored = asked.app.stored();
    let consent = stored.consent_of("alice", &asked.client.id).await.unwrap();
    assert!(
        consent
            .granted
            .covers(&"openid profile email".parse().unwrap())
    );
    let codes = stored.codes_of(&asked.client.id).await;
    assert_eq!(codes.last().unwrap().scope, "openid email");

    let all = Asking::of(&asked.client, "openid profile email");
    let page = asked.browser.get(&all.target()).await;
    assert!(page.answered("code").is_some(), "not asked again");
}

#[tokio::test]
async fn denying_more_keeps_what_was_allowed_before() {
    let mut asked = Asked::start().await;
    asked.browser.submit(&asked.page.form("approve")).await;
    let id = asked.client.id.clone();
    let before = asked.app.stored().consent_of("alice", &id).await;
    let more = Asking::of(&asked.client, "openid email");
    let page = asked_again(&mut asked.browser, &more).await;
    asked.browser.submit(&page.form("deny")).await;
    assert_eq!(asked.app.stored().consent_of("alice", &id).await, before);
    let asking = Asking::of(&asked.client, "openid");
    let page = asked.browser.get(&asking.target()).await;
    assert!(page.answered("code").is_some());
}

#[tokio::test]
async fn offline_access_is_asked_for_before_it_is_granted() {
    let mut asked = Asked::start().await;
    asked.browser.submit(&asked.page.form("approve")).await;
    let offline = Asking::of(&asked.client, "openid offline_access");
    let page = asked_again(&mut asked.browser, &offline).await;
    assert!(page.html().contains("offline_access"));
    asked.browser.submit(&page.form("approve")).await;
    let page = asked.browser.get(&offline.target()).await;
    assert!(page.answered("code").is_some(), "remembered");
}

#[tokio::test]
async fn an_unproven_program_is_asked_about_every_time_and_nothing_is_remembered() {
    for uri in ["http://127.0.0.1/cb", "com.example.app:/cb"] {
        let app = TestApp::start().await;
        let client = app.client().public().native().first_party();
        let client = client.redirect_uris(&[uri]).create().await;
        let mut asked = Asked::by(app, client, "openid").await;
        for _ in 0..2 {
            let asking = Asking::of(&asked.client, "openid");
            let page = asked_again(&mut asked.browser, &asking).await;
            let page = asked.browser.submit(&page.form("approve")).await;
            assert!(Answered::in_query(&page, uri).get("code").is_some());
        }
        let stored = asked.app.stored();
        assert_eq!(stored.consent_of("alice", &asked.client.id).await, None);
    }
}

#[tokio::test]
async fn a_program_with_a_secret_or_a_web_address_is_remembered() {
    let app = TestApp::start().await;
    let proven = app.client().native();
    let proven = proven
        .redirect_uris(&["http://127.0.0.1/cb"])
        .create()
        .await;
    let web = app.client().id("spa").public().create().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    for client in [proven, web] {
        let asking = Asking::of(&client, "openid");
        let page = asked_again(&mut browser, &asking).await;
        browser.submit(&page.form("approve")).await;
        let page = browser.get(&asking.target()).await;
        assert!(page.answered("code").is_some());
    }
}

#[tokio::test]
async fn a_first_party_client_is_never_asked_about() {
    let app = TestApp::start().await;
    let client = app.client().first_party().create().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    for prompt in ["", "none"] {
        let asking = Asking::of(&client, "openid profile").with("prompt", prompt);
        let page = browser.get(&asking.target()).await;
        assert!(page.answered("code").is_some(), "{prompt}");
    }
    assert_eq!(app.stored().requests().await, []);
    assert_eq!(app.stored().consent_of("alice", &client.id).await, None);
}

#[tokio::test]
async fn a_first_party_client_gets_offline_access_by_a_consent_alone() {
    let app = TestApp::start().await;
    let client = app.client().first_party().create().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    let asking = Asking::of(&client, "openid offline_access");
    let page = browser.get(&asking.target()).await;
    let code = page.answered("code").unwrap();
    let tokens = app.rp(&client).redeem(&code, VERIFIER).await;
    assert_eq!(tokens.expect_tokens().json["scope"], "openid");

    let asking = asking.with("prompt", "consent");
    let page = asked_again(&mut browser, &asking).await;
    let page = browser.submit(&page.form("approve")).await;
    let code = page.answered("code").unwrap();
    let tokens = app.rp(&client).redeem(&code, VERIFIER).await;
    let scope = &tokens.expect_tokens().json["scope"];
    assert_eq!(scope, "openid offline_access");
}
