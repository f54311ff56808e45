//! The demonstration of embedded mode: a client of the server's own, which shows whoever tries the
//! server out what an application sees (decisions 35). It is a client like any other: registered,
//! authenticated, and answered by the services behind the token endpoint.

mod decoded;
mod visit;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use authly_crypto::jws::TokenType;
use authly_crypto::{compare, opaque, pkce};
use authly_domain::clients::AuthMethod;
use authly_domain::issuer::Issuer;
use authly_domain::secret::{
    AuthorizationCode, BrowserToken, ClientSecret, CodeVerifier, PresentedToken, RefreshToken,
    SecretDigest,
};
use moka::sync::Cache;
use tokio::sync::Mutex;

pub use decoded::Decoded;
pub use visit::Holding;
use visit::{Asked, Visit};

use crate::Context;
use crate::clients::{
    AuthenticatedClient, ClientAuthError, ClientAuthenticator, PresentedCredentials,
};
use crate::keys::KeyService;
use crate::seed::{Seed, SeedClient, SeedError, SeedSecret, Seeder};
use crate::tokens::{
    AuthorizationCodeGrant, Introspection, RefreshTokenGrant, TokenError, TokenGrant, TokenService,
};

/// The demonstration's `client_id`.
const CLIENT_ID: &str = "authly-demo";
/// What its requests ask for.
const SCOPE: &str = "openid profile email offline_access";
/// Where its answers go, below the issuer.
pub const CALLBACK: &str = "/demo/callback";

/// The most browsers whose tokens are kept, and for how long.
const VISITS: u64 = 1_000;
const VISIT_LIFETIME: Duration = Duration::from_hours(1);

