//! A token in the service's own name, by the crate `openidconnect`.

use std::error::Error;
use std::time::{Duration, Instant};

use openidconnect::core::{CoreClient, CoreProviderMetadata};
use openidconnect::{
    AuthType, ClientId, ClientSecret, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl,
    OAuth2TokenResponse, Scope,
};
use tokio::sync::Mutex;

use crate::Outgoing;

/// How long before its end a token is no longer used: a call takes time, and clocks differ.
const MARGIN: Duration = Duration::from_secs(30);

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum AccessTokenError {
    /// The server's description of itself could not be had.
    #[error("the authorization server cannot be reached, or describes itself wrongly")]
    Discovery(#[source] Cause),
    /// The server gave none.
    #[error("the authorization server gave no token")]
    Refused(#[source] Cause),
}

/// An error of a library, without its type.
type Cause = Box<dyn Error + Send + Sync>;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Access tokens of one client. Calls at the same time share one token, and one request for it.
pub struct AccessTokens {
    client: Client,
    outgoing: Outgoing,
    scopes: Vec<Scope>,
    kept: Mutex<Option<Kept>>,
}

/// A token in use.
struct Kept {
    token: openidconnect::AccessToken,
    /// When to ask for another; `None` if the server did not say how long it lives.
    until: Option<Instant>,
}

impl Kept {
    fn is_usable(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| now < until)
    }
}

impl AccessTokens {
    /// Asks the server where its token endpoint is. The client is registered with the method
    /// `client_secret_post`.
    ///
    /// # Errors
    /// The server cannot be reached.
    pub async fn discover(
        issuer: IssuerUrl,
        client_id: ClientId,
        client_secret: ClientSecret,
        scopes: Vec<Scope>,
    ) -> Result<Self, AccessTokenError> {
        let outgoing =
            Outgoing::new().map_err(|error| AccessTokenError::Discovery(error.into()))?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &outgoing)
            .await
            .map_err(|error| AccessTokenError::Discovery(error.into()))?;
        let client = CoreClient::from_provider_metadata(metadata, client_id, Some(client_secret))
            .set_auth_type(AuthType::RequestBody);
        Ok(Self {
            client,
            outgoing,
            scopes,
            kept: Mutex::new(None),
        })
    }

    /// A token that is good for the next call.
    ///
    /// # Errors
    /// The server gives none.
    pub async fn current(&self) -> Result<openidconnect::AccessToken, AccessTokenError> {
        let mut kept = self.kept.lock().await;
        if let Some(usable) = kept.as_ref().filter(|kept| kept.is_usable(Instant::now())) {
            return Ok(usable.token.clone());
        }
        let fresh = self.ask().await?;
        let token = fresh.token.clone();
        *kept = Some(fresh);
        Ok(token)
    }

    /// Puts away a token that an API did not take, unless another has replaced it already.
    pub async fn discard(&self, refused: &openidconnect::AccessToken) {
        let mut kept = self.kept.lock().await;
        if kept
            .as_ref()
            .is_some_and(|kept| kept.token.secret() == refused.secret())
        {
            *kept = None;
        }
    }

    async fn ask(&self) -> Result<Kept, AccessTokenError> {
        let asked = Instant::now();
        let request = self
            .client
            .exchange_client_credentials()
            .map_err(|error| AccessTokenError::Discovery(error.into()))?;
        let answer = request
            .add_scopes(self.scopes.iter().cloned())
            .request_async(&self.outgoing)
            .await
            .map_err(|error| AccessTokenError::Refused(error.into()))?;
        let lifetime = answer.expires_in();
        Ok(Kept {
            token: answer.access_token().clone(),
            until: lifetime.map(|lifetime| asked + lifetime.saturating_sub(MARGIN)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(until: Option<Instant>) -> Kept {
        let token = openidconnect::AccessToken::new("token".to_owned());
        Kept { token, until }
    }

    #[test]
    fn a_token_is_used_until_its_time_and_no_longer() {
        let now = Instant::now();
        let soon = now + Duration::from_secs(1);
        assert!(kept(Some(soon)).is_usable(now));
        assert!(!kept(Some(now)).is_usable(now));
        assert!(!kept(None).is_usable(now));
    }
}
