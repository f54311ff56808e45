//! An application as somebody else would write it: the `openidconnect` crate, and a page that takes
//! the answer.

use std::collections::HashMap;

use openidconnect::core::{
    CoreClient, CoreIdTokenClaims, CoreProviderMetadata, CoreResponseType, CoreTokenResponse,
    CoreUserInfoClaims,
};
use openidconnect::{
    AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, Scope, TokenResponse,
};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use url::Url;

pub(crate) const CLIENT_ID: &str = "notes-web";
pub(crate) const SECRET: &str = "development-only-secret-change-me-0001";

type OidcClient = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The page at the redirect URI.
pub(crate) struct Callback {
    listener: TcpListener,
    pub(crate) uri: String,
}

impl Callback {
    pub(crate) async fn listen() -> Self {
        Self::listen_on(0).await
    }

    /// Listens on this port; 0 takes a free one.
    pub(crate) async fn listen_on(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let uri = format!("http://{}/callback", listener.local_addr().unwrap());
        Self { listener, uri }
    }

    /// Waits for the browser, answers it, and tells what it brought in the query.
    pub(crate) async fn answer(&self) -> HashMap<String, String> {
        loop {
            let (mut stream, _) = self.listener.accept().await.unwrap();
            let mut line = String::new();
            let (read, mut write) = stream.split();
            BufReader::new(read).read_line(&mut line).await.unwrap();
            let target = line.split(' ').nth(1).unwrap_or("/");
            let url = Url::parse(&self.uri).unwrap().join(target).unwrap();
            let body = "Back at the application.";
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close";
            let answer = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            write.write_all(answer.as_bytes()).await.unwrap();
            if url.path() == "/callback" {
                return url.query_pairs().into_owned().collect();
            }
        }
    }
}

/// The application, which has found out about its server.
pub(crate) struct Application {
    client: OidcClient,
    http: reqwest::Client,
}

/// What the application keeps between asking and the answer.
pub(crate) struct Asked {
    pub(crate) url: Url,
    pub(crate) state: CsrfToken,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

impl Application {
    /// Discovers the server, as the library does it.
    pub(crate) async fn discover(issuer: &str, redirect_uri: &str) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let issuer = IssuerUrl::new(issuer.to_owned()).unwrap();
        let send = |request| send(http.clone(), request);
        let metadata = CoreProviderMetadata::discover_async(issuer, &send)
            .await
            .unwrap();
        let id = ClientId::new(CLIENT_ID.to_owned());
        let secret = ClientSecret::new(SECRET.to_owned());
        let redirect_uri = RedirectUrl::new(redirect_uri.to_owned()).unwrap();
        let client = CoreClient::from_provider_metadata(metadata, id, Some(secret))
            .set_redirect_uri(redirect_uri);
        Self { client, http }
    }

    /// Where to send the user.
    pub(crate) fn ask(&self, scopes: &[&str]) -> Asked {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let request = self
            .client
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        let scopes = scopes.iter().map(|scope| Scope::new((*scope).to_owned()));
        let (url, state, nonce) = request
            .add_scopes(scopes)
            .set_pkce_challenge(challenge)
            .url();
        Asked {
            url,
            state,
            nonce,
            verifier,
        }
    }

    /// Redeems the code, and checks the ID token: signature, issuer, audience, expiry and nonce.
    pub(crate) async fn redeem(
        &self,
        code: &str,
        asked: Asked,
    ) -> (CoreTokenResponse, CoreIdTokenClaims) {
        let code = AuthorizationCode::new(code.to_owned());
        let request = self.client.exchange_code(code).unwrap();
        let send = |request| send(self.http.clone(), request);
        let tokens = request
            .set_pkce_verifier(asked.verifier)
            .request_async(&send)
            .await
            .unwrap();
        let id_token = tokens.id_token().expect("an ID token");
        let verifier = self.client.id_token_verifier();
        let claims = id_token.claims(&verifier, &asked.nonce).unwrap().clone();
        (tokens, claims)
    }

    /// Whether a refresh token still works; the new tokens if it does.
    pub(crate) async fn refresh(&self, token: &RefreshToken) -> Option<CoreTokenResponse> {
        let send = |request| send(self.http.clone(), request);
        let request = self.client.exchange_refresh_token(token).unwrap();
        request.request_async(&send).await.ok()
    }

    /// The claims at UserInfo, whose subject has to be the ID token's.
    pub(crate) async fn user_info(
        &self,
        tokens: &CoreTokenResponse,
        claims: &CoreIdTokenClaims,
    ) -> CoreUserInfoClaims {
        let token = tokens.access_token().clone();
        let subject = Some(claims.subject().clone());
        let send = |request| send(self.http.clone(), request);
        self.client
            .user_info(token, subject)
            .unwrap()
            .request_async(&send)
            .await
            .unwrap()
    }
}

/// The library's request through our HTTP client.
async fn send(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let (parts, body) = request.into_parts();
    let request = http
        .request(parts.method, parts.uri.to_string())
        .headers(parts.headers)
        .body(body);
    let answer = request.send().await?;
    let mut response = HttpResponse::default();
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = answer.bytes().await?.to_vec();
    Ok(response)
}
