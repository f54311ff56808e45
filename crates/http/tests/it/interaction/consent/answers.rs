//! Allowing and denying: once.

use authly_testing::browser::Page;
use futures_util::future::join_all;
use pretty_assertions::assert_eq;

use super::Asked;
use crate::support::{Answered, expect_error_page};

#[tokio::test]
async fn allowing_brings_the_code_and_is_remembered() {
    let mut asked = Asked::start().await;
    let page = asked.browser.submit(&asked.page.form("approve")).await;
    let answered = Answered::in_query(&page, asked.client.redirect_uri());
    assert_eq!(answered.names(), ["code", "state", "iss"]);
    let stored = asked.app.stored();
    let codes = stored.codes_of(&asked.client.id).await;
    assert_eq!(codes.len(), 1);
    assert_eq!(codes[0].scope, "openid profile");
    let consent = stored.consent_of("alice", &asked.client.id).await.unwrap();
    assert_eq!(consent.granted.to_string(), "openid profile");
    assert!(consent.declined.is_empty());
    assert!(stored.requests().await[0].is_answered);
}

#[tokio::test]
async fn denying_tells_the_client_and_stores_neither_code_nor_consent() {
    let mut asked = Asked::start().await;
    let page = asked.browser.submit(&asked.page.form("deny")).await;
    let answered = Answered::in_query(&page, asked.client.redirect_uri());
    let names = ["error", "error_description", "state", "iss"];
    assert_eq!(answered.names(), names);
    assert_eq!(answered.get("error"), Some("access_denied"));
    assert_eq!(answered.get("state"), Some("the state"));
    assert_eq!(answered.get("iss"), Some(asked.app.issuer()));
    let stored = asked.app.stored();
    assert_eq!(stored.codes_of(&asked.client.id).await, []);
    assert_eq!(stored.consent_of("alice", &asked.client.id).await, None);
    assert!(stored.requests().await[0].is_answered);
}

#[tokio::test]
async fn an_answer_counts_once_whatever_the_second_one_is() {
    for (first, second) in [
        ("approve", "approve"),
        ("approve", "deny"),
        ("deny", "approve"),
        ("deny", "deny"),
    ] {
        let mut asked = Asked::start().await;
        asked.browser.submit(&asked.page.form(first)).await;
        let before = asked.app.stored().protocol_state().await;
        let page = asked.browser.submit(&asked.page.form(second)).await;
        expect_error_page(&page, 400);
        assert!(page.html().contains("answered this already"), "{page:?}");
        let again = asked.browser.get(asked.page.address.as_str()).await;
        expect_error_page(&again, 400);
        assert_eq!(asked.app.stored().protocol_state().await, before);
    }
}

#[tokio::test]
async fn of_many_answers_at_the_same_time_one_counts() {
    let asked = Asked::start().await;
    let form = asked.page.form("approve");
    let mut browsers: Vec<_> = (0..20).map(|_| asked.browser.clone()).collect();
    let answers = browsers.iter_mut().map(|browser| browser.submit(&form));
    let pages = join_all(answers).await;
    let (answers, refusals): (Vec<_>, Vec<_>) = pages.iter().partition(|page| page.status() == 303);
    assert_eq!(answers.len(), 1);
    let refused = |page: &&Page| expect_error_page(page, 400);
    refusals.iter().for_each(refused);
    assert_eq!(asked.app.stored().codes_of("web").await.len(), 1);
}

#[tokio::test]
async fn without_one_of_the_buttons_nothing_is_decided() {
    let mut asked = Asked::start().await;
    let before = asked.app.stored().protocol_state().await;
    for decision in ["", "Approve", "yes", "approve deny", "\0"] {
        let form = asked.page.form("approve").fill("decision", decision);
        expect_error_page(&asked.browser.submit(&form).await, 400);
    }
    let form = asked.page.form("approve").clear("decision");
    expect_error_page(&asked.browser.submit(&form).await, 400);
    assert_eq!(asked.app.stored().protocol_state().await, before);
    // The page can still be answered.
    let page = asked.browser.submit(&asked.page.form("approve")).await;
    assert!(page.answered("code").is_some());
}

#[tokio::test]
async fn an_answer_by_get_decides_nothing() {
    let mut asked = Asked::start().await;
    let csrf = crate::support::field(&asked.page.form("approve"), "csrf");
    let handle = asked.page.address.query().unwrap();
    let before = asked.app.stored().protocol_state().await;
    let target = format!("/consent?{handle}&decision=approve&csrf={csrf}");
    assert_eq!(asked.browser.get(&target).await.status(), 200);
    assert_eq!(asked.app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn an_answer_that_comes_too_late_leads_to_a_page() {
    let mut asked = Asked::start().await;
    asked
        .app
        .advance(asked.app.policies().authorization.request_lifetime);
    let before = asked.app.stored().protocol_state().await;
    for button in ["approve", "deny"] {
        let page = asked.browser.submit(&asked.page.form(button)).await;
        expect_error_page(&page, 400);
        assert!(page.html().contains("has expired"), "{page:?}");
    }
    assert_eq!(asked.app.stored().protocol_state().await, before);
}
