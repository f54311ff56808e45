//! An application and the browser of its user, who has logged in and agreed once: from then on a
//! code is one request.

use std::time::Duration;

use authly_testing::answer::Answer;
use authly_testing::browser::Browser;
use reqwest::header::{COOKIE, LOCATION};
use reqwest::{Client, RequestBuilder};
use url::Url;

use crate::node::Node;

const CLIENT_ID: &str = "web";
const SECRET: &str = "only-for-tests-only-for-tests-0001";
const REDIRECT_URI: &str = "https://app.example.com/callback";
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Longer than the server's own limit for a request.
const HANGING: Duration = Duration::from_secs(45);

/// Somebody who can log in.
pub(crate) struct Identity {
    pub(crate) username: &'static str,
    password: &'static str,
}

impl Identity {
    pub(crate) const ALICE: Self = Self {
        username: "alice",
        password: "correct horse battery staple",
    };
    pub(crate) const BOB: Self = Self {
        username: "bob",
        password: "another horse battery staple",
    };
}

/// How a request ended.
#[derive(Debug)]
pub(crate) enum Fate {
    /// The answer was read to its end.
    Answered(Answer),
    /// The connection ended first: nobody knows what became of the request.
    Lost,
}

impl Fate {
    /// The answer, which has to be there.
    #[track_caller]
    pub(crate) fn expect(self) -> Answer {
        match self {
            Self::Answered(answer) => answer,
            Self::Lost => panic!("the connection ended without an answer"),
        }
    }
}

/// An application with its credentials, and its user's browser.
#[derive(Clone)]
pub(crate) struct Application {
    http: Client,
    /// The browser, with the cookies of the session.
    browser: Browser,
}

/// An HTTP client that follows nothing, and waits as long as no server may take.
pub(crate) fn http_client() -> Client {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(HANGING)
        .build()
        .unwrap()
}

/// Sends a request and reads the answer to its end.
pub(crate) async fn send(request: RequestBuilder) -> Fate {
    match read(request).await {
        Ok(answer) => Fate::Answered(answer),
        Err(error) if error.is_timeout() => panic!("a request hangs: {error}"),
        Err(_cut_off) => Fate::Lost,
    }
}

async fn read(request: RequestBuilder) -> Result<Answer, reqwest::Error> {
    let response = request.send().await?;
    Ok(Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.text().await?,
    })
}

fn authorize() -> String {
    let parameters = [
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "openid profile notes:read"),
        ("state", "the state"),
        ("nonce", "the nonce"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let url = Url::parse_with_params("http://localhost/api/v1/oauth/authorize", &parameters);
    path_of(&url.unwrap())
}

/// The path and query of one of the server's addresses, whichever node it is asked of.
fn path_of(url: &Url) -> String {
    let query = url.query().map(|query| format!("?{query}"));
    format!("{}{}", url.path(), query.unwrap_or_default())
}

impl Application {
    /// Logs this user in at a node, and agrees to what the application wants.
    pub(crate) async fn of(node: &Node, user: &Identity) -> Self {
        let mut browser = Browser::new(&node.url, "");
        let mut page = browser.get(&authorize()).await;
        while let Some(location) = page.location().filter(|url| !leads_back(url)) {
            let shown = browser.get(&path_of(&location)).await;
            let mut form = if shown.html().contains("id=\"login\"") {
                let form = shown.form("login").fill("username", user.username);
                form.fill("password", user.password)
            } else {
                shown.form("approve")
            };
            let action = format!("{}{}", node.url, path_of(&form.action));
            form.action = action.parse().unwrap();
            page = browser.submit(&form).await;
        }
        assert!(page.answered("code").is_some(), "no code: {page:?}");
        Self {
            http: http_client(),
            browser,
        }
    }

    /// Asks for a code, which the session and the remembered consent answer at once.
    pub(crate) async fn authorize(&self, node: &str) -> Fate {
        let cookies = self.browser.cookies.iter();
        let cookies = cookies.map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let request = self.http.get(format!("{node}{}", authorize()));
        send(request.header(COOKIE, cookies)).await
    }

    /// A code; the node has to be well.
    pub(crate) async fn code(&self, node: &str) -> String {
        code_in(&self.authorize(node).await.expect()).expect("the answer holds a code")
    }

    /// A code and what it yields; the node has to be well.
    pub(crate) async fn refresh_token(&self, node: &str) -> String {
        let code = self.code(node).await;
        let tokens = self.redeem(node, &code).await.expect().expect_tokens();
        tokens.refresh().to_owned()
    }

    /// Redeems a code.
    pub(crate) async fn redeem(&self, node: &str, code: &str) -> Fate {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", VERIFIER),
        ];
        self.post(node, "token", &form).await
    }

    /// Exchanges a refresh token.
    pub(crate) async fn refresh(&self, node: &str, token: &str) -> Fate {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.post(node, "token", &form).await
    }

    /// Asks for a token of its own.
    pub(crate) async fn client_credentials(&self, node: &str) -> Fate {
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", "notes:read"),
        ];
        self.post(node, "token", &form).await
    }

    /// Asks what a token is worth.
    pub(crate) async fn introspect(&self, node: &str, token: &str) -> Fate {
        self.post(node, "introspect", &[("token", token)]).await
    }

    /// Whether a token is active; the node has to be well.
    pub(crate) async fn is_active(&self, node: &str, token: &str) -> bool {
        let answer = self.introspect(node, token).await.expect();
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer
            .json()
            .get("active")
            .and_then(serde_json::Value::as_bool)
            .unwrap()
    }

    /// Revokes a token.
    pub(crate) async fn revoke(&self, node: &str, token: &str) -> Fate {
        self.post(node, "revoke", &[("token", token)]).await
    }

    /// Logs the user out.
    pub(crate) async fn log_out(&self, node: &str) -> Answer {
        let mut browser = self.browser.clone();
        let page = browser.get(&format!("{node}/logout")).await;
        let mut form = page.form("logout");
        let action = format!("{node}{}", path_of(&form.action));
        form.action = action.parse().unwrap();
        browser.submit(&form).await.answer
    }

    async fn post(&self, node: &str, endpoint: &str, form: &[(&str, &str)]) -> Fate {
        let request = self.http.post(format!("{node}/api/v1/oauth/{endpoint}"));
        send(request.basic_auth(CLIENT_ID, Some(SECRET)).form(form)).await
    }
}

fn leads_back(url: &Url) -> bool {
    url.as_str().starts_with(REDIRECT_URI)
}

/// The code in an answer that leads back to the application.
pub(crate) fn code_in(answer: &Answer) -> Option<String> {
    let location = answer.headers.get(LOCATION)?.to_str().ok()?;
    let url = Url::parse(location).ok().filter(leads_back)?;
    let mut pairs = url.query_pairs();
    let code = pairs.find(|(name, _)| name == "code");
    code.map(|(_, value)| value.into_owned())
}
