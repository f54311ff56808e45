//! Tokens of a service client, by its own credentials (OAuth 2.1 §4.2).

use std::sync::Arc;
use std::time::Duration;

use authly_domain::clock::{Clock, Timestamp};
use authly_domain::secret::{AccessToken, ClientSecret};
use tokio::sync::Mutex;

use super::{Pending, TokenSource};
use crate::error::{ClientError, NotLoggedIn};
use crate::oauth::OAuth;

/// How long before its end an access token is replaced.
const MARGIN: Duration = Duration::from_secs(10);

/// Gets a token for the client itself, and another when it ends.
pub(crate) struct ClientCredentials {
    oauth: OAuth,
    client_id: String,
    secret: ClientSecret,
    scope: Option<String>,
    clock: Arc<dyn Clock>,
    /// The last token, and when it ends. Its lock lets parallel calls ask once.
    present: Mutex<Option<(Arc<AccessToken>, Timestamp)>>,
}

impl std::fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientCredentials")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl ClientCredentials {
    pub(crate) fn new(
        oauth: OAuth,
        client_id: String,
        secret: ClientSecret,
        scope: Option<String>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            oauth,
            client_id,
            secret,
            scope,
            clock,
            present: Mutex::new(None),
        }
    }

    async fn token_that_is_not(
        &self,
        refused: Option<&AccessToken>,
    ) -> Result<Arc<AccessToken>, ClientError> {
        let mut present = self.present.lock().await;
        if let Some((token, ends)) = &*present
            && *ends > self.clock.now().plus(MARGIN)
            && refused.is_none_or(|refused| refused.expose() != token.expose())
        {
            return Ok(Arc::clone(token));
        }
        let scope = self.scope.as_deref();
        let answer = self
            .oauth
            .client_credentials(&self.client_id, &self.secret, scope)
            .await;
        let tokens = answer.map_err(|error| match error {
            ClientError::Refused { server, refusal } if matches!(refusal.status, 400 | 401) => {
                let reason = NotLoggedIn::Refused(refusal);
                ClientError::NotLoggedIn { server, reason }
            }
            other => other,
        })?;
        let token = Arc::new(tokens.access_token);
        let ends = self.clock.now().plus(tokens.expires_in);
        *present = Some((Arc::clone(&token), ends));
        Ok(token)
    }
}

impl TokenSource for ClientCredentials {
    fn token(&self) -> Pending<'_, Result<Arc<AccessToken>, ClientError>> {
        Box::pin(self.token_that_is_not(None))
    }

    fn renew<'a>(
        &'a self,
        refused: &'a AccessToken,
    ) -> Pending<'a, Result<Option<Arc<AccessToken>>, ClientError>> {
        Box::pin(async move { self.token_that_is_not(Some(refused)).await.map(Some) })
    }
}
