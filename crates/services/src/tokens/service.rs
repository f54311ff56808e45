//! The token service: one method for each thing that is asked of it.

use std::sync::Arc;

use authly_domain::audit::Origin;
use authly_domain::clients::GrantType;
use authly_domain::scopes::{Resource, Scope};
use authly_domain::secret::{AuthorizationCode, CodeVerifier, PresentedToken, RefreshToken};
use authly_repositories::tokens::AccessTokenWriter;

use super::issue::Issuer;
use super::{
    Introspection, InvalidGrant, InvalidTarget, IssuedTokens, TokenError, authorization_code,
    client_credentials, facts, introspect, refresh_token, revoke,
};
use crate::Context;
use crate::clients::{AuthenticatedClient, ClientAuthenticator, RefusedClient};
use crate::keys::KeyService;
use crate::policy::LivePolicies;
use crate::resource_servers::ResourceRegistry;

/// What a token request asks for, read from the form.
#[derive(Debug)]
pub enum TokenGrant {
    /// `grant_type=authorization_code`.
    AuthorizationCode(AuthorizationCodeGrant),
    /// `grant_type=refresh_token`.
    RefreshToken(RefreshTokenGrant),
    /// `grant_type=client_credentials`.
    ClientCredentials(ClientCredentialsGrant),
}

impl TokenGrant {
    /// Which of the grants it is.
    #[must_use]
    pub const fn grant_type(&self) -> GrantType {
        match self {
            Self::AuthorizationCode(_) => GrantType::AuthorizationCode,
            Self::RefreshToken(_) => GrantType::RefreshToken,
            Self::ClientCredentials(_) => GrantType::ClientCredentials,
        }
    }
}

/// OAuth 2.1 §4.1.3.
#[derive(Debug)]
pub struct AuthorizationCodeGrant {
    /// The code.
    pub code: AuthorizationCode,
    /// Not needed, but held against the request's where it is sent (OAuth 2.1 §10.2).
    pub redirect_uri: Option<String>,
    /// PKCE.
    pub code_verifier: Option<CodeVerifier>,
    /// RFC 8707 §2.2.
    pub resources: Vec<Resource>,
}

/// OAuth 2.1 §4.3.1.
#[derive(Debug)]
pub struct RefreshTokenGrant {
    /// The token.
    pub refresh_token: RefreshToken,
    /// A part of what was granted, for this access token.
    pub scope: Option<Scope>,
    /// RFC 8707 §2.2.
    pub resources: Vec<Resource>,
}

/// OAuth 2.1 §4.2.
#[derive(Debug)]
pub struct ClientCredentialsGrant {
    /// What is asked for; the client's defaults where it is absent.
    pub scope: Option<Scope>,
    /// RFC 8707 §2.2.
    pub resources: Vec<Resource>,
}

/// How one try at a request ended.
pub(super) enum Attempt<T> {
    /// It is done.
    Done(T),
    /// The cached record of the client is not the present one: read it anew and try again.
    StaleClient,
}

/// Issues, checks and revokes tokens.
pub struct TokenService {
    pub(super) context: Context,
    pub(super) issuer: Issuer,
    pub(super) writer: AccessTokenWriter,
    pub(super) authenticator: ClientAuthenticator,
    pub(super) servers: ResourceRegistry,
}

impl TokenService {
    /// A service that signs with `keys` and stores what stands alone through `writer`, for the resource
    /// servers that `servers` knows.
    #[must_use]
    pub fn new(
        context: Context,
        policies: LivePolicies,
        keys: &KeyService,
        writer: AccessTokenWriter,
        authenticator: ClientAuthenticator,
        servers: ResourceRegistry,
    ) -> Self {
        let entropy = Arc::clone(&context.entropy);
        let issuer = Issuer::new(policies, keys, entropy, authenticator.encrypters());
        Self {
            context,
            issuer,
            writer,
            authenticator,
            servers,
        }
    }

