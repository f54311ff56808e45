//! In which language people read, from the first page to the last.

use authly_testing::browser::{Browser, Page};
use authly_testing::fixtures::TestUser;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;

use crate::support::{AUTHORIZE, Asking};

const GERMAN: &str = "de-AT, de;q=0.9, en;q=0.5";

/// A browser that asks for these languages.
fn browser(app: &TestApp, accept_language: &str) -> Browser {
    let mut browser = app.browser();
    if !accept_language.is_empty() {
        let header = ("accept-language".to_owned(), accept_language.to_owned());
        browser.headers.push(header);
    }
    browser
}

/// Holds that a page is in this language, and says so to browsers, proxies and readers.
fn expect(page: &Page, language: &str, heading: &str) {
    let html = page.html();
    assert!(
        html.contains(&format!("<html lang=\"{language}\"")),
        "{html}"
    );
    assert!(html.contains(&format!("<h1>{heading}</h1>")), "{html}");
    assert_eq!(page.answer.header("content-language"), language);
    assert_eq!(page.answer.header("vary"), "Accept-Language");
}

/// Goes from the request to the answer, with a wrong password on the way, and then asks again.
/// Every page has to be German.
async fn walk_in_german(browser: &mut Browser, asked: &Page, alice: &TestUser) {
    let login = browser.follow(asked).await;
    expect(&login, "de", "Anmelden");
    let wrong = browser.fill_in_login(&login, "alice", "wrong").await;
    expect(&wrong, "de", "Anmelden");
    let problem = wrong.text_of("problem").unwrap();
    assert_eq!(problem, "Benutzername oder Passwort ist falsch.");
    let led = browser
        .fill_in_login(&wrong, &alice.username, &alice.password)
        .await;
    let consent = browser.follow(&led).await;
    expect(&consent, "de", "The application bittet um Zugriff");
    assert_eq!(consent.text_of("approve").unwrap(), "Erlauben");
    let allowed = browser.submit(&consent.form("approve")).await;
    assert!(allowed.answered("code").is_some(), "{allowed:?}");
    let again = browser.submit(&consent.form("approve")).await;
    expect(&again, "de", "Sie haben bereits geantwortet");
}

#[tokio::test]
async fn the_whole_way_is_in_the_language_of_the_browser() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let mut browser = browser(&app, GERMAN);

    let asked = browser.get(&Asking::of(&client, "openid").target()).await;
    // Nothing was asked for by address, and nothing stands in one.
    assert!(!asked.expect_location().as_str().contains("ui_locales"));
    walk_in_german(&mut browser, &asked, &alice).await;
    expect(&browser.get("/logout").await, "de", "Abmelden");
    expect(
        &browser.get("/nothing").await,
        "de",
        "Diese Seite gibt es nicht",
    );
}

#[tokio::test]
async fn what_the_client_asks_for_counts_before_the_browser_and_goes_along() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let asking = Asking::of(&client, "openid").with("ui_locales", "fr-CA de en");
    let asking = asking.with("prompt", "consent");

    let mut english = browser(&app, "en-US, en;q=0.9");
    let asked = english.get(&asking.target()).await;
    assert_eq!(asked.answered("ui_locales").as_deref(), Some("de"));
    walk_in_german(&mut english, &asked, &alice).await;

    // By form it counts as in the address.
    let mut english = browser(&app, "en-US, en;q=0.9");
    let asked = english.post(AUTHORIZE, &asking.fields()).await;
    walk_in_german(&mut english, &asked, &alice).await;

    // A refusal before anything is stored is in that language too.
    let unknown = asking.with("client_id", "nobody");
    let refused = english.get(&unknown.target()).await;
    expect(&refused, "de", "Diese Anwendung ist nicht bekannt");
}

#[tokio::test]
async fn a_language_that_is_not_there_gives_way_to_the_next_wish() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let asking = Asking::of(&client, "openid").with("ui_locales", "fr it");
    let mut german = browser(&app, GERMAN);
    let asked = german.get(&asking.target()).await;
    expect(&german.follow(&asked).await, "de", "Anmelden");
    for wish in [
        "fr",
        "*",
        "de;q=0, en",
        "\u{e4}\u{f6}",
        ";;,q=,--",
        &"x,".repeat(500),
    ] {
        let page = browser(&app, wish).get("/login").await;
        expect(&page, "en", "Sign in");
    }
    let login = browser(&app, "").get("/login?ui_locales=+xx++..").await;
    expect(&login, "en", "Sign in");
}

#[tokio::test]
async fn who_asks_for_nothing_that_is_there_reads_the_default_language() {
    let setup = Setup::default();
    let setup = setup.policies(|policies| "de".clone_into(&mut policies.pages.default_language));
    let app = setup.app().await;
    for (wish, language, heading) in [
        ("", "de", "Anmelden"),
        ("fr", "de", "Anmelden"),
        ("fr, en-GB;q=0.3", "en", "Sign in"),
    ] {
        let page = browser(&app, wish).get("/login").await;
        expect(&page, language, heading);
    }
}

#[tokio::test]
async fn the_links_at_the_foot_of_a_page_lead_to_the_same_page_in_the_other_language() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let mut browser = browser(&app, "en");
    let asked = browser.get(&Asking::of(&client, "openid").target()).await;
    let login = browser.follow(&asked).await;
    let link = login
        .html()
        .split("<a href=\"")
        .find(|rest| rest.contains("hreflang=\"de\""));
    let link = link
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .replace("&amp;", "&");
    let german = browser.get(&link).await;
    expect(&german, "de", "Anmelden");
    let led = browser
        .fill_in_login(&german, &alice.username, &alice.password)
        .await;
    let consent = browser.follow(&led).await;
    expect(&consent, "de", "The application bittet um Zugriff");
}
