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
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use url::{Url, form_urlencoded};

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

/// The page at the redirect URI, which answers whenever a browser asks.
pub(crate) struct Callback {
    pub(crate) uri: String,
    answers: Mutex<UnboundedReceiver<HashMap<String, String>>>,
}

impl Callback {
    pub(crate) async fn listen() -> Self {
        Self::listen_on(0).await
    }

    /// Listens on this port; 0 takes a free one.
    pub(crate) async fn listen_on(port: u16) -> Self {
        let body = "Back at the application.";
        let length = body.len();
        Self::serve(
            port,
            format!("200 OK\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n{body}"),
        )
        .await
    }

    /// An application that leads on to another address.
    pub(crate) async fn leading_on(address: &str) -> Self {
        Self::serve(
            0,
            format!("302 Found\r\nLocation: {address}\r\nContent-Length: 0\r\n\r\n"),
        )
        .await
    }

    async fn serve(port: u16, answer: String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let uri = format!("http://{}/callback", listener.local_addr().unwrap());
        let (sender, answers) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(take(stream, answer.clone(), sender.clone()));
            }
        });
        let answers = Mutex::new(answers);
        Self { uri, answers }
    }

    /// Waits for the browser, and tells what it brought in the query or in a form.
    pub(crate) async fn answer(&self) -> HashMap<String, String> {
        self.answers.lock().await.recv().await.unwrap()
    }

    /// Fails if a browser has brought anything that was not asked for yet.
    pub(crate) async fn assert_nothing_more(&self) {
        let more = self.answers.lock().await.try_recv();
        assert!(more.is_err(), "the application got {more:?}");
    }
}

/// Takes one request, says what it brought, and answers it. A browser also opens connections on
/// which it asks for nothing, or for an icon.
async fn take(
    mut stream: TcpStream,
    answer: String,
    sender: UnboundedSender<HashMap<String, String>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(&mut stream);
    let (mut head, mut line) = (String::new(), String::new());
    while stream.read_line(&mut line).await? > 2 {
        head.push_str(&line);
        line.clear();
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.parse::<usize>().unwrap())
    });
    let mut form = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut form).await?;
    let target = head.split(' ').nth(1).unwrap_or("/");
    if let Some(query) = target.strip_prefix("/callback") {
        let query = query.trim_start_matches('?').as_bytes();
        let pairs = form_urlencoded::parse(query).chain(form_urlencoded::parse(&form));
        let _ = sender.send(
            pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        );
    }
    let answer = format!(
        "HTTP/1.1 {}",
        answer.replacen("\r\n", "\r\nConnection: close\r\n", 1)
    );
    stream.write_all(answer.as_bytes()).await
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

impl Asked {
    /// Adds a parameter to the request.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// Checks that this is the answer to the request, of this server; its code.
    pub(crate) fn code_of<'a>(&self, answer: &'a HashMap<String, String>, issuer: &str) -> &'a str {
        assert_eq!(answer.get("state"), Some(self.state.secret()));
        assert_eq!(answer.get("iss").map(String::as_str), Some(issuer));
        answer.get("code").expect("a code")
    }
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
