//! Those who administer: callers of the admin API, as values.

use authly_domain::clients::GrantType;
use authly_domain::scopes::AdminScope;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use crate::answer::Answer;
use crate::app::TestApp;
use crate::fixtures::{TestClient, TestUser};
use crate::rp::{http_client, send};

/// A caller of the admin API with an access token.
#[derive(Clone)]
pub struct AdminCaller {
    base: String,
    http: Client,
    /// The access token.
    pub token: String,
}

impl TestApp {
    /// A new administrator with every scope of administration, who came through a browser.
    pub async fn administrator(&self, name: &str) -> AdminCaller {
        let user = self.user(name).administrator().create().await;
        self.admin_caller(&user, AdminScope::ALL).await
    }

    /// This user, with a token for these scopes, whether they are an administrator or not.
    pub async fn admin_caller(&self, user: &TestUser, scopes: &[AdminScope]) -> AdminCaller {
        let client = self.console().await;
        let asked = scopes.iter().map(|scope| scope.as_str());
        let asked = asked.fold("openid".to_owned(), |all, one| all + " " + one);
        let tokens = self.tokens(&client, user, &asked).await;
        self.admin_with(&tokens.access_token)
    }

    /// A new service client that is entitled to these scopes, with a token for them.
    pub async fn service_client(&self, id: &str, scopes: &[AdminScope]) -> AdminCaller {
        let names: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
        let scope = names.join(" ");
        let client = self.client().id(id).scope(&scope);
        let client = client
            .grants(&[GrantType::ClientCredentials])
            .create()
            .await;
        self.entitle(&client, &names).await;
        let form = [("grant_type", "client_credentials"), ("scope", &scope)];
        let tokens = self.rp(&client).token(&form).await.expect_tokens();
        self.admin_with(&tokens.access_token)
    }

    /// Whoever has this access token.
    #[must_use]
    pub fn admin_with(&self, token: &str) -> AdminCaller {
        AdminCaller {
            base: self.url(""),
            http: http_client(),
            token: token.to_owned(),
        }
    }

    /// The application that administrators use: a public one that may ask for every scope of
    /// administration. It is made at the first call.
    pub async fn console(&self) -> TestClient {
        let every = AdminScope::ALL.iter().map(|scope| scope.as_str());
        let every = every.fold("openid offline_access".to_owned(), |all, one| {
            all + " " + one
        });
        let console = self.client().id("console").public();
        console
            .grants(&[GrantType::AuthorizationCode, GrantType::RefreshToken])
            .scope(&every)
            .create()
            .await
    }
}

impl AdminCaller {
    /// A request to a path, with the token, for the test to complete.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.base);
        self.http.request(method, url).bearer_auth(&self.token)
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    /// Makes, or does.
    pub async fn post(&self, path: &str, document: &Value) -> Answer {
        send(self.request(Method::POST, path).json(document)).await
    }

    /// Replaces.
    pub async fn put(&self, path: &str, document: &Value) -> Answer {
        send(self.request(Method::PUT, path).json(document)).await
    }

    /// Changes.
    pub async fn patch(&self, path: &str, document: &Value) -> Answer {
        send(self.request(Method::PATCH, path).json(document)).await
    }

    /// Removes.
    pub async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }
}

impl Answer {
    /// Holds the answer to be a problem document (RFC 9457) of this status and code.
    ///
    /// # Panics
    /// When it is something else.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.header("cache-control"), "no-store");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{}", self.body);
        assert_eq!(problem["status"], status, "{}", self.body);
        assert_eq!(problem["type"], format!("urn:authly:problem:{code}"));
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        for text in ["title", "detail"] {
            let text = problem[text].as_str().unwrap_or_default();
            assert!(text.len() > 5, "{}", self.body);
        }
    }

    /// The places that a problem document names as wrong.
    #[must_use]
    pub fn wrong_places(&self) -> Vec<String> {
        let problem = self.json();
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        let places = errors.iter().map(|error| error["pointer"].as_str());
        places.flatten().map(str::to_owned).collect()
    }
}
