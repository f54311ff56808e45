//! Forged forms: every form of ours is taken from our own page in the same browser alone.

use authly_testing::TestApp;
use authly_testing::browser::{Browser, Form};
use authly_testing::fixtures::PASSWORD;
use pretty_assertions::assert_eq;

use crate::support::{Asking, expect_error_page, field, logged_in_as};

/// A browser with each form of ours, filled in so that it would work.
struct Filled {
    app: TestApp,
    browser: Browser,
    forms: Vec<Form>,
}

impl Filled {
    /// Login, cancel, consent, logout.
    async fn start() -> Self {
        let app = TestApp::start().await;
        let client = app.client().create().await;
        let alice = app.user("alice").create().await;
        app.user("bob").create().await;
        let mut browser = app.browser();
        let asking = Asking::of(&client, "openid");
        let page = browser.get(&asking.target()).await;
        let login = browser.follow(&page).await;
        browser.log_in(&alice).await;
        let page = browser.get(&asking.target()).await;
        let consent = browser.follow(&page).await;
        let logout = browser.get("/logout").await;
        let filled = login.form("login").fill("username", "bob");
        let forms = vec![
            filled.fill("password", PASSWORD),
            login.form("cancel"),
            consent.form("approve"),
            consent.form("deny"),
            logout.form("logout"),
        ];
        Self {
            app,
            browser,
            forms,
        }
    }

    /// The change of password.
    async fn of_password_change() -> Self {
        let app = TestApp::start().await;
        let alice = app.user("alice").requires_password_change().create().await;
        let mut browser = app.browser();
        let page = browser.log_in(&alice).await;
        let page = browser.follow(&page).await;
        let form = page.form("change_password");
        let form = form.fill("new_password", "four entirely other words");
        let form = form.fill("repeat_password", "four entirely other words");
        Self {
            app,
            browser,
            forms: vec![form],
        }
    }

    /// Sends each form as `forge` changes it, from `browser`: nothing happens but a page.
    async fn expect_refusals(&self, browser: &Browser, forge: impl Fn(&Form) -> Form) {
        let state = self.app.stored().protocol_state().await;
        let users = self.app.stored().users().await;
        for form in &self.forms {
            let page = browser.clone().submit(&forge(form)).await;
            expect_error_page(&page, 403);
            assert!(page.html().contains("could not be accepted"), "{page:?}");
            assert_eq!(page.answer.header("set-cookie"), "", "{page:?}");
        }
        assert_eq!(self.app.stored().protocol_state().await, state);
        assert_eq!(self.app.stored().users().await, users);
    }
}

#[tokio::test]
async fn a_form_without_its_token_or_with_another_one_is_refused() {
    for forms in [Filled::start().await, Filled::of_password_change().await] {
        let browser = &forms.browser;
        forms
            .expect_refusals(browser, |form| form.clone().clear("csrf"))
            .await;
        let right = field(&forms.forms[0], "csrf");
        let shorter = &right[..right.len() - 1];
        let upper = right.to_uppercase();
        let longer = format!("{right}A");
        for token in ["", "x", shorter, &upper, &longer, " ", "é"] {
            let forge = |form: &Form| form.clone().fill("csrf", token);
            forms.expect_refusals(browser, forge).await;
        }
    }
}

#[tokio::test]
async fn a_token_of_another_browser_is_refused() {
    for forms in [Filled::start().await, Filled::of_password_change().await] {
        let mut attacker = forms.app.browser();
        let login = attacker.get("/login").await;
        let theirs = field(&login.form("login"), "csrf");
        let forge = |form: &Form| form.clone().fill("csrf", &theirs);
        forms.expect_refusals(&forms.browser, forge).await;
        // Nor does ours work there.
        forms.expect_refusals(&attacker, Form::clone).await;
    }
}

#[tokio::test]
async fn a_form_in_a_browser_without_our_cookie_is_refused() {
    for forms in [Filled::start().await, Filled::of_password_change().await] {
        forms
            .expect_refusals(&forms.app.browser(), Form::clone)
            .await;
        let mut without = forms.browser.clone();
        without.cookies.retain(|name, _| name.contains("session"));
        forms.expect_refusals(&without, Form::clone).await;
    }
}

#[tokio::test]
async fn a_form_that_another_site_sent_is_refused_even_with_the_right_token() {
    for forms in [Filled::start().await, Filled::of_password_change().await] {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "nonsense"),
            ("origin", "https://evil.example"),
            ("origin", "https://127.0.0.1"),
            ("origin", "http://127.0.0.1"),
            ("origin", "http://127.0.0.1.evil.example"),
        ] {
            let mut browser = forms.browser.clone();
            browser.headers.push((name.to_owned(), value.to_owned()));
            forms.expect_refusals(&browser, Form::clone).await;
        }
    }
}

#[tokio::test]
async fn a_token_in_the_address_is_no_token() {
    let forms = Filled::start().await;
    let token = field(&forms.forms[0], "csrf");
    let forge = |form: &Form| {
        let mut form = form.clone().clear("csrf");
        form.action.query_pairs_mut().append_pair("csrf", &token);
        form
    };
    forms.expect_refusals(&forms.browser, forge).await;
}

#[tokio::test]
async fn a_form_of_our_own_page_is_taken_whatever_kind_of_browser_sends_it() {
    for headers in [
        vec![],
        vec![("sec-fetch-site", "same-origin"), ("origin", "null")],
        vec![("sec-fetch-site", "same-origin")],
        vec![("sec-fetch-site", "none")],
        vec![("origin", "null")],
        vec![("origin", "OWN")],
    ] {
        let mut forms = Filled::start().await;
        for (name, value) in headers {
            let value = value.replace("OWN", forms.app.issuer());
            forms.browser.headers.push((name.to_owned(), value));
        }
        let logout = forms.forms.pop().unwrap();
        let page = forms.browser.submit(&logout).await;
        assert_eq!(page.status(), 200, "{page:?}");
        assert!(page.html().contains("You are signed out"));
        forms.browser.headers.clear();
        assert_eq!(logged_in_as(&mut forms.browser).await, None);
    }
}

#[tokio::test]
async fn a_token_stays_good_across_the_login_and_works_on_every_node() {
    let mut forms = Filled::start().await;
    let node = forms.app.another_node().await;
    let mut logout = forms.forms.pop().unwrap();
    logout.action = node.url("/logout").parse().unwrap();
    let page = forms.browser.submit(&logout).await;
    assert!(page.html().contains("You are signed out"), "{page:?}");
}
