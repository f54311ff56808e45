//! Clients, a user and a browser, and what they hold: cases name it in braces.

use authly_testing::TestApp;
use authly_testing::browser::Browser;
use authly_testing::fixtures::{TestClient, TestUser};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Where answers to the clients may go.
pub(super) const REDIRECT_URIS: [&str; 3] = [
    "https://app.example.com/callback",
    "https://app.example.com/second?tenant=1",
    "com.example.app:/cb",
];

/// What cases name.
pub(super) struct Actors {
    web: TestClient,
    native: TestClient,
    alice: TestUser,
    words: Vec<(&'static str, String)>,
}

impl Actors {
    /// Everyone comes to a server.
    pub(super) async fn come(app: &TestApp) -> Self {
        let [first, second, private] = REDIRECT_URIS;
        let web = app
            .client()
            .redirect_uris(&[first, second])
            .resources(&["https://api.example.com/"])
            .optional("email");
        let native = app
            .client()
            .id("native")
            .public()
            .native()
            .redirect_uris(&["http://127.0.0.1/cb", private]);
        let mut actors = Self {
            web: web.create().await,
            native: native.create().await,
            alice: app.user("alice").create().await,
            words: Vec::new(),
        };
        actors.freshen(app).await;
        actors
    }

    /// Makes everything anew that can be spent.
    pub(super) async fn freshen(&mut self, app: &TestApp) {
        let scope = "openid profile email offline_access";
        let web_secret = self.web.secret.clone().unwrap_or_default();
        let code = app.code(&self.web, &self.alice, scope).await;
        let native_code = app.code(&self.native, &self.alice, "openid").await;
        let tokens = app.tokens(&self.web, &self.alice, scope).await;
        let mut browser = app.logged_in(&self.alice).await;
        let request = asks(app, &mut browser, &self.web).await;
        let csrf = browser.get("/logout").await.form("logout").fields;
        let csrf = csrf.into_iter().find(|(name, _)| name == "csrf");
        let cookies = browser.cookies.iter();
        let cookies: Vec<_> = cookies
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        self.words = vec![
            ("{basic}", STANDARD.encode(format!("web:{web_secret}"))),
            ("{secret}", web_secret),
            ("{code}", code.code),
            ("{verifier}", code.verifier),
            ("{native_code}", native_code.code),
            ("{native_verifier}", native_code.verifier),
            ("{access}", tokens.access_token.clone()),
            ("{refresh}", tokens.refresh().to_owned()),
            ("{id_token}", tokens.id_token.clone().unwrap_or_default()),
            ("{password}", self.alice.password.clone()),
            ("{cookies}", cookies.join("; ")),
            ("{request}", request),
            ("{csrf}", csrf.map(|(_, value)| value).unwrap_or_default()),
        ];
    }

    /// A case with the words in braces replaced.
    pub(super) fn fill_in(&self, case: &str) -> String {
        let words = self.words.iter();
        words.fold(case.to_owned(), |case, (word, value)| {
            case.replace(word, value)
        })
    }
}

/// The handle of a request that waits for its answer in this browser.
async fn asks(app: &TestApp, browser: &mut Browser, client: &TestClient) -> String {
    let asked = app.ask(client, "openid", &[("prompt", "consent")]);
    let page = browser.get(&asked.target).await;
    page.answered("request")
        .expect("the request waits for its answer")
}
