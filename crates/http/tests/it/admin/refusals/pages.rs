//! Refusals of the pages.

use std::collections::BTreeSet;
use std::time::Duration;

use authly_domain::refusals::Reason;
use authly_testing::Setup;
use authly_testing::browser::{Browser, Page};
use pretty_assertions::assert_eq;

use super::Desk;
use crate::support::Asking;

/// The page that asks for consent, after a login.
async fn consent(browser: &mut Browser, asking: &Asking) -> Page {
    let page = browser.get(&asking.target()).await;
    browser.get(page.expect_location().as_str()).await
}

async fn of_requests(desk: &mut Desk) {
    let client = desk.app.client().id("web").create().await;
    let user = desk.app.user("alice").create().await;
    let mut browser = desk.app.logged_in(&user).await;
    let page = browser.get("/consent").await;
    desk.expect(&page.answer, Reason::RequestNotNamed).await;
    let page = browser.get("/consent?request=nothing").await;
    desk.expect(&page.answer, Reason::RequestUnknown).await;

    let asking = Asking::of(&client, "openid");
    let shown = consent(&mut browser, &asking).await;
    let form = shown.form("approve").clear("decision");
    let page = browser.submit(&form).await;
    desk.expect(&page.answer, Reason::NoDecision).await;
    let forged = shown.form("approve").clear("csrf");
    let page = browser.submit(&forged).await;
    let refusal = desk.expect(&page.answer, Reason::FormForged).await;
    assert_eq!(refusal["came"], "the form carries no token of this browser");
    browser.submit(&shown.form("approve")).await;
    let page = browser.submit(&shown.form("approve")).await;
    desk.expect(&page.answer, Reason::RequestAnswered).await;

    let again = asking.clone().with("prompt", "consent");
    let shown = consent(&mut browser, &again).await;
    let page = browser.get("/logout").await;
    browser.submit(&page.form("logout")).await;
    let page = browser.submit(&shown.form("approve")).await;
    desk.expect(&page.answer, Reason::SessionChanged).await;

    let mut other = desk.app.logged_in(&user).await;
    let shown = consent(&mut other, &again).await;
    client
        .change(&desk.app.context, |client| {
            client.redirect_uris = vec!["https://elsewhere.example/cb".parse().unwrap()];
        })
        .await;
    desk.app.advance(Duration::from_mins(2));
    let page = other.submit(&shown.form("approve")).await;
    desk.expect(&page.answer, Reason::NoLongerAllowed).await;
    let late = desk.app.client().id("late").create().await;
    let page = other.get(&Asking::of(&late, "openid").target()).await;
    let waiting = page.expect_location();
    desk.app.advance(Duration::from_mins(31));
    let page = other.get(waiting.as_str()).await;
    desk.renew().await;
    desk.expect(&page.answer, Reason::RequestExpired).await;
}

async fn of_logins(desk: &mut Desk) {
    desk.app.user("bob").create().await;
    let mut browser = desk.app.browser();
    let page = browser.get("/login").await;
    let page = browser.fill_in_login(&page, "bob", "wrong").await;
    let refusal = desk.expect(&page.answer, Reason::LoginWrong).await;
    assert_eq!(refusal["error"], "login_refused");
    let page = browser.fill_in_login(&page, "bob", "").await;
    let refusal = desk.expect(&page.answer, Reason::LoginMalformed).await;
    let sentence = refusal["explanation"].as_str().unwrap().to_owned();
    assert!(sentence.ends_with("It is empty."), "{sentence}");
    let mut page = page;
    for _ in 0..30 {
        page = browser.fill_in_login(&page, "bob", "wrong").await;
        if page.status() == 429 {
            break;
        }
    }
    let refusal = desk.expect(&page.answer, Reason::LoginThrottled).await;
    let sentence = refusal["explanation"].as_str().unwrap();
    assert!(sentence.contains("The rule counts logins"), "{sentence}");
}

async fn of_passwords(desk: &mut Desk) {
    let new = desk.app.user("new").requires_password_change();
    let new = new.create().await;
    let mut browser = desk.app.browser();
    let page = browser.get("/login").await;
    let page = browser
        .fill_in_login(&page, &new.username, &new.password)
        .await;
    let page = browser.get(page.expect_location().as_str()).await;
    let form = page.form("change_password");
    let differing = form.clone().fill("new_password", "one thing and");
    let differing = differing.fill("repeat_password", "another thing");
    let page = browser.submit(&differing).await;
    desk.expect(&page.answer, Reason::PasswordsDiffer).await;
    let short = form.fill("new_password", "x").fill("repeat_password", "x");
    let page = browser.submit(&short).await;
    let refusal = desk.expect(&page.answer, Reason::PasswordRefused).await;
    assert_eq!(refusal["error"], "password_refused");
}

async fn of_ends(desk: &mut Desk) {
    let client = desk.app.client().id("leaving");
    client.way_back(&["https://app.example/bye"]).create().await;
    let user = desk.app.user("carol").create().await;
    let mut browser = desk.app.logged_in(&user).await;
    let asked = "/oidc/logout?client_id=leaving&post_logout_redirect_uri=";
    let came = "https://app.example/bye/";
    let page = browser.get(&format!("{asked}{came}")).await;
    let refusal = desk.expect(&page.answer, Reason::PostLogoutUriNotRegistered);
    let refusal = refusal.await;
    let told = "The post_logout_redirect_uri is not registered for the client. \
                post_logout_redirect_uri https://app.example/bye/ differs from the registered \
                https://app.example/bye by a trailing slash.";
    assert_eq!(refusal["explanation"], told);
    assert_eq!(refusal["came"], came);
    assert_eq!(refusal["client_id"], "leaving");
    let page = browser.get(&format!("{asked}a&client_id=x")).await;
    let refusal = desk.expect(&page.answer, Reason::ParameterRepeated).await;
    assert_eq!(refusal["came"], "client_id");
    let page = browser.get("/oidc/logout?client_id=nobody").await;
    desk.expect(&page.answer, Reason::UnknownClient).await;

    let page = browser.get("/account").await;
    let form = page.form("end_this").fill("session", "nothing");
    let page = browser.submit(&form).await;
    desk.expect(&page.answer, Reason::NothingNamed).await;
}

/// Every reason that was met, each of which was looked up.
pub(super) async fn reasons() -> BTreeSet<Reason> {
    let setup = Setup::default().policies(|policies| {
        policies.authorization.requests_per_address = 3;
    });
    let mut desk = Desk::of(setup.app().await).await;
    let client = desk.app.client().id("many").create().await;
    let asking = Asking::of(&client, "openid");
    for _ in 0..3 {
        desk.app.browser().get(&asking.target()).await;
    }
    let page = desk.app.browser().get(&asking.target()).await;
    desk.expect(&page.answer, Reason::TooManyRequests).await;
    let mut seen = desk.seen;

    let mut desk = Desk::of(Setup::default().demo().app().await).await;
    let page = desk.app.browser().get("/demo/callback?code=a").await;
    desk.expect(&page.answer, Reason::DemoNotAsked).await;
    Box::pin(of_requests(&mut desk)).await;
    Box::pin(of_passwords(&mut desk)).await;
    Box::pin(of_ends(&mut desk)).await;
    Box::pin(of_logins(&mut desk)).await;
    seen.extend(desk.seen);
    seen
}
