//! Authorization requests parameter by parameter, and what their refusals have in common.

use authly_protocol::oauth::ErrorCode;
use authly_testing::TestApp;
use authly_testing::browser::{Browser, Form, Page};
use authly_testing::fixtures::{TestClient, TestUser};
use authly_testing::flows::Asked;

/// The authorization endpoint.
pub(crate) const AUTHORIZE: &str = "/api/v1/oauth/authorize";
/// A verifier, and its challenge (RFC 7636 appendix B).
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// An authorization request about to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Asking(Vec<(String, String)>);

impl Asking {
    /// One that is right in everything.
    pub(crate) fn of(client: &TestClient, scope: &str) -> Self {
        let parameters = [
            ("response_type", "code"),
            ("client_id", &client.id),
            ("redirect_uri", client.redirect_uri()),
            ("scope", scope),
            ("state", "the state"),
            ("nonce", "the nonce"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let owned = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self(owned.to_vec())
    }

    /// With this parameter in place of what is there.
    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// Without this parameter.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(other, _)| other != name);
        self
    }

    /// With this parameter beside what is there.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The parameters as a form.
    pub(crate) fn fields(&self) -> Vec<(&str, &str)> {
        let pairs = self.0.iter();
        pairs
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }

    /// The path and query.
    pub(crate) fn target(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.0);
        format!("{AUTHORIZE}?{}", query.finish())
    }

    /// The request for the flows of the harness.
    pub(crate) fn asked(&self) -> Asked {
        Asked {
            target: self.target(),
            verifier: VERIFIER.to_owned(),
        }
    }
}

/// A client, a user, and a browser in which that user has logged in and allowed the client
/// everything: whatever is right is answered by a code at once.
pub(crate) struct Trusted {
    pub(crate) app: TestApp,
    pub(crate) client: TestClient,
    pub(crate) alice: TestUser,
    pub(crate) browser: Browser,
}

impl Trusted {
    /// With the client of the fixtures.
    pub(crate) async fn start() -> Self {
        let app = TestApp::start().await;
        let client = app.client().create().await;
        Self::with(app, client).await
    }

    /// With this client.
    pub(crate) async fn with(app: TestApp, client: TestClient) -> Self {
        let alice = app.user("alice").create().await;
        let mut browser = app.logged_in(&alice).await;
        let scope = client.record.scope.to_string();
        let asking = Asking::of(&client, &scope).with("prompt", "consent");
        let asking = asking.with("response_mode", "form_post");
        let page = app.walk(&mut browser, &asking.asked(), &alice).await;
        let answered = Answered::in_form(&page, client.redirect_uri());
        assert!(answered.get("code").is_some(), "{page:?}");
        Self {
            app,
            client,
            alice,
            browser,
        }
    }

    /// A request of the client for `openid`.
    pub(crate) fn asking(&self) -> Asking {
        Asking::of(&self.client, "openid")
    }

    /// Sends a request that is to be refused, and holds that it stores nothing.
    pub(crate) async fn refused(&mut self, asking: &Asking) -> Page {
        refused(&self.app, &mut self.browser, asking).await
    }

    /// Sends a request that the client is to be told the refusal of by redirect.
    pub(crate) async fn expect_error(&mut self, asking: &Asking, code: &str) -> Answered {
        let page = self.refused(asking).await;
        let answered = Answered::in_query(&page, self.client.redirect_uri());
        assert_eq!(answered.get("error"), Some(code), "{asking:?}: {page:?}");
        let known = ErrorCode::ALL.iter().any(|known| known.as_str() == code);
        assert!(known, "clients do not know the code {code}");
        let description = answered.get("error_description").unwrap_or_default();
        assert!(is_error_description(description), "{description}");
        assert_eq!(answered.get("iss"), Some(self.app.issuer()));
        assert_eq!(answered.get("code"), None);
        answered
    }
}

/// Sends a request that is to be refused, and holds that it stores nothing.
pub(crate) async fn refused(app: &TestApp, browser: &mut Browser, asking: &Asking) -> Page {
    let before = app.stored().protocol_state().await;
    let page = browser.get(&asking.target()).await;
    let after = app.stored().protocol_state().await;
    assert_eq!(after, before, "{asking:?} stored something");
    page
}

/// Holds that a page says what is wrong, with this status, and leads nowhere.
pub(crate) fn expect_error_page(page: &Page, status: u16) {
    assert_eq!(page.status(), status, "{page:?}");
    assert_eq!(page.answer.header("location"), "", "{page:?}");
    assert_eq!(
        page.answer.header("content-type"),
        "text/html; charset=utf-8"
    );
    let shown = page.text_of("request_id");
    assert_eq!(
        shown.as_deref(),
        Some(page.answer.header("x-request-id")),
        "{page:?}"
    );
    assert!(!page.html().contains("<form"), "{page:?}");
}

/// What stands in a field of a form.
pub(crate) fn field(form: &Form, name: &str) -> String {
    let found = form.fields.iter().find(|(other, _)| other == name);
    let (_, value) = found.unwrap_or_else(|| panic!("no field {name}: {form:?}"));
    value.clone()
}

/// The session cookie of a browser, if it has one.
pub(crate) fn session_cookie(browser: &Browser) -> Option<(String, String)> {
    let mut cookies = browser.cookies.iter();
    let found = cookies.find(|(name, _)| name.contains("authly-session"));
    found.map(|(name, value)| (name.clone(), value.clone()))
}

/// Who is logged in in a browser, as its own page says.
pub(crate) async fn logged_in_as(browser: &mut Browser) -> Option<String> {
    let page = browser.get("/login").await;
    assert_eq!(page.status(), 200, "{page:?}");
    let html = page.html();
    html.contains("id=\"sign_out\"").then(|| {
        let name = html.split("<strong>").nth(1).expect("a name");
        name.split("</strong>").next().expect("a name").to_owned()
    })
}

/// Whether a text consists of what an `error_description` may hold (OAuth 2.1 §4.1.2.1).
fn is_error_description(text: &str) -> bool {
    let allowed = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    !text.is_empty() && text.bytes().all(allowed)
}

/// The parameters of an answer to a client.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answered(Vec<(String, String)>);

impl Answered {
    /// Of a redirect whose query is to hold them and nothing else.
    pub(crate) fn in_query(page: &Page, redirect_uri: &str) -> Self {
        Self::behind(page, &format!("{redirect_uri}?"))
    }

    /// Of a redirect whose fragment is to hold them.
    pub(crate) fn in_fragment(page: &Page, redirect_uri: &str) -> Self {
        Self::behind(page, &format!("{redirect_uri}#"))
    }

    /// Of a redirect that begins with this.
    pub(crate) fn behind(page: &Page, beginning: &str) -> Self {
        assert_eq!(page.status(), 303, "{page:?}");
        let location = page.answer.header("location");
        let rest = location.strip_prefix(beginning);
        let rest = rest.unwrap_or_else(|| panic!("{location} does not begin with {beginning}"));
        let pairs = form_urlencoded::parse(rest.as_bytes());
        Self(pairs.into_owned().collect())
    }

    /// Of a page that posts them to this address.
    pub(crate) fn in_form(page: &Page, redirect_uri: &str) -> Self {
        assert_eq!(page.status(), 200, "{page:?}");
        let form = page.form("continue");
        let expected: url::Url = redirect_uri.parse().expect("an address");
        assert_eq!(form.action, expected);
        Self(form.fields)
    }

    /// The value of this parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The names in order.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }
}
