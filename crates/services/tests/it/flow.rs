//! The way from the request to the tokens, by calls of the services alone.

use std::net::{IpAddr, Ipv4Addr};

use authly_crypto::{opaque, pkce};
use authly_domain::audit::{Actor, AuditAction, AuditEvent};
use authly_domain::clients::AuthMethod;
use authly_domain::id::{AuditEventId, UserId};
use authly_domain::scopes::Scope;
use authly_domain::secret::{
    AccessToken, AuthorizationCode, ClientSecret, CodeVerifier, Password, PresentedToken,
    RefreshToken, RequestHandle,
};
use authly_repositories::UnitOfWork;
use authly_repositories::audit::{NewEvent, NewPersonal};
use authly_services::authorizations::{
    AuthorizationAnswer, AuthorizationErrorCode, AuthorizationParameters, AuthorizeStep,
};
use authly_services::clients::{AuthenticatedClient, PresentedCredentials};
use authly_services::sessions::{Browser, LoggedIn};
use authly_services::tokens::{
    AuthorizationCodeGrant, ClientCredentialsGrant, Introspection, IssuedTokens, RefreshTokenGrant,
    TokenError, TokenGrant,
};
use authly_testing::TestServices;
use authly_testing::fixtures::{TestClient, TestUser};

/// Where everybody is, unless somebody else is needed.
pub(crate) const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
/// Where somebody else is.
pub(crate) const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1));

/// A code on its way to the token endpoint, with what only its client knows.
#[derive(Clone)]
pub(crate) struct Code {
    pub(crate) code: String,
    pub(crate) verifier: String,
}

/// A browser that was never here before.
pub(crate) fn browser_at(services: &TestServices, address: IpAddr) -> Browser {
    Browser {
        token: services.deps.browsers.new_browser(),
        session: None,
        device: None,
        address,
        user_agent: "a browser".to_owned(),
        request: Some("request-of-a-test".to_owned()),
    }
}

pub(crate) fn browser(services: &TestServices) -> Browser {
    browser_at(services, HOME)
}

/// Logs in, and keeps the cookie. Answers what is left to do.
pub(crate) async fn log_in(
    services: &TestServices,
    browser: &mut Browser,
    user: &TestUser,
) -> Option<authly_domain::sessions::LoginStep> {
    let password = Password::new(user.password.clone());
    let logged_in = services
        .deps
        .sessions
        .log_in(&user.username, password, browser)
        .await;
    let LoggedIn {
        session,
        device,
        next,
    } = logged_in.unwrap();
    browser.session = Some(session);
    browser.device = Some(device.token);
    next
}

/// A browser in which this user has logged in.
pub(crate) async fn logged_in(services: &TestServices, user: &TestUser) -> Browser {
    let mut browser = browser(services);
    log_in(services, &mut browser, user).await;
    browser
}

/// A request of this client, and the verifier that belongs to it.
pub(crate) fn request(
    services: &TestServices,
    client: &TestClient,
    scope: &str,
) -> (AuthorizationParameters, String) {
    let verifier = opaque::generate("", &*services.context.entropy);
    let challenge = pkce::s256(&CodeVerifier::new(verifier.clone()));
    let parameters = AuthorizationParameters {
        client_id: Some(client.id.clone()),
        redirect_uri: Some(client.redirect_uri().to_owned()),
        response_type: Some("code".to_owned()),
        scope: Some(scope.to_owned()),
        state: Some("the state".to_owned()),
        nonce: Some("the nonce".to_owned()),
        code_challenge: Some(challenge),
        code_challenge_method: Some("S256".to_owned()),
        ..AuthorizationParameters::default()
    };
    (parameters, verifier)
}

/// What a request of this client for `scope` leads to in this browser.
pub(crate) async fn ask(
    services: &TestServices,
    client: &TestClient,
    scope: &str,
    browser: &Browser,
) -> AuthorizeStep {
    let (parameters, _verifier) = request(services, client, scope);
    services
        .deps
        .authorizations
        .authorize(parameters, browser)
        .await
        .unwrap()
}

/// The handle of the request whose consent page is to be shown.
pub(crate) fn consent_asked(step: AuthorizeStep) -> RequestHandle {
    match step {
        AuthorizeStep::AskConsent(handle) => handle,
        other => panic!("no consent page: {other:?}"),
    }
}

/// The code in an answer.
pub(crate) fn code_in(step: &AuthorizeStep) -> Option<&str> {
    match step {
        AuthorizeStep::Respond(response) => match &response.answer {
            AuthorizationAnswer::Code(code) => Some(code.expose()),
            AuthorizationAnswer::Error { .. } => None,
        },
        _ => None,
    }
}

/// The error in an answer.
pub(crate) fn error_in(step: &AuthorizeStep) -> Option<AuthorizationErrorCode> {
    match step {
        AuthorizeStep::Respond(response) => match &response.answer {
            AuthorizationAnswer::Code(_) => None,
            AuthorizationAnswer::Error { code, .. } => Some(*code),
        },
        _ => None,
    }
}

/// Shows the consent page and approves, with these optional scopes ticked.
pub(crate) async fn approve(
    services: &TestServices,
    handle: &RequestHandle,
    browser: &Browser,
    ticked: &str,
) -> AuthorizeStep {
    let authorizations = &services.deps.authorizations;
    authorizations.consent_view(handle, browser).await.unwrap();
    let ticked: Scope = ticked.parse().unwrap();
    authorizations
        .approve(handle, browser, ticked)
        .await
        .unwrap()
}