/// Why the demonstration cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The browser has begun nothing, or something else: start again.
    #[error("the answer belongs to no sign-in of this browser")]
    NotAsked,
    /// The user said no, or the server did.
    #[error("the sign-in was refused: {error}")]
    Refused {
        /// The error code that came with the answer.
        error: String,
    },
    /// The ID token does not prove what it should.
    #[error("the ID token proves nothing")]
    IdToken,
    /// The server does not let its own client in.
    #[error("the demonstration's client was refused")]
    Client(#[from] ClientAuthError),
    /// A token request was refused.
    #[error("the token request was refused")]
    Token(#[from] TokenError),
}

/// What the redirect URI was called with (OAuth 2.1 §4.1.2, RFC 9207 §2).
#[derive(Debug)]
pub struct DemoAnswer {
    /// `state`.
    pub state: Option<String>,
    /// `iss`.
    pub iss: Option<String>,
    /// `code`.
    pub code: Option<AuthorizationCode>,
    /// `error`.
    pub error: Option<String>,
}

/// Plays the application.
pub struct DemoService {
    context: Context,
    issuer: Issuer,
    keys: Arc<KeyService>,
    clients: Arc<ClientAuthenticator>,
    tokens: Arc<TokenService>,
    secret: ClientSecret,
    visits: Cache<SecretDigest, Arc<Mutex<Visit>>>,
}

impl DemoService {
    /// Registers the client anew, with a secret that nothing but this process knows.
    ///
    /// # Errors
    /// When it cannot be registered.
    pub async fn open(
        context: Context,
        keys: Arc<KeyService>,
        clients: Arc<ClientAuthenticator>,
        tokens: Arc<TokenService>,
        seeder: &Seeder,
        issuer: Issuer,
    ) -> Result<Self, SeedError> {
        let secret = opaque::generate("authly_demo_", &*context.entropy);
        let client = SeedClient {
            client_name: Some("Authly's demonstration".to_owned()),
            client_type: Some("confidential".to_owned()),
            client_secret: Some(SeedSecret::new(secret.clone())),
            redirect_uris: Some(vec![issuer.url_of(CALLBACK)]),
            grant_types: Some(vec![
                "authorization_code".to_owned(),
                "refresh_token".to_owned(),
            ]),
            scope: Some(SCOPE.to_owned()),
            optional_scope: Some("email offline_access".to_owned()),
            token_endpoint_auth_method: Some("client_secret_basic".to_owned()),
            active: Some(true),
            ..SeedClient::named(CLIENT_ID)
        };
        let seed = Seed {
            clients: vec![client],
            ..Seed::default()
        };
        seeder.apply(&seed).await?;
        Ok(Self {
            context,
            issuer,
            keys,
            clients,
            tokens,
            secret: ClientSecret::new(secret),
            visits: Cache::builder()
                .max_capacity(VISITS)
                .time_to_live(VISIT_LIFETIME)
                .build(),
        })
    }

    /// Begins a sign-in in this browser, and answers the query of the authorization request.
    /// `ui_locales` is the language that was chosen by address, where one was.
    pub async fn begin(&self, browser: &BrowserToken, ui_locales: Option<&str>) -> String {
        let random = || opaque::generate("", &*self.context.entropy);
        let asked = Asked {
            state: random(),
            nonce: random(),
            verifier: CodeVerifier::new(random()),
        };
        let redirect_uri = self.issuer.url_of(CALLBACK);
        let challenge = pkce::s256(&asked.verifier);
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(languages) = ui_locales {
            query.append_pair("ui_locales", languages);
        }
        let query = query
            .append_pair("response_type", "code")
            .append_pair("client_id", CLIENT_ID)
            .append_pair("redirect_uri", &redirect_uri)
            .append_pair("scope", SCOPE)
            .append_pair("state", &asked.state)
            .append_pair("nonce", &asked.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .append_pair("prompt", "consent")
            .finish();
        let visit = self.visit_of(browser);
        let mut visit = visit.lock().await;
        visit.asked = Some(asked);
        visit.ui_locales = ui_locales.map(str::to_owned);
        query
    }

    /// The language that this browser's sign-in was begun in: the redirect URI cannot carry it.
    pub async fn ui_locales(&self, browser: &BrowserToken) -> Option<String> {
        let visit = self.visits.get(&key(browser))?;
        let visit = visit.lock().await;
        visit.ui_locales.clone()
    }

    /// Takes the answer: redeems the code, and checks the ID token as an application has to.
    ///
    /// # Errors
    /// When the answer is none to this browser's request, or is refused.
    pub async fn finish(
        &self,
        browser: &BrowserToken,
        answer: DemoAnswer,
        from: IpAddr,
    ) -> Result<(), DemoError> {
        let visit = self.visit_of(browser);
        let mut visit = visit.lock().await;
        let asked = visit.asked.take().ok_or(DemoError::NotAsked)?;
        let is_ours = answer.iss.as_deref() == Some(self.issuer.as_str());
        let is_asked =
            |state: &String| compare::bytes_equal(state.as_bytes(), asked.state.as_bytes());
        if !is_ours || !answer.state.as_ref().is_some_and(is_asked) {
            return Err(DemoError::NotAsked);
        }
        let code = match (answer.code, answer.error) {
            (Some(code), None) => code,
            (_, error) => {
                let error = error.unwrap_or_default();
                return Err(DemoError::Refused { error });
            }
        };
        let client = self.authenticate(from).await?;
        let grant = TokenGrant::AuthorizationCode(AuthorizationCodeGrant {
            code,
            redirect_uri: Some(self.issuer.url_of(CALLBACK)),
            code_verifier: Some(asked.verifier),
            resources: Vec::new(),
        });
        let issued = self.tokens.exchange(&client, grant, from).await?;
        let id_token = issued.id_token.as_ref().ok_or(DemoError::IdToken)?;
        self.check_id_token(id_token.expose(), &asked.nonce)?;
        visit.holding = Some(Holding::new(issued, self.context.now()));
        Ok(())
    }

    /// What this browser's application holds now.
    pub async fn holding(&self, browser: &BrowserToken) -> Option<Holding> {
        let visit = self.visits.get(&key(browser))?;
        let visit = visit.lock().await;
        visit.holding.clone()
    }

    /// Exchanges the refresh token for the next tokens.
    ///
    /// # Errors
    /// When there is none, or it is refused.
    pub async fn refresh(&self, browser: &BrowserToken, from: IpAddr) -> Result<(), DemoError> {
        let visit = self.visit_of(browser);
        let mut visit = visit.lock().await;
        let holding = visit.holding.as_mut().ok_or(DemoError::NotAsked)?;
        let refresh_token = holding.refresh_token.as_deref();
        let refresh_token = refresh_token.ok_or(DemoError::NotAsked)?;
        let client = self.authenticate(from).await?;
        let grant = TokenGrant::RefreshToken(RefreshTokenGrant {
            refresh_token: RefreshToken::new(refresh_token.expose().to_owned()),
            scope: None,
            resources: Vec::new(),
        });
        let issued = self.tokens.exchange(&client, grant, from).await?;
        holding.replace(issued, self.context.now());
        Ok(())
    }

    /// What introspection says of the access token.
    ///
    /// # Errors
    /// When there is none, or storage fails.
    pub async fn introspect(
        &self,
        browser: &BrowserToken,
        from: IpAddr,
    ) -> Result<Introspection, DemoError> {
        let holding = self.holding(browser).await.ok_or(DemoError::NotAsked)?;
        let client = self.authenticate(from).await?;
        let token = PresentedToken::new(holding.access_token.expose().to_owned());
        Ok(self.tokens.introspect(&client, &token).await?)
    }

    /// Revokes the refresh token, and with it the grant and all its tokens; without one, the access
    /// token alone.
    ///
    /// # Errors
    /// When there is none, or storage fails.
    pub async fn revoke(&self, browser: &BrowserToken, from: IpAddr) -> Result<(), DemoError> {
        let holding = self.holding(browser).await.ok_or(DemoError::NotAsked)?;
        let client = self.authenticate(from).await?;
        let token = match &holding.refresh_token {
            Some(token) => token.expose(),
            None => holding.access_token.expose(),
        };
        let token = PresentedToken::new(token.to_owned());
        Ok(self.tokens.revoke(&client, &token, from).await?)
    }

    /// Forgets what this browser's application holds.
    pub fn forget(&self, browser: &BrowserToken) {
        self.visits.invalidate(&key(browser));
    }

    fn visit_of(&self, browser: &BrowserToken) -> Arc<Mutex<Visit>> {
        self.visits.get_with(key(browser), Arc::default)
    }

    async fn authenticate(&self, from: IpAddr) -> Result<AuthenticatedClient, ClientAuthError> {
        let presented = PresentedCredentials::Secret {
            client_id: CLIENT_ID.to_owned(),
            secret: ClientSecret::new(self.secret.expose().to_owned()),
            method: AuthMethod::ClientSecretBasic,
        };
        self.clients.authenticate(presented, from).await
    }

    /// OpenID Connect Core §3.1.3.7, as far as it is not plain from where the token came.
    fn check_id_token(&self, token: &str, nonce: &str) -> Result<(), DemoError> {
        let ring = self.keys.ring().load();
        let verified = ring.verify(token, Some(TokenType::Jwt));
        let verified = verified.map_err(|_refused| DemoError::IdToken)?;
        let claims: serde_json::Value =
            serde_json::from_slice(verified.payload()).map_err(|_malformed| DemoError::IdToken)?;
        let says = |name: &str, value: &str| {
            claims.get(name).and_then(serde_json::Value::as_str) == Some(value)
        };
        let is_good =
            says("iss", self.issuer.as_str()) && says("aud", CLIENT_ID) && says("nonce", nonce);
        is_good.then_some(()).ok_or(DemoError::IdToken)
    }
}

fn key(browser: &BrowserToken) -> SecretDigest {
    opaque::digest(browser.expose())
}
