//! What a run has met: secrets as they come, and the answers that have to be without any.

use std::cell::RefCell;

use authly_testing::answer::Answer;
use authly_testing::browser::{Browser, Form, Page};
use reqwest::RequestBuilder;
use reqwest::header::{LOCATION, SET_COOKIE};
use url::Url;

use crate::search::{Kind, Place, Secrets};

/// Everything that was met so far.
#[derive(Default)]
pub(crate) struct Record {
    secrets: RefCell<Secrets>,
    refusals: RefCell<Vec<Place>>,
}

impl Record {
    /// Notes a secret.
    pub(crate) fn secret(&self, what: &str, text: &str) {
        self.secrets.borrow_mut().add(what, text);
    }

    /// Notes a secret that may be in some places.
    pub(crate) fn secret_as(&self, kind: Kind, what: &str, text: &str) {
        self.secrets.borrow_mut().add_as(kind, what, text);
    }

    /// What is left when the run is over.
    pub(crate) fn into_parts(self) -> (Secrets, Vec<Place>) {
        (self.secrets.into_inner(), self.refusals.into_inner())
    }

    /// Sends a request, and notes what comes back.
    pub(crate) async fn send(&self, what: &str, request: RequestBuilder) -> Answer {
        let answer = Answer::read(request.send().await.expect("the server answers")).await;
        self.answer(what, &answer);
        answer
    }

    /// Notes the secrets that an answer hands out; and the answer itself, if it refuses.
    fn answer(&self, what: &str, answer: &Answer) {
        if let Ok(body) = serde_json::from_str::<serde_json::Value>(&answer.body) {
            for name in ["access_token", "refresh_token", "id_token"] {
                if let Some(token) = body.get(name).and_then(|token| token.as_str()) {
                    self.token(name, token);
                }
            }
            for name in [
                "client_secret",
                "temporary_password",
                "next_cursor",
                // Of an initial access token.
                "token",
                "registration_access_token",
            ] {
                if let Some(secret) = body.get(name).and_then(|secret| secret.as_str()) {
                    self.secret(name, secret);
                }
            }
        }
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().expect("a cookie is text");
            let value = cookie
                .split(';')
                .next()
                .and_then(|pair| pair.split_once('='));
            if let Some((name, value)) = value.filter(|(_, value)| !value.is_empty()) {
                self.secret(&format!("the cookie {name}"), value);
            }
        }
        let location = answer.header("location");
        if let Ok(location) = Url::parse(location) {
            self.address(&location);
        }
        if answer.status >= 400 || location.contains("error=") {
            let name = format!("the answer {} to {what}", answer.status);
            let text = without_its_forms(answer);
            self.refusals.borrow_mut().push(Place { name, text });
        }
    }

    /// A token and its parts, but for the header, which all have in common.
    fn token(&self, name: &str, token: &str) {
        self.secret(name, token);
        for part in token.split('.').skip(1) {
            self.secret(&format!("a part of the {name}"), part);
        }
    }

    /// The secrets that an address carries, in its query or its fragment.
    fn address(&self, address: &Url) {
        let fragment = address.fragment().unwrap_or_default().as_bytes();
        let pairs = address
            .query_pairs()
            .chain(url::form_urlencoded::parse(fragment));
        for (name, value) in pairs {
            match &*name {
                "code" => self.secret("a code", &value),
                "request" => self.secret("the handle of a request", &value),
                _ => {}
            }
        }
    }

    /// Notes what a page holds and carries.
    fn page(&self, what: &str, page: &Page) {
        self.answer(what, &page.answer);
        for button in ["login", "approve", "change_password", "logout", "continue"] {
            if page.html().contains(&format!("id=\"{button}\"")) {
                let form = page.form(button);
                self.address(&form.action);
                for (name, value) in &form.fields {
                    match name.as_str() {
                        "csrf" => self.secret("a CSRF token", value),
                        "code" => self.secret("a code", value),
                        _ => {}
                    }
                }
            }
        }
    }
}

/// The head and body of an answer, without the places where something secret has to be: new cookies,
/// the forms of a page, which bring back their CSRF token, their request and what was typed, and the
/// links to the same page in other languages, which have its address.
fn without_its_forms(answer: &Answer) -> String {
    let mut text = String::new();
    for (name, value) in &answer.headers {
        if name != SET_COOKIE {
            let value = String::from_utf8_lossy(value.as_bytes());
            text.extend([name.as_str(), ": ", &value, "\n"]);
        }
    }
    let mut parts = answer.body.split('<');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (tag, after) = part.split_once('>').unwrap_or((part, ""));
        let is_of_a_form = tag.starts_with("form ") || tag.starts_with("input ");
        let is_the_page_itself = tag.starts_with("a ") && tag.contains(" hreflang=");
        let is_expected = is_of_a_form || is_the_page_itself;
        text.push_str(if is_expected { "expected" } else { tag });
        text.push_str(after);
    }
    text
}

/// A browser whose every answer is noted.
pub(crate) struct Visitor<'r> {
    pub(crate) browser: Browser,
    pub(crate) record: &'r Record,
}

impl Visitor<'_> {
    pub(crate) async fn get(&mut self, target: &str) -> Page {
        let page = self.browser.get(target).await;
        self.record.page(target, &page);
        page
    }

    pub(crate) async fn follow(&mut self, page: &Page) -> Page {
        let location = page.expect_location();
        self.get(location.as_str()).await
    }

    pub(crate) async fn submit(&mut self, form: &Form) -> Page {
        let page = self.browser.submit(form).await;
        self.record.page(form.action.path(), &page);
        page
    }

    /// Fills in the form of a login page; the password is a secret from now on.
    pub(crate) async fn log_in(&mut self, page: &Page, username: &str, password: &str) -> Page {
        self.record.secret("a password that was typed", password);
        let form = page.form("login");
        let form = form.fill("username", username).fill("password", password);
        self.submit(&form).await
    }
}

/// Notes what a redirect to a client carries, without following it.
pub(crate) fn code_of(page: &Page) -> String {
    let location = page.answer.headers.get(LOCATION);
    assert!(
        location.is_some(),
        "no code: {} {}",
        page.status(),
        page.html()
    );
    page.answered("code").expect("a code")
}
