//! The OAuth endpoints that a client of the admin API needs: to get tokens and to give them back.

use std::time::Duration;

use authly_domain::secret::{
    AccessToken, AuthorizationCode, ClientSecret, CodeVerifier, Password, RefreshToken,
};
use authly_protocol::oauth::TokenResponse;
use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderValue};

use crate::answer::Answer;
use crate::connection::{Connection, Repetition};
use crate::error::ClientError;
use crate::server_url::ServerUrl;

/// Where the endpoints are, below the issuer.
const TOKEN: &str = "/api/v1/oauth/token";
const REVOKE: &str = "/api/v1/oauth/revoke";
const PASSWORD_LOGIN: &str = "/api/v1/auth/token";
const PASSWORD_LOGOUT: &str = "/api/v1/auth/logout";

/// The tokens of an answer (OAuth 2.1 §3.2.3).
#[derive(Debug)]
pub struct Tokens {
    /// The access token.
    pub access_token: AccessToken,
    /// How long it lives from the answer on.
    pub expires_in: Duration,
    /// What it allows.
    pub scope: Option<String>,
    /// The refresh token, where one was issued.
    pub refresh_token: Option<RefreshToken>,
}

/// A code to redeem, with what proves that it came to the right place.
#[derive(Debug)]
pub struct Redemption<'a> {
    /// Who asked for it.
    pub client_id: &'a str,
    /// The code.
    pub code: &'a AuthorizationCode,
    /// Where it came to.
    pub redirect_uri: &'a str,
    /// PKCE.
    pub code_verifier: &'a CodeVerifier,
}

/// A login with a password, by the command line's own client.
#[derive(Debug)]
pub struct PasswordLogin<'a> {
    /// The client: the server takes passwords from `authly-cli` alone.
    pub client_id: &'a str,
    /// User name or e-mail address.
    pub username: &'a str,
    /// The password.
    pub password: &'a Password,
    /// What the login is to allow: scopes of administration.
    pub scope: &'a str,
}

/// The OAuth endpoints of one server.
#[derive(Debug, Clone)]
pub struct OAuth(Connection);

impl OAuth {
    pub(crate) const fn new(connection: Connection) -> Self {
        Self(connection)
    }

    /// The server that is asked.
    #[must_use]
    pub const fn server(&self) -> &ServerUrl {
        &self.0.server
    }

    /// Redeems a code (OAuth 2.1 §4.1.3). It is sent once: a code counts once.
    ///
    /// # Errors
    /// The server cannot be reached, refuses, or is none of ours.
    pub async fn redeem(&self, redemption: &Redemption<'_>) -> Result<Tokens, ClientError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", redemption.client_id),
            ("code", redemption.code.expose()),
            ("redirect_uri", redemption.redirect_uri),
            ("code_verifier", redemption.code_verifier.expose()),
        ];
        self.tokens(TOKEN, &form, None, Repetition::Unsafe).await
    }

    /// Refreshes the tokens of a public client (OAuth 2.1 §4.3). It is repeated where the answer was
    /// lost: within its window the server gives the same successor again.
    ///
    /// # Errors
    /// The server cannot be reached, refuses, or is none of ours.
    pub async fn refresh(
        &self,
        client_id: &str,
        refresh_token: &RefreshToken,
    ) -> Result<Tokens, ClientError> {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", client_id),
            ("refresh_token", refresh_token.expose()),
        ];
        self.tokens(TOKEN, &form, None, Repetition::Safe).await
    }

    /// A token for the client itself (OAuth 2.1 §4.2).
    ///
    /// # Errors
    /// The server cannot be reached, refuses, or is none of ours.
    pub async fn client_credentials(
        &self,
        client_id: &str,
        secret: &ClientSecret,
        scope: Option<&str>,
    ) -> Result<Tokens, ClientError> {
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", scope.unwrap_or_default()),
        ];
        let client = Some((client_id, secret));
        self.tokens(TOKEN, &form, client, Repetition::Safe).await
    }

    /// Logs in with a password, where the server takes one. It is sent once: each attempt is counted.
    ///
    /// # Errors
    /// The server cannot be reached, refuses, or is none of ours.
    pub async fn log_in_with_password(
        &self,
        login: &PasswordLogin<'_>,
    ) -> Result<Tokens, ClientError> {
        let form = [
            ("grant_type", "password"),
            ("client_id", login.client_id),
            ("username", login.username),
            ("password", login.password.expose()),
            ("scope", login.scope),
        ];
        self.tokens(PASSWORD_LOGIN, &form, None, Repetition::Unsafe)
            .await
    }

    /// Ends a login with a password: the grant of its refresh token with all tokens, and its session.
    ///
    /// # Errors
    /// The server cannot be reached, refuses, or is none of ours.
    pub async fn log_out(
        &self,
        client_id: &str,
        refresh_token: &RefreshToken,
    ) -> Result<(), ClientError> {
        let form = [
            ("client_id", client_id),
            ("refresh_token", refresh_token.expose()),
        ];
        self.ended(PASSWORD_LOGOUT, &form).await
    }

    /// Ends the grant of a public client's refresh token, with all of its tokens (RFC 7009).
    ///
    /// # Errors
    /// The server cannot be reached, refuses, or is none of ours.
    pub async fn revoke(
        &self,
        client_id: &str,
        refresh_token: &RefreshToken,
    ) -> Result<(), ClientError> {
        let form = [
            ("client_id", client_id),
            ("token", refresh_token.expose()),
            ("token_type_hint", "refresh_token"),
        ];
        self.ended(REVOKE, &form).await
    }

    async fn ended(&self, path: &str, form: &[(&str, &str)]) -> Result<(), ClientError> {
        let answer = self.post(path, form, None, Repetition::Safe).await?;
        match answer.status {
            200 => Ok(()),
            _ => Err(answer.refused()),
        }
    }

    async fn tokens(
        &self,
        path: &str,
        form: &[(&str, &str)],
        client: Option<(&str, &ClientSecret)>,
        repetition: Repetition,
    ) -> Result<Tokens, ClientError> {
        let answer = self.post(path, form, client, repetition).await?;
        let response: TokenResponse = answer.document(&[200])?;
        Ok(Tokens {
            access_token: AccessToken::new(response.access_token.expose().to_owned()),
            expires_in: Duration::from_secs(response.expires_in),
            scope: response.scope,
            refresh_token: response
                .refresh_token
                .map(|token| RefreshToken::new(token.expose().to_owned())),
        })
    }

    async fn post(
        &self,
        path: &str,
        form: &[(&str, &str)],
        client: Option<(&str, &ClientSecret)>,
        repetition: Repetition,
    ) -> Result<Answer, ClientError> {
        let mut request = self
            .0
            .request(Method::POST, path)
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .form(form);
        if let Some((id, secret)) = client {
            // Both parts are form-encoded first (RFC 6749 §2.3.1).
            request = request.basic_auth(encoded(id), Some(encoded(secret.expose())));
        }
        let request = self.0.build(request)?;
        self.0.send(request, repetition).await
    }
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
