//! `max_age` (OpenID Connect Core §3.1.2.1): how long ago the user may have logged in.

use std::time::Duration;

use authly_testing::answer::claims;
use authly_testing::browser::Page;
use pretty_assertions::assert_eq;

use crate::support::{Answered, Trusted, VERIFIER};

async fn auth_time(trusted: &Trusted, page: &Page) -> i64 {
    let answered = Answered::in_query(page, trusted.client.redirect_uri());
    let code = answered.get("code").expect("a code");
    let rp = trusted.app.rp(&trusted.client);
    let tokens = rp.redeem(code, VERIFIER).await.expect_tokens();
    let claims = claims(&tokens.id_token.expect("an ID token"));
    claims["auth_time"].as_i64().expect("auth_time")
}

#[tokio::test]
async fn a_login_that_is_young_enough_is_not_asked_for_again() {
    let mut trusted = Trusted::start().await;
    let asking = trusted.asking().with("max_age", "10000");
    let page = trusted.browser.get(&asking.target()).await;
    let first = auth_time(&trusted, &page).await;
    trusted.app.advance(Duration::from_secs(10_000));
    let page = trusted.browser.get(&asking.target()).await;
    assert_eq!(auth_time(&trusted, &page).await, first);
}

#[tokio::test]
async fn a_login_that_is_too_old_is_asked_for_again() {
    let mut trusted = Trusted::start().await;
    let page = trusted.browser.get(&trusted.asking().target()).await;
    let first = auth_time(&trusted, &page).await;
    trusted.app.advance(Duration::from_secs(101));
    let asking = trusted.asking().with("max_age", "100");

    let silent = asking.clone().with("prompt", "none");
    trusted.expect_error(&silent, "login_required").await;

    let page = trusted.browser.get(&asking.target()).await;
    assert_eq!(page.expect_location().path(), "/login");
    let login = trusted.browser.follow(&page).await;
    trusted.app.advance(Duration::from_secs(1));
    let (browser, alice) = (&mut trusted.browser, &trusted.alice);
    let page = browser
        .fill_in_login(&login, &alice.username, &alice.password)
        .await;
    assert_eq!(auth_time(&trusted, &page).await - first, 102);
}

#[tokio::test]
async fn a_max_age_of_zero_always_asks_and_is_content_with_the_login_it_asked_for() {
    let mut trusted = Trusted::start().await;
    trusted.app.advance(Duration::from_secs(1));
    let asking = trusted.asking().with("max_age", "0");
    let page = trusted.browser.get(&asking.target()).await;
    let login = trusted.browser.follow(&page).await;
    trusted.app.advance(Duration::from_secs(30));
    let (browser, alice) = (&mut trusted.browser, &trusted.alice);
    let page = browser
        .fill_in_login(&login, &alice.username, &alice.password)
        .await;
    auth_time(&trusted, &page).await;
}

#[tokio::test]
async fn a_slow_consent_does_not_make_the_login_too_old() {
    let mut trusted = Trusted::start().await;
    trusted.app.advance(Duration::from_secs(101));
    let asking = trusted.asking().with("max_age", "100");
    let asking = asking.with("prompt", "consent");
    let page = trusted.browser.get(&asking.target()).await;
    let login = trusted.browser.follow(&page).await;
    trusted.app.advance(Duration::from_secs(1));
    let (browser, alice) = (&mut trusted.browser, &trusted.alice);
    let page = browser
        .fill_in_login(&login, &alice.username, &alice.password)
        .await;
    let consent = browser.follow(&page).await;
    trusted.app.advance(Duration::from_secs(200));
    let page = trusted.browser.submit(&consent.form("approve")).await;
    auth_time(&trusted, &page).await;
}
