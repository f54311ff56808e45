//! Clients that nothing is sent to.

use authly_domain::clients::Client;
use authly_testing::TestApp;
use pretty_assertions::assert_eq;

use crate::support::{Answered, Asking, Trusted, expect_error_page, refused};

/// The ways in which a request could make an error travel.
fn in_every_way(asking: &Asking) -> Vec<Asking> {
    let plain = asking.clone();
    vec![
        plain.clone(),
        plain.clone().with("prompt", "none"),
        plain.clone().with("response_mode", "form_post"),
        plain.clone().with("response_mode", "fragment"),
        plain.clone().with("response_type", "token"),
        plain
            .with("prompt", "none")
            .with("response_mode", "form_post"),
    ]
}

#[tokio::test]
async fn a_client_that_is_missing_or_unknown_leads_to_a_page_and_nowhere_else() {
    let mut trusted = Trusted::start().await;
    let right = trusted.asking();
    let long = "a".repeat(3_000);
    for id in [
        "",
        "nobody",
        "WEB",
        "web ",
        " web",
        "web/",
        "wéb",
        "web\n",
        "'--",
        "%77eb",
        "web,web",
        "https://client.example.com/",
        &long,
    ] {
        for asking in in_every_way(&right.clone().with("client_id", id)) {
            expect_error_page(&trusted.refused(&asking).await, 400);
        }
    }
    for asking in in_every_way(&right.without("client_id")) {
        expect_error_page(&trusted.refused(&asking).await, 400);
    }
}

#[tokio::test]
async fn a_client_id_that_stands_twice_leads_to_a_page_even_where_both_are_the_same() {
    let mut trusted = Trusted::start().await;
    let other = trusted.app.client().id("other").create().await;
    for id in [&trusted.client.id.clone(), &other.id, "nobody", ""] {
        for asking in in_every_way(&trusted.asking().and("client_id", id)) {
            expect_error_page(&trusted.refused(&asking).await, 400);
        }
    }
}

#[tokio::test]
async fn a_disabled_client_leads_to_a_page_and_nowhere_else() {
    let mut trusted = Trusted::start().await;
    let other = trusted.app.client().id("other").create().await;
    other.disable(&trusted.app.context).await;
    for asking in in_every_way(&Asking::of(&other, "openid")) {
        expect_error_page(&trusted.refused(&asking).await, 400);
    }
}

#[tokio::test]
async fn a_client_that_is_disabled_gets_no_code_from_those_who_trusted_it() {
    let mut trusted = Trusted::start().await;
    let page = trusted.browser.get(&trusted.asking().target()).await;
    let answered = Answered::in_query(&page, trusted.client.redirect_uri());
    assert!(answered.get("code").is_some(), "it worked before");

    trusted.client.disable(&trusted.app.context).await;
    for (name, value) in [
        ("response_mode", "query"),
        ("response_mode", "form_post"),
        ("prompt", "none"),
    ] {
        let asking = trusted.asking().with(name, value);
        expect_error_page(&trusted.refused(&asking).await, 400);
    }
}

#[tokio::test]
async fn a_client_that_is_disabled_while_its_user_logs_in_gets_no_answer() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    let asked = browser.get(&Asking::of(&client, "openid").target()).await;
    let consent = browser.follow(&asked).await;
    client.disable(&app.context).await;

    let before = app.stored().protocol_state().await;
    let page = browser.submit(&consent.form("approve")).await;
    expect_error_page(&page, 400);
    assert_eq!(app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn a_redirect_uri_that_is_withdrawn_while_its_user_is_asked_gets_no_answer() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    let asked = browser.get(&Asking::of(&client, "openid").target()).await;
    let consent = browser.follow(&asked).await;
    let elsewhere = "https://elsewhere.example.com/".parse().unwrap();
    let change = |record: &mut Client| {
        record.redirect_uris = vec![elsewhere];
    };
    client.change(&app.context, change).await;

    let before = app.stored().protocol_state().await;
    let page = browser.submit(&consent.form("approve")).await;
    expect_error_page(&page, 400);
    assert_eq!(app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn what_is_not_known_is_not_written_into_the_page() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let hostile = "<script>alert(1)</script>";
    let right = Asking::of(&client, "openid");
    for name in ["client_id", "redirect_uri"] {
        let asking = right.clone().with(name, hostile).with("state", hostile);
        let page = refused(&app, &mut app.browser(), &asking).await;
        expect_error_page(&page, 400);
        assert!(!page.html().contains("alert(1)"), "{page:?}");
    }
}
