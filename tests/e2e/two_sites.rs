//! Signing out with an application of another site, in a real browser over https: what can be seen only
//! where the browser tells sites apart.

mod frontchannel;
mod session_management;

use authly_testing::Stranger;
use authly_testing::stranger::Answer;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use crate::behind_nginx::{CHALLENGE, ISSUER, Installation, VERIFIER};
use crate::browser::Browser;
use crate::sign_in::{PASSWORD, log_in};

const SECRET: &str = "development-only-secret-change-me-0001";

/// A server at one site, and its application at another.
struct TwoSites {
    installation: Installation,
    /// Where the application is.
    application: Stranger,
}

/// What a browser gives frames of another site than the window's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FramesHave {
    /// Their cookies, where these are made for it.
    Cookies,
    None,
}

/// What the application has got.
struct SignedIn {
    id_token: String,
    session_state: String,
}

/// A parameter of an answer.
fn answered(answer: &[(String, String)], name: &str) -> String {
    let found = answer.iter().find(|(other, _)| other == name);
    found.map(|(_, value)| value.clone()).unwrap_or_default()
}

impl TwoSites {
    /// Both, with these lines in the registration of the application, where `SITE` is its address.
    async fn start(registration: &str) -> Self {
        let application = Stranger::start().await;
        for path in ["/callback", "/bye", "/out"] {
            application.at(path, Answer::page("<p id=here>The application.").into());
        }
        let site = application.url("").to_string();
        let seed = format!(
            r#"
[[users]]
username = "alice"
password = "{PASSWORD}"

[[clients]]
client_id = "notes-web"
client_name = "Notes"
client_type = "confidential"
client_secret = "{SECRET}"
redirect_uris = ["SITE/callback"]
post_logout_redirect_uris = ["SITE/bye"]
grant_types = ["authorization_code"]
scope = "openid"
require_consent = false
{registration}
"#
        );
        let seed = seed.replace("SITE", site.trim_end_matches('/'));
        Self {
            installation: Installation::seeded(&seed).await,
            application,
        }
    }

    /// A browser that finds both.
    async fn browser(&self) -> Browser {
        self.browser_that(FramesHave::Cookies).await
    }

    /// The same, with cookies for frames of another site or without.
    async fn browser_that(&self, frames_have: FramesHave) -> Browser {
        // Chromium's setting "third-party cookies": allowed, or blocked.
        let mode = match frames_have {
            FramesHave::Cookies => 0,
            FramesHave::None => 1,
        };
        let blocks = frames_have == FramesHave::None;
        let preferences = json!({ "profile": {
            "cookie_controls_mode": mode,
            "block_third_party_cookies": blocks,
        } });
        let application = format!(", MAP {} 127.0.0.1", Stranger::NAME);
        // The application's authority is known to nobody.
        let trusting = ["--ignore-certificate-errors"];
        let proxy = &self.installation.proxy;
        proxy.browser(&application, &trusting, preferences).await
    }

    /// An address of the application.
    fn at(&self, path: &str) -> String {
        self.application.url(path).to_string()
    }

    /// The address of a request of the application.
    fn asking(&self, more: &[(&str, &str)]) -> String {
        let callback = self.at("/callback");
        let parameters = [
            ("client_id", "notes-web"),
            ("redirect_uri", &callback),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", "the-state"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let endpoint = format!("{ISSUER}/api/v1/oauth/authorize");
        let mut url = Url::parse_with_params(&endpoint, parameters).unwrap();
        url.query_pairs_mut().extend_pairs(more);
        url.into()
    }

    /// What came to the redirect URI, the `time`th time.
    async fn answer(&self, time: usize) -> Vec<(String, String)> {
        let asked = self.application.was_asked_for("/callback", time).await;
        let (_, query) = asked.path.split_once('?').unwrap();
        let pairs = form_urlencoded::parse(query.as_bytes());
        pairs.into_owned().collect()
    }

    /// Signs alice in, the `time`th time, and redeems the code.
    async fn sign_in(&self, browser: &Browser, time: usize) -> SignedIn {
        browser.open(&self.asking(&[])).await;
        log_in(browser, PASSWORD).await;
        let answer = self.answer(time).await;
        let code = answered(&answer, "code");
        let callback = self.at("/callback");
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", &code)
            .append_pair("redirect_uri", &callback)
            .append_pair("code_verifier", VERIFIER)
            .finish();
        let credentials = format!("notes-web:{SECRET}");
        let endpoint = format!("{ISSUER}/api/v1/oauth/token");
        let arguments = ["-u", &credentials, "-d", &body, &endpoint];
        let tokens = self.installation.proxy.curl(&arguments);
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        let tokens = tokens.json();
        let id_token = tokens.get("id_token").and_then(Value::as_str).unwrap();
        SignedIn {
            id_token: id_token.to_owned(),
            session_state: answered(&answer, "session_state"),
        }
    }

    /// Where the application sends its user to be signed out.
    fn leaving(&self, signed_in: &SignedIn) -> String {
        let way_back = self.at("/bye");
        let parameters = [
            ("id_token_hint", signed_in.id_token.as_str()),
            ("post_logout_redirect_uri", &way_back),
            ("state", "left"),
        ];
        let endpoint = format!("{ISSUER}/oidc/logout");
        Url::parse_with_params(&endpoint, parameters)
            .unwrap()
            .into()
    }

    /// Nothing that a policy of ours forbids was tried.
    async fn assert_no_complaints(&self, browser: &Browser) {
        let complaints = browser.log("browser").await;
        let about_policy = |line: &&String| line.contains("Content Security Policy");
        let complaints: Vec<_> = complaints.iter().filter(about_policy).collect();
        assert!(complaints.is_empty(), "{complaints:?}");
    }
}
