//! A relying party: a client with its credentials, at the machine endpoints.

use authly_domain::clients::AuthMethod;
use reqwest::{Client, RequestBuilder};

use crate::answer::Answer;
use crate::fixtures::TestClient;

/// A client that speaks to the token endpoint and its neighbours.
#[derive(Clone)]
pub struct Rp {
    base: String,
    http: Client,
    /// Who it is.
    pub client: TestClient,
}

/// An HTTP client that follows nothing.
#[must_use]
pub fn http_client() -> Client {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .expect("an HTTP client can be built")
}

impl Rp {
    pub(crate) fn new(base: &str, client: &TestClient) -> Self {
        Self {
            base: base.to_owned(),
            http: http_client(),
            client: client.clone(),
        }
    }

    /// Posts a form to a path, authenticated as the client is registered.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let mut form = form.to_vec();
        let mut request = self.http.post(format!("{}{path}", self.base));
        match (self.client.record.auth_method, &self.client.secret) {
            (AuthMethod::ClientSecretBasic, Some(secret)) => {
                request = request.basic_auth(&self.client.id, Some(secret));
            }
            (AuthMethod::ClientSecretPost, Some(secret)) => {
                form.push(("client_id", &self.client.id));
                form.push(("client_secret", secret));
            }
            _ => form.push(("client_id", &self.client.id)),
        }
        send(request.form(&form)).await
    }

    /// Posts a form to a path as it stands, without any credentials.
    pub async fn post_bare(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        send(self.http.post(format!("{}{path}", self.base)).form(form)).await
    }

    /// A token request.
    pub async fn token(&self, form: &[(&str, &str)]) -> Answer {
        self.post("/api/v1/oauth/token", form).await
    }

    /// Redeems a code.
    pub async fn redeem(&self, code: &str, verifier: &str) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", verifier),
        ];
        self.token(&form).await
    }

    /// Exchanges a refresh token.
    pub async fn refresh(&self, token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
            .await
    }

    /// Asks for a token of its own.
    pub async fn client_credentials(&self) -> Answer {
        self.token(&[("grant_type", "client_credentials")]).await
    }

    /// What introspection says of a token.
    pub async fn introspect(&self, token: &str) -> Answer {
        self.post("/api/v1/oauth/introspect", &[("token", token)])
            .await
    }

    /// Whether introspection says that a token is active.
    pub async fn is_active(&self, token: &str) -> bool {
        let answer = self.introspect(token).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer
            .json()
            .get("active")
            .and_then(serde_json::Value::as_bool)
            .expect("active")
    }

    /// Revokes a token.
    pub async fn revoke(&self, token: &str) -> Answer {
        self.post("/api/v1/oauth/revoke", &[("token", token)]).await
    }

    /// What UserInfo says to the holder of an access token.
    pub async fn userinfo(&self, access_token: &str) -> Answer {
        let request = self.http.get(format!("{}/oidc/userinfo", self.base));
        send(request.bearer_auth(access_token)).await
    }
}

/// Sends a request, and reads the answer.
pub async fn send(request: RequestBuilder) -> Answer {
    Answer::read(request.send().await.expect("the server answers")).await
}
