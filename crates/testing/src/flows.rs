//! Whole flows in one call, for tests that begin where they end.

use authly_crypto::{opaque, pkce};
use authly_domain::secret::CodeVerifier;
use url::Url;

use crate::answer::Tokens;
use crate::app::TestApp;
use crate::browser::{Browser, Page};
use crate::fixtures::{TestClient, TestUser};

/// What an application keeps between asking and the answer.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The path and query that it sends its user to.
    pub target: String,
    /// The PKCE verifier.
    pub verifier: String,
}

/// A code on its way to the token endpoint.
#[derive(Debug, Clone)]
pub struct Code {
    /// The code.
    pub code: String,
    /// The PKCE verifier.
    pub verifier: String,
}

impl TestApp {
    /// An authorization request of this client for `scope`, with `more` parameters, which replace
    /// those of the same name; an empty value takes one out.
    #[must_use]
    pub fn ask(&self, client: &TestClient, scope: &str, more: &[(&str, &str)]) -> Asked {
        let verifier = opaque::generate("", &*self.context.entropy);
        let challenge = pkce::s256(&CodeVerifier::new(verifier.clone()));
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", &client.id),
            ("redirect_uri", client.redirect_uri()),
            ("scope", scope),
            ("state", "the state"),
            ("nonce", "the nonce"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        parameters.retain(|(name, _)| !more.iter().any(|(other, _)| name == other));
        parameters.extend(more.iter().filter(|(_, value)| !value.is_empty()));
        let base = Url::parse_with_params("http://localhost/", &parameters).expect("an address");
        let query = base.query().unwrap_or_default();
        Asked {
            target: format!("/api/v1/oauth/authorize?{query}"),
            verifier,
        }
    }

    /// Leads this browser through login and consent, as far as they are asked for, to the page that
    /// answers the client.
    pub async fn walk(&self, browser: &mut Browser, asked: &Asked, user: &TestUser) -> Page {
        let mut page = browser.get(&asked.target).await;
        for _step in 0..4 {
            let Some(location) = page.location() else {
                return page;
            };
            if !location.as_str().starts_with(&self.root_url("/")) {
                return page;
            }
            let shown = browser.get(location.as_str()).await;
            page = if shown.html().contains("id=\"login\"") {
                browser
                    .fill_in_login(&shown, &user.username, &user.password)
                    .await
            } else {
                browser.submit(&shown.form("approve")).await
            };
        }
        panic!("the way to the application does not end: {page:?}")
    }

    /// A code for this client, which this user has approved in a new browser.
    pub async fn code(&self, client: &TestClient, user: &TestUser, scope: &str) -> Code {
        self.code_in(&mut self.browser(), client, user, scope).await
    }

    /// A code for this client, which this user has approved in this browser.
    pub async fn code_in(
        &self,
        browser: &mut Browser,
        client: &TestClient,
        user: &TestUser,
        scope: &str,
    ) -> Code {
        let asked = self.ask(client, scope, &[]);
        let page = self.walk(browser, &asked, user).await;
        let code = page
            .answered("code")
            .unwrap_or_else(|| panic!("no code: {page:?}"));
        Code {
            code,
            verifier: asked.verifier,
        }
    }

    /// Tokens for this client in the name of this user, who logged in with a new browser.
    pub async fn tokens(&self, client: &TestClient, user: &TestUser, scope: &str) -> Tokens {
        self.tokens_in(&mut self.browser(), client, user, scope)
            .await
    }

    /// Tokens for this client in the name of this user, who approved in this browser.
    pub async fn tokens_in(
        &self,
        browser: &mut Browser,
        client: &TestClient,
        user: &TestUser,
        scope: &str,
    ) -> Tokens {
        let Code { code, verifier } = self.code_in(browser, client, user, scope).await;
        self.rp(client)
            .redeem(&code, &verifier)
            .await
            .expect_tokens()
    }
}
