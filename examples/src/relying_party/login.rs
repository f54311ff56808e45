//! The code flow with PKCE, `state` and `nonce` (OpenID Connect Core §3.1), by the crate
//! `openidconnect`. [`begin`](RelyingParty::begin) sends the user away,
//! [`finish`](RelyingParty::finish) receives them back.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreIdTokenClaims, CoreTokenResponse,
    CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AuthenticationContextClass, AuthorizationCode, ClientId,
    ClientSecret, CsrfToken, EndSessionUrl, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, Scope, TokenResponse,
};
use serde::Deserialize;
use subtle::ConstantTimeEq;
use tokio::sync::Mutex;
use url::Url;

use super::error::{Cause, LoginError};
use super::step_up::StepUp;
use crate::Outgoing;

/// How long what the server says about itself, its keys included, is believed. Authly announces a
/// key a day before it uses it.
const METADATA_LIFETIME: Duration = Duration::from_mins(15);

/// How much the server's clock may be behind, and the user's way back may take.
const LEEWAY: Duration = Duration::from_mins(1);

/// What the application was registered with.
#[derive(Debug)]
pub struct Registration {
    /// Where users log in, such as `https://auth.example.com`.
    pub issuer: IssuerUrl,
    /// The application's name at the server.
    pub client_id: ClientId,
    /// The application's proof that it is that client.
    pub client_secret: ClientSecret,
    /// Where users come back to.
    pub redirect_uri: RedirectUrl,
    /// The API whose notes it shows, such as `http://localhost:9001/notes`, if there is one.
    pub api: Option<String>,
}

/// The application as a relying party.
#[derive(Debug)]
pub struct RelyingParty {
    registration: Registration,
    outgoing: Outgoing,
    provider: Mutex<Option<Provider>>,
}

/// The server as it described itself.
#[derive(Debug, Clone)]
struct Provider {
    client: Arc<Client>,
    end_session: Option<EndSessionUrl>,
    asked: Instant,
}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A login that waits for its user to come back. It must be kept where only that user's browser
/// leads to it, or somebody could finish their own login in another person's browser.
#[derive(Debug)]
pub struct PendingLogin {
    state: CsrfToken,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
    /// How old the login may be.
    max_age: Option<Duration>,
}

/// What the server adds to the redirect URI (OAuth 2.1 §4.1.2, RFC 9207 §2).
#[derive(Debug, Deserialize)]
pub struct Callback {
    state: Option<String>,
    iss: Option<String>,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// Who has logged in.
#[derive(Debug)]
pub struct LoggedIn {
    /// What opens the API.
    pub(super) access_token: AccessToken,
    /// The proof, for telling the server whose session ends at logout.
    id_token: CoreIdToken,
    /// What the ID token says: who the user is, and how and when they logged in.
    pub id_token_claims: CoreIdTokenClaims,
    /// What the UserInfo endpoint says about the user.
    pub user_info: CoreUserInfoClaims,
}

impl RelyingParty {
    /// An application of this registration. The server is not asked yet.
    #[must_use]
    pub fn new(registration: Registration, outgoing: Outgoing) -> Self {
        Self {
            registration,
            outgoing,
            provider: Mutex::new(None),
        }
    }

    /// What the application was registered with.
    #[must_use]
    pub const fn registration(&self) -> &Registration {
        &self.registration
    }

    /// What sends its requests.
    pub(super) const fn outgoing(&self) -> &Outgoing {
        &self.outgoing
    }

    /// Where to send a user who wants to log in, or whom an API wants to log in again, and what to
    /// keep until they are back.
    ///
    /// # Errors
    /// The server cannot be reached.
    pub async fn begin(&self, wanted: &StepUp) -> Result<(Url, PendingLogin), LoginError> {
        let provider = self.provider().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        // The library adds the scope openid itself.
        let mut scopes = vec!["profile", "email"];
        if self.registration.api.is_some() {
            scopes.push("notes:write");
        }
        let scopes = scopes.into_iter().map(|scope| Scope::new(scope.to_owned()));
        let mut asked = provider
            .client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(scopes)
            .set_pkce_challenge(challenge);
        for acr in &wanted.acr_values {
            asked = asked.add_auth_context_value(AuthenticationContextClass::new(acr.clone()));
        }
        if let Some(max_age) = wanted.max_age {
            asked = asked.set_max_age(max_age);
        }
        let (url, state, nonce) = asked.url();
        let pending = PendingLogin {
            state,
            nonce,
            verifier,
            max_age: wanted.max_age,
        };
        Ok((url, pending))
    }

    /// Turns the answer that a user brings back into who they are.
    ///
    /// # Errors
    /// The answer is not to this login, is a refusal, or does not hold what it promises.
    pub async fn finish(
        &self,
        pending: PendingLogin,
        callback: Callback,
    ) -> Result<LoggedIn, LoginError> {
        let code = self.code(&pending.state, callback)?;
        let provider = self.provider().await?;
        let tokens = self.exchange(&provider, code, pending.verifier).await?;
        let id_token = tokens
            .id_token()
            .ok_or_else(|| LoginError::IdToken("there is none".into()))?;
        let verified = verified_claims(&provider.client, &tokens, id_token, &pending.nonce);
        if verified.is_err() {
            // It may be signed with a key that is newer than what we know: the next try asks anew.
            *self.provider.lock().await = None;
        }
        let id_token_claims = verified?.clone();
        check_age(&id_token_claims, pending.max_age)?;
        let user_info = self.user_info(&provider, &tokens, &id_token_claims).await?;
        Ok(LoggedIn {
            access_token: tokens.access_token().clone(),
            id_token: id_token.clone(),
            id_token_claims,
            user_info,
        })
    }

