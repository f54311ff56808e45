//! A browser: it keeps cookies, follows nothing by itself, and fills in forms.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, SET_COOKIE};
use scraper::{Html, Selector};
use url::Url;

use crate::answer::Answer;
use crate::fixtures::TestUser;
use crate::rp::http_client;

/// A browser with cookies of its own.
#[derive(Clone)]
pub struct Browser {
    origin: String,
    path: String,
    http: reqwest::Client,
    /// The cookies by name. Tests may look, and take some out.
    pub cookies: BTreeMap<String, String>,
    /// Headers that go with each request.
    pub headers: Vec<(String, String)>,
}

/// A page, or a redirect.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its address.
    pub address: Url,
    /// What the server answered.
    pub answer: Answer,
}

/// A form on a page, to be filled in.
#[derive(Debug, Clone)]
pub struct Form {
    /// Where it goes.
    pub action: Url,
    /// Its fields: those of the page, then what the test has filled in.
    pub fields: Vec<(String, String)>,
}

impl Page {
    /// The status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.answer.status
    }

    /// The page as HTML.
    #[must_use]
    pub fn html(&self) -> &str {
        &self.answer.body
    }

    /// Where it leads, if it is a redirect by 303.
    #[must_use]
    pub fn location(&self) -> Option<Url> {
        let location = self.answer.header("location");
        if location.is_empty() {
            return None;
        }
        assert_eq!(self.status(), 303, "every redirect is a 303");
        Some(
            self.address
                .join(location)
                .expect("the location is an address"),
        )
    }

    /// Where it leads; it has to be a redirect.
    #[must_use]
    pub fn expect_location(&self) -> Url {
        let location = self.location();
        location.unwrap_or_else(|| panic!("no redirect: {} {}", self.status(), self.html()))
    }

    /// A parameter in the query of where it leads.
    #[must_use]
    pub fn answered(&self, name: &str) -> Option<String> {
        let location = self.expect_location();
        let mut pairs = location.query_pairs();
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The form that the button with this id sends, with its hidden fields, and the button's own
    /// name and value.
    #[must_use]
    pub fn form(&self, button: &str) -> Form {
        let html = Html::parse_document(self.html());
        let button_at = selector(&format!("#{button}"));
        let forms = selector("form");
        let form = html
            .select(&forms)
            .find(|form| form.select(&button_at).next().is_some())
            .unwrap_or_else(|| panic!("no button {button}: {}", self.html()));
        let action = form
            .value()
            .attr("action")
            .expect("the form says where it goes");
        let mut fields = Vec::new();
        for input in form.select(&selector("input")) {
            let kind = input.value().attr("type").unwrap_or("text");
            let is_ticked = kind != "checkbox" || input.value().attr("checked").is_some();
            let name = input.value().attr("name");
            if let Some(name) = name.filter(|_name| is_ticked) {
                let value = input.value().attr("value").unwrap_or_default();
                fields.push((name.to_owned(), value.to_owned()));
            }
        }
        let button = form.select(&button_at).next().expect("the button").value();
        if let (Some(name), Some(value)) = (button.attr("name"), button.attr("value")) {
            fields.push((name.to_owned(), value.to_owned()));
        }
        let action = self.address.join(action).expect("the action is an address");
        Form { action, fields }
    }

    /// The text of the element with this id, if there is one.
    #[must_use]
    pub fn text_of(&self, id: &str) -> Option<String> {
        let html = Html::parse_document(self.html());
        let element = html.select(&selector(&format!("#{id}"))).next();
        element.map(|element| element.text().collect::<String>().trim().to_owned())
    }
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).expect("a selector")
}

impl Form {
    /// Fills in a field, in place of what is there.
    #[must_use]
    pub fn fill(mut self, name: &str, value: &str) -> Self {
        self = self.clear(name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Empties a field: an unticked box, a field that a hostile page leaves out.
    #[must_use]
    pub fn clear(mut self, name: &str) -> Self {
        self.fields.retain(|(key, _)| key != name);
        self
    }
}

impl Browser {
    /// A browser that was never anywhere, for a server at this origin, whose issuer has this path.
    #[must_use]
    pub fn new(origin: &str, path: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            path: path.to_owned(),
            http: http_client(),
            cookies: BTreeMap::new(),
            headers: Vec::new(),
        }
    }

    /// The absolute address of one of our paths; absolute addresses stay.
    fn address(&self, target: &str) -> Url {
        let text = match target.strip_prefix('/') {
            Some(path) => format!("{}{}/{path}", self.origin, self.path),
            None => target.to_owned(),
        };
        text.parse().expect("an address")
    }

    /// Opens an address: absolute, or a path below the issuer.
    pub async fn get(&mut self, target: &str) -> Page {
        let address = self.address(target);
        let request = self.http.get(address.clone());
        self.send(request, address).await
    }

    /// Sends a form.
    pub async fn submit(&mut self, form: &Form) -> Page {
        let request = self.http.post(form.action.clone()).form(&form.fields);
        self.send(request, form.action.clone()).await
    }

    /// Posts fields to an address, without a page of ours in between.
    pub async fn post(&mut self, target: &str, fields: &[(&str, &str)]) -> Page {
        let address = self.address(target);
        let request = self.http.post(address.clone()).form(fields);
        self.send(request, address).await
    }

    /// Follows a redirect that stays with us.
    pub async fn follow(&mut self, page: &Page) -> Page {
        let location = page.expect_location();
        assert!(
            location.as_str().starts_with(&self.origin),
            "leads elsewhere: {location}"
        );
        self.get(location.as_str()).await
    }

    /// Opens the login page, and logs in.
    pub async fn log_in(&mut self, user: &TestUser) -> Page {
        let page = self.get("/login").await;
        self.fill_in_login(&page, &user.username, &user.password)
            .await
    }

    /// Sends the form of a login page.
    pub async fn fill_in_login(&mut self, page: &Page, username: &str, password: &str) -> Page {
        let form = page
            .form("login")
            .fill("username", username)
            .fill("password", password);
        self.submit(&form).await
    }

    async fn send(&mut self, mut request: reqwest::RequestBuilder, address: Url) -> Page {
        if !self.cookies.is_empty() {
            let all: Vec<_> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(COOKIE, all.join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let answer = Answer::read(request.send().await.expect("the server answers")).await;
        for cookie in answer.headers.get_all(SET_COOKIE) {
            self.take_cookie(cookie.to_str().expect("a cookie is text"));
        }
        Page { address, answer }
    }

    fn take_cookie(&mut self, cookie: &str) {
        let mut parts = cookie.split("; ");
        let pair = parts.next().and_then(|pair| pair.split_once('='));
        let (name, value) = pair.expect("a cookie has a name and a value");
        if parts.any(|attribute| attribute == "Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}
