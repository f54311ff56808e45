//! The demonstration of embedded mode, as somebody who tries the server out meets it.

use std::sync::Arc;

use authly_services::demo::DemoService;
use authly_testing::browser::{Browser, Page};
use authly_testing::fixtures::TestUser;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;

/// A server with the demonstration, and a user.
async fn demonstration() -> (TestApp, TestUser) {
    let app = Setup::default().demo().app().await;
    let user = app.user("alice").create().await;
    (app, user)
}

/// Presses "Try sign-in", signs in, and allows what is asked.
async fn sign_in(app: &TestApp, browser: &mut Browser, user: &TestUser) -> Page {
    let home = browser.get("/").await;
    let started = browser.submit(&home.form("try")).await;
    let login = browser.get(started.expect_location().as_str()).await;
    let login = browser.get(login.expect_location().as_str()).await;
    let entered = browser
        .fill_in_login(&login, &user.username, &user.password)
        .await;
    let consent = browser.get(entered.expect_location().as_str()).await;
    let approved = browser.submit(&consent.form("approve")).await;
    let callback = browser.get(approved.expect_location().as_str()).await;
    assert_eq!(callback.expect_location().as_str(), app.url("/demo"));
    browser.get("/demo").await
}

#[tokio::test]
async fn a_sign_in_ends_at_the_decoded_tokens() {
    let (app, user) = demonstration().await;
    let mut browser = app.browser();

    let page = sign_in(&app, &mut browser, &user).await;

    assert_eq!(page.status(), 200);
    let id_token = page.text_of("id_token_claims").unwrap();
    for said in ["\"nonce\"", "\"authly-demo\"", user.subject.as_str()] {
        assert!(id_token.contains(said), "{id_token}");
    }
    let header = page.text_of("access_token_header").unwrap();
    assert!(header.contains("\"at+jwt\""), "{header}");
    assert!(
        page.text_of("refresh_token")
            .unwrap()
            .starts_with("authly_rt_")
    );
    assert!(page.answer.header("cache-control").contains("no-store"));
}

#[tokio::test]
async fn tokens_are_refreshed_asked_about_and_revoked() {
    let (app, user) = demonstration().await;
    let mut browser = app.browser();
    let first = sign_in(&app, &mut browser, &user).await;

    let refreshed = browser.submit(&first.form("refresh")).await;
    assert_eq!(refreshed.expect_location().as_str(), app.url("/demo"));
    let second = browser.get("/demo").await;
    assert_ne!(
        second.text_of("refresh_token"),
        first.text_of("refresh_token")
    );
    assert!(
        second
            .text_of("outcome")
            .unwrap()
            .contains("Refreshed once")
    );

    let active = browser.submit(&second.form("introspect")).await;
    let answer = active.text_of("introspection").unwrap();
    assert!(answer.contains("\"active\": true"), "{answer}");

    let revoked = browser.submit(&active.form("revoke")).await;
    assert!(revoked.text_of("outcome").unwrap().contains("has ended"));
    let inactive = browser.submit(&revoked.form("introspect")).await;
    let answer = inactive.text_of("introspection").unwrap();
    assert!(answer.contains("\"active\": false"), "{answer}");
    let refused = browser.submit(&inactive.form("refresh")).await;
    assert_eq!(refused.status(), 200);
    assert!(
        refused
            .text_of("outcome")
            .unwrap()
            .contains("invalid_grant")
    );
}

#[tokio::test]
async fn signing_out_forgets_the_tokens_and_ends_the_session() {
    let (app, user) = demonstration().await;
    let mut browser = app.browser();
    let page = sign_in(&app, &mut browser, &user).await;

    let out = browser.submit(&page.form("sign_out")).await;

    assert_eq!(out.expect_location().as_str(), app.url("/"));
    let again = browser.get("/demo").await;
    assert_eq!(again.expect_location().as_str(), app.url("/"));
    assert!(browser.get("/login").await.html().contains("id=\"login\""));
}

#[tokio::test]
async fn a_denial_is_said_at_the_front_door() {
    let (app, user) = demonstration().await;
    let mut browser = app.logged_in(&user).await;
    let home = browser.get("/").await;
    let started = browser.submit(&home.form("try")).await;
    let asked = browser.get(started.expect_location().as_str()).await;
    let consent = browser.get(asked.expect_location().as_str()).await;

    let denied = browser.submit(&consent.form("deny")).await;
    let home = browser.get(denied.expect_location().as_str()).await;

    assert_eq!(home.status(), 200);
    assert!(home.text_of("refused").unwrap().contains("access_denied"));
}