/// A code for this client, which the user of this browser has approved.
pub(crate) async fn code_from(
    services: &TestServices,
    client: &TestClient,
    browser: &Browser,
    scope: &str,
) -> Code {
    let (parameters, verifier) = request(services, client, scope);
    let step = services
        .deps
        .authorizations
        .authorize(parameters, browser)
        .await
        .unwrap();
    let step = match step {
        AuthorizeStep::AskConsent(handle) => approve(services, &handle, browser, scope).await,
        other => other,
    };
    let code = code_in(&step).expect("a code is the answer").to_owned();
    Code { code, verifier }
}

/// A code for this client, which this user has approved in a new browser.
pub(crate) async fn code(
    services: &TestServices,
    client: &TestClient,
    user: &TestUser,
    scope: &str,
) -> Code {
    let browser = logged_in(services, user).await;
    code_from(services, client, &browser, scope).await
}

/// What a client shows as proof.
pub(crate) fn credentials(client: &TestClient, secret: Option<&str>) -> PresentedCredentials {
    let client_id = client.id.clone();
    match secret {
        None => PresentedCredentials::ClientIdOnly { client_id },
        Some(secret) => PresentedCredentials::Secret {
            client_id,
            secret: ClientSecret::new(secret.to_owned()),
            method: AuthMethod::ClientSecretBasic,
        },
    }
}

/// The client, once it has proved itself.
pub(crate) async fn authenticated(
    services: &TestServices,
    client: &TestClient,
) -> AuthenticatedClient {
    let presented = credentials(client, client.secret.as_deref());
    services
        .deps
        .clients
        .authenticate(presented, HOME)
        .await
        .unwrap()
}

/// Redeems a code.
pub(crate) async fn redeem(
    services: &TestServices,
    client: &AuthenticatedClient,
    code: &Code,
) -> Result<IssuedTokens, TokenError> {
    let grant = AuthorizationCodeGrant {
        code: AuthorizationCode::new(code.code.clone()),
        redirect_uri: None,
        code_verifier: Some(CodeVerifier::new(code.verifier.clone())),
        resources: Vec::new(),
    };
    exchange(services, client, TokenGrant::AuthorizationCode(grant)).await
}

/// Exchanges a refresh token.
pub(crate) async fn refresh(
    services: &TestServices,
    client: &AuthenticatedClient,
    token: &str,
) -> Result<IssuedTokens, TokenError> {
    let grant = RefreshTokenGrant {
        refresh_token: RefreshToken::new(token.to_owned()),
        scope: None,
        resources: Vec::new(),
    };
    exchange(services, client, TokenGrant::RefreshToken(grant)).await
}

/// Gets a token for the client itself.
pub(crate) async fn own_token(
    services: &TestServices,
    client: &AuthenticatedClient,
) -> Result<IssuedTokens, TokenError> {
    let grant = ClientCredentialsGrant {
        scope: Some("notes:read".parse().unwrap()),
        resources: Vec::new(),
    };
    exchange(services, client, TokenGrant::ClientCredentials(grant)).await
}

pub(crate) async fn exchange(
    services: &TestServices,
    client: &AuthenticatedClient,
    grant: TokenGrant,
) -> Result<IssuedTokens, TokenError> {
    services.deps.tokens.exchange(client, grant, HOME).await
}

/// Tokens for this client in the name of this user.
pub(crate) async fn tokens(
    services: &TestServices,
    client: &TestClient,
    user: &TestUser,
    scope: &str,
) -> IssuedTokens {
    let code = code(services, client, user, scope).await;
    let client = authenticated(services, client).await;
    redeem(services, &client, &code).await.unwrap()
}

/// The refresh token in an answer.
pub(crate) fn refresh_token(tokens: &IssuedTokens) -> &str {
    tokens
        .refresh_token
        .as_ref()
        .expect("a refresh token is in the answer")
        .expose()
}

/// Whether the client learns that a token counts.
pub(crate) async fn is_active(
    services: &TestServices,
    client: &AuthenticatedClient,
    token: &str,
) -> bool {
    let token = PresentedToken::new(token.to_owned());
    let answer = services
        .deps
        .tokens
        .introspect(client, &token)
        .await
        .unwrap();
    matches!(answer, Introspection::Active(_))
}

/// Whether a token opens its user's claims.
pub(crate) async fn opens_claims(services: &TestServices, token: &str) -> bool {
    let token = AccessToken::new(token.to_owned());
    services.deps.userinfo.claims(&token).await.is_ok()
}

/// Tries a wrong password for a user.
pub(crate) async fn failed_login(services: &TestServices, user: &TestUser) {
    login_of_nobody(services, &user.username).await;
}

/// Tries a wrong password for a name.
pub(crate) async fn login_of_nobody(services: &TestServices, name: &str) {
    let browser = browser(services);
    let password = Password::new("a wrong password".to_owned());
    let tried = services.deps.sessions.log_in(name, password, &browser);
    tried.await.unwrap_err();
}

/// Writes down a login in a transaction of the test's own.
pub(crate) async fn note_login(services: &TestServices, work: &UnitOfWork<'_>, user: UserId) {
    let now = services.context.now();
    let id = AuditEventId::generate(now, &*services.context.entropy);
    let (action, actor) = (AuditAction::LoggedIn, Actor::User(user));
    let event = AuditEvent::new(id, now, action, actor, HOME.into());
    let (salt, values) = ([1; 32], event.personal().unwrap());
    let commitment = authly_crypto::chain::commitment(&salt, &values.canonical());
    let personal = Some(NewPersonal {
        values,
        salt,
        commitment,
    });
    let event = NewEvent {
        event: &event,
        personal,
    };
    work.audit().append(&event).await.unwrap();
}