    /// Where to send a user who logs out here, so that they are logged out at the server as well
    /// (OpenID Connect RP-Initiated Logout §2); `None` where the server has no such place.
    pub async fn logout_url(&self, logged_in: &LoggedIn) -> Option<Url> {
        let end_session = self.provider().await.ok()?.end_session?;
        let home = self.registration.redirect_uri.url().join("/").ok()?;
        let request = LogoutRequest::from(end_session)
            .set_id_token_hint(&logged_in.id_token)
            .set_post_logout_redirect_uri(PostLogoutRedirectUrl::from_url(home));
        Some(request.http_get_url())
    }

    /// The server's description of itself, asked for again when it is old.
    async fn provider(&self) -> Result<Provider, LoginError> {
        let mut known = self.provider.lock().await;
        if let Some(provider) = known.as_ref()
            && provider.asked.elapsed() < METADATA_LIFETIME
        {
            return Ok(provider.clone());
        }
        let provider = self.discover().await?;
        *known = Some(provider.clone());
        Ok(provider)
    }

    async fn discover(&self) -> Result<Provider, LoginError> {
        let of = &self.registration;
        let asked = Instant::now();
        let metadata =
            ProviderMetadataWithLogout::discover_async(of.issuer.clone(), &self.outgoing)
                .await
                .map_err(|error| LoginError::Discovery(error.into()))?;
        let end_session = metadata.additional_metadata().end_session_endpoint.clone();
        let client = CoreClient::from_provider_metadata(
            metadata,
            of.client_id.clone(),
            Some(of.client_secret.clone()),
        );
        let client = Arc::new(client.set_redirect_uri(of.redirect_uri.clone()));
        Ok(Provider {
            client,
            end_session,
            asked,
        })
    }

    /// The code, if the answer is to this login and from our server.
    fn code(&self, state: &CsrfToken, callback: Callback) -> Result<AuthorizationCode, LoginError> {
        let same = |ours: &str, theirs: &str| bool::from(ours.as_bytes().ct_eq(theirs.as_bytes()));
        if !callback
            .state
            .is_some_and(|theirs| same(state.secret(), &theirs))
        {
            return Err(LoginError::WrongState);
        }
        if callback.iss.as_deref() != Some(self.registration.issuer.as_str()) {
            return Err(LoginError::WrongIssuer);
        }
        if let Some(error) = callback.error {
            let description = callback.error_description.unwrap_or_default();
            return Err(LoginError::Refused { error, description });
        }
        callback
            .code
            .map(AuthorizationCode::new)
            .ok_or(LoginError::NoCode)
    }

    async fn exchange(
        &self,
        provider: &Provider,
        code: AuthorizationCode,
        verifier: PkceCodeVerifier,
    ) -> Result<CoreTokenResponse, LoginError> {
        provider
            .client
            .exchange_code(code)
            .map_err(|error| LoginError::Exchange(error.into()))?
            .set_pkce_verifier(verifier)
            .request_async(&self.outgoing)
            .await
            .map_err(|error| LoginError::Exchange(error.into()))
    }

    async fn user_info(
        &self,
        provider: &Provider,
        tokens: &CoreTokenResponse,
        claims: &CoreIdTokenClaims,
    ) -> Result<CoreUserInfoClaims, LoginError> {
        provider
            .client
            .user_info(
                tokens.access_token().clone(),
                // Another user's claims would be refused (OpenID Connect Core §5.3.4).
                Some(claims.subject().clone()),
            )
            .map_err(|error| LoginError::UserInfo(error.into()))?
            .request_async(&self.outgoing)
            .await
            .map_err(|error| LoginError::UserInfo(error.into()))
    }
}

/// A login that had to be recent is (OpenID Connect Core §3.1.3.7 number 13): a server that does not
/// know `max_age` would not say so.
fn check_age(claims: &CoreIdTokenClaims, max_age: Option<Duration>) -> Result<(), LoginError> {
    let Some(max_age) = max_age else {
        return Ok(());
    };
    let is_recent = claims.auth_time().is_some_and(|at| {
        // A server whose clock is ahead: just now.
        let since = SystemTime::from(at).elapsed().unwrap_or_default();
        since <= max_age + LEEWAY
    });
    if is_recent {
        Ok(())
    } else {
        Err(LoginError::IdToken("the login is too old".into()))
    }
}

/// What the ID token says, once its signature, issuer, audience, times and nonce are right and it
/// belongs to the access token (OpenID Connect Core §3.1.3.7, §3.1.3.8).
fn verified_claims<'t>(
    client: &Client,
    tokens: &CoreTokenResponse,
    id_token: &'t CoreIdToken,
    nonce: &Nonce,
) -> Result<&'t CoreIdTokenClaims, LoginError> {
    let invalid = |cause: Cause| LoginError::IdToken(cause);
    let verifier = client.id_token_verifier();
    let claims = id_token
        .claims(&verifier, nonce)
        .map_err(|error| invalid(error.into()))?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = id_token
            .signing_alg()
            .map_err(|error| invalid(error.into()))?;
        let key = id_token
            .signing_key(&verifier)
            .map_err(|error| invalid(error.into()))?;
        let actual = AccessTokenHash::from_token(tokens.access_token(), algorithm, key)
            .map_err(|error| invalid(error.into()))?;
        if actual != *expected {
            return Err(invalid("it belongs to another access token".into()));
        }
    }
    Ok(claims)
}

#[cfg(test)]
mod tests;