#[tokio::test]
async fn an_answer_that_this_browser_did_not_ask_for_is_refused() {
    let (app, user) = demonstration().await;
    let mut attacker = app.logged_in(&user).await;
    let home = attacker.get("/").await;
    let started = attacker.submit(&home.form("try")).await;
    let asked = attacker.get(started.expect_location().as_str()).await;
    let consent = attacker.get(asked.expect_location().as_str()).await;
    let approved = attacker.submit(&consent.form("approve")).await;
    let answer = approved.expect_location();

    // In another browser, which has begun nothing, or something else.
    let mut victim = app.browser();
    assert_eq!(victim.get(answer.as_str()).await.status(), 400);
    let home = victim.get("/").await;
    victim.submit(&home.form("try")).await;
    assert_eq!(victim.get(answer.as_str()).await.status(), 400);
    assert_eq!(
        victim.get("/demo").await.expect_location().as_str(),
        app.url("/")
    );

    for broken in [
        "",
        "?code=a",
        "?state=%",
        "?code=a&state=b&iss=https://evil.example",
    ] {
        let page = attacker.get(&format!("/demo/callback{broken}")).await;
        assert_eq!(page.status(), 400, "{broken}");
    }
}

#[tokio::test]
async fn without_tokens_every_button_leads_to_a_refusal_and_nothing_else() {
    let (app, _user) = demonstration().await;
    let mut browser = app.browser();
    let home = browser.get("/").await;
    for act in ["refresh", "introspect", "revoke"] {
        let mut form = home.form("try");
        form.action = app.url(&format!("/demo/{act}")).parse().unwrap();
        assert_eq!(browser.submit(&form).await.status(), 400, "{act}");
        let forged = form.fill("csrf", "forged");
        assert_eq!(browser.submit(&forged).await.status(), 403, "{act}");
    }
}

#[tokio::test]
async fn a_server_for_others_has_no_demonstration() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    for path in ["/demo", "/demo/callback"] {
        assert_eq!(browser.get(path).await.status(), 404, "{path}");
    }
    let home = browser.get("/").await;
    assert_eq!(home.expect_location().as_str(), app.url("/login"));
}

#[tokio::test]
async fn each_start_gives_the_client_another_secret() {
    let (app, user) = demonstration().await;
    let mut browser = app.browser();
    let page = sign_in(&app, &mut browser, &user).await;

    // As a second start does.
    let seeder = app.seeder();
    let second = DemoService::open(
        app.context.clone(),
        Arc::clone(&app.deps.keys),
        Arc::clone(&app.deps.clients),
        Arc::clone(&app.deps.tokens),
        &seeder,
        app.issuer().parse().unwrap(),
    );
    second.await.unwrap();

    // The one before does not count any more: an embedded server runs alone.
    let refused = browser.submit(&page.form("introspect")).await;
    assert_eq!(refused.status(), 503);
}

#[tokio::test]
async fn the_language_chosen_on_the_front_page_lasts_to_the_tokens_and_back() {
    let (app, user) = demonstration().await;
    let mut browser = app.browser();
    let begin = async |browser: &mut Browser| {
        let home = browser.get("/?ui_locales=de").await;
        let started = browser.submit(&home.form("try")).await;
        let login = browser.get(started.expect_location().as_str()).await;
        browser.get(login.expect_location().as_str()).await
    };
    let is_german = |page: &Page| page.html().contains("<html lang=\"de\"");

    let login = begin(&mut browser).await;
    let cancelled = browser.submit(&login.form("cancel")).await;
    let home = browser.get(cancelled.expect_location().as_str()).await;
    assert!(is_german(&login) && is_german(&home), "{home:?}");

    let login = begin(&mut browser).await;
    let entered = browser
        .fill_in_login(&login, &user.username, &user.password)
        .await;
    let consent = browser.get(entered.expect_location().as_str()).await;
    let approved = browser.submit(&consent.form("approve")).await;
    let callback = browser.get(approved.expect_location().as_str()).await;
    let tokens = browser.get(callback.expect_location().as_str()).await;
    assert!(is_german(&consent) && is_german(&tokens), "{tokens:?}");
    let refreshed = browser.submit(&tokens.form("refresh")).await;
    let refreshed = browser.get(refreshed.expect_location().as_str()).await;
    let asked = browser.submit(&refreshed.form("introspect")).await;
    assert!(is_german(&refreshed) && is_german(&asked), "{asked:?}");
    let left = browser.submit(&asked.form("sign_out")).await;
    let home = browser.get(left.expect_location().as_str()).await;
    assert!(is_german(&home), "{home:?}");
}