    /// Answers a token request.
    ///
    /// # Errors
    /// The refusal, where the grant, scope or resource is refused; or that signing or storage failed.
    pub async fn exchange(
        &self,
        client: &AuthenticatedClient,
        grant: TokenGrant,
        from: impl Into<Origin>,
    ) -> Result<IssuedTokens, TokenError> {
        let answer = self.exchange_uncounted(client, &grant, &from.into()).await;
        let metrics = &self.context.metrics;
        match &answer {
            Ok(_) => metrics.tokens_issued.add(grant.grant_type()),
            Err(TokenError::InvalidGrant(InvalidGrant::CodeReplay { .. }, _)) => {
                metrics.code_replays.add(());
            }
            Err(TokenError::InvalidGrant(InvalidGrant::RefreshTokenReuse { .. }, _)) => {
                metrics.refresh_token_reuses.add(());
            }
            Err(_) => {}
        }
        answer
    }

    async fn exchange_uncounted(
        &self,
        client: &AuthenticatedClient,
        grant: &TokenGrant,
        from: &Origin,
    ) -> Result<IssuedTokens, TokenError> {
        let tried = match self.try_exchange(client, grant, from).await {
            Err(refusal)
                if rests_on_copy(&refusal, grant)
                    && self.authenticator.is_stale(client).await? =>
            {
                Attempt::StaleClient
            }
            tried => tried?,
        };
        match tried {
            Attempt::Done(tokens) => Ok(tokens),
            Attempt::StaleClient => {
                let renewed = self.authenticator.renew(client).await?;
                match self.try_exchange(&renewed, grant, from).await? {
                    Attempt::Done(tokens) => Ok(tokens),
                    Attempt::StaleClient => Err(still_stale()),
                }
            }
        }
    }

    /// What `client` may know of a token (RFC 7662; decisions 11).
    ///
    /// # Errors
    /// When the client may not ask, or storage fails. A token of no use is no error.
    pub async fn introspect(
        &self,
        client: &AuthenticatedClient,
        token: &PresentedToken,
    ) -> Result<Introspection, TokenError> {
        match introspect::introspect(self, client, token).await? {
            Attempt::Done(answer) => Ok(answer),
            Attempt::StaleClient => {
                let renewed = self.authenticator.renew(client).await?;
                match introspect::introspect(self, &renewed, token).await? {
                    Attempt::Done(answer) => Ok(answer),
                    Attempt::StaleClient => Err(still_stale()),
                }
            }
        }
    }

    /// Ends a token, and with a refresh token its grant (RFC 7009; decisions 11). Another client's
    /// token, or none at all, changes nothing and is no error.
    ///
    /// # Errors
    /// When the client no longer passes authentication, or storage fails.
    pub async fn revoke(
        &self,
        client: &AuthenticatedClient,
        token: &PresentedToken,
        from: impl Into<Origin>,
    ) -> Result<(), TokenError> {
        let from = from.into();
        match revoke::revoke(self, client, token, &from).await? {
            Attempt::Done(()) => Ok(()),
            Attempt::StaleClient => {
                let renewed = self.authenticator.renew(client).await?;
                match revoke::revoke(self, &renewed, token, &from).await? {
                    Attempt::Done(()) => Ok(()),
                    Attempt::StaleClient => Err(still_stale()),
                }
            }
        }
    }

    async fn try_exchange(
        &self,
        client: &AuthenticatedClient,
        grant: &TokenGrant,
        from: &Origin,
    ) -> Result<Attempt<IssuedTokens>, TokenError> {
        let kind = grant.grant_type();
        if !client.may_use(kind) {
            return Err(facts::other_grant_type(client.client(), kind));
        }
        match grant {
            TokenGrant::AuthorizationCode(asked) => {
                authorization_code::redeem(self, client.client(), asked, from).await
            }
            TokenGrant::RefreshToken(asked) => {
                refresh_token::rotate(self, client.client(), asked, from).await
            }
            TokenGrant::ClientCredentials(asked) => {
                client_credentials::issue(self, client.client(), asked).await
            }
        }
    }
}

/// Whether a refusal comes of the copy of the client alone: other refusals come of statements that have
/// compared its version, or have nothing to do with it.
fn rests_on_copy(refusal: &TokenError, grant: &TokenGrant) -> bool {
    match (refusal, grant) {
        (TokenError::GrantNotAllowed(..), _)
        | (TokenError::InvalidScope(..), TokenGrant::ClientCredentials(_)) => true,
        (TokenError::InvalidTarget(why, _), TokenGrant::ClientCredentials(asked)) => {
            *why == InvalidTarget::NotAllowed || asked.resources.is_empty()
        }
        _ => false,
    }
}

pub(super) fn still_stale() -> TokenError {
    TokenError::Client(RefusedClient::Changing.into())
}
