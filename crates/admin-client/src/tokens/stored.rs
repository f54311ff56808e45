//! Tokens from stored credentials: refreshed in time, and once for everybody.

use std::sync::Arc;
use std::time::Duration;

use authly_domain::clock::Clock;
use authly_domain::secret::{AccessToken, ClientSecret};
use tokio::sync::Mutex;

use super::store::{CredentialStore, Credentials, LockedStore, StoreError};
use super::{Pending, TokenSource};
use crate::error::{ClientError, NotLoggedIn};
use crate::oauth::{OAuth, Tokens};

/// How long before its end an access token is replaced, so that it does not end on its way.
const MARGIN: Duration = Duration::from_secs(10);

/// The access token of a login that a [`CredentialStore`] keeps.
pub(crate) struct StoredCredentials {
    oauth: OAuth,
    client_id: String,
    renewal: Renewal,
    clock: Arc<dyn Clock>,
    store: Arc<dyn CredentialStore>,
    /// The ones that were read last. Its lock lets the calls of one process refresh once, the
    /// store's lock does that for several processes.
    present: Mutex<Option<Credentials>>,
}

impl std::fmt::Debug for StoredCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredCredentials")
            .field("client_id", &self.client_id)
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

/// How another access token is got.
pub(crate) enum Renewal {
    /// By the refresh token that came with the last one.
    RefreshToken,
    /// By the client's own secret.
    ClientSecret(ClientSecret),
}

/// When an access token does not do.
enum Unfit<'a> {
    /// When it ends now.
    Ended,
    /// When it is the one that the server refused.
    Is(&'a AccessToken),
}

impl StoredCredentials {
    pub(crate) fn new(
        oauth: OAuth,
        client_id: String,
        renewal: Renewal,
        clock: Arc<dyn Clock>,
        store: Arc<dyn CredentialStore>,
    ) -> Self {
        Self {
            oauth,
            client_id,
            renewal,
            clock,
            store,
            present: Mutex::new(None),
        }
    }

    async fn token_that_is_not(&self, unfit: &Unfit<'_>) -> Result<Arc<AccessToken>, ClientError> {
        let mut present = self.present.lock().await;
        if let Some(credentials) = present.as_ref().filter(|one| self.is_fit(one, unfit)) {
            return Ok(Arc::clone(&credentials.access_token));
        }
        let credentials = match self.stored(self.store.load()?, unfit)? {
            Ok(fit) => fit,
            Err(_ended) => self.refreshed(unfit).await?,
        };
        let token = Arc::clone(&credentials.access_token);
        *present = Some(credentials);
        Ok(token)
    }

    /// Refreshes under the lock of the store, unless another process was faster.
    async fn refreshed(&self, unfit: &Unfit<'_>) -> Result<Credentials, ClientError> {
        let mut locked = self.locked().await?;
        let ended = match self.stored(locked.load()?, unfit)? {
            Ok(fit) => return Ok(fit),
            Err(ended) => ended,
        };
        let tokens = self.renewed(&ended).await?;
        let mut credentials = Credentials::of(tokens, self.clock.now());
        if credentials.refresh_token.is_none() {
            credentials.refresh_token.clone_from(&ended.refresh_token);
        }
        locked.save(&credentials)?;
        Ok(credentials)
    }

    async fn renewed(&self, ended: &Credentials) -> Result<Tokens, ClientError> {
        let answer = match (&self.renewal, &ended.refresh_token) {
            (Renewal::ClientSecret(secret), _) => {
                let scope = Some(ended.scope.as_str());
                self.oauth
                    .client_credentials(&self.client_id, secret, scope)
                    .await
            }
            (Renewal::RefreshToken, Some(token)) => {
                self.oauth.refresh(&self.client_id, token).await
            }
            (Renewal::RefreshToken, None) => {
                return Err(self.not_logged_in(NotLoggedIn::Ended));
            }
        };
        answer.map_err(|error| self.as_not_logged_in(error))
    }

    /// What the store has: fit, or to be refreshed.
    fn stored(
        &self,
        found: Option<Credentials>,
        unfit: &Unfit<'_>,
    ) -> Result<Result<Credentials, Credentials>, ClientError> {
        let found = found.ok_or_else(|| self.not_logged_in(NotLoggedIn::NoCredentials))?;
        let is_fit = self.is_fit(&found, unfit);
        Ok(if is_fit { Ok(found) } else { Err(found) })
    }

    fn is_fit(&self, credentials: &Credentials, unfit: &Unfit<'_>) -> bool {
        let is_refused = match unfit {
            Unfit::Ended => false,
            Unfit::Is(refused) => credentials.access_token.expose() == refused.expose(),
        };
        !is_refused && credentials.expires_at > self.clock.now().plus(MARGIN)
    }

    async fn locked(&self) -> Result<Box<dyn LockedStore>, StoreError> {
        let store = Arc::clone(&self.store);
        let locked = tokio::task::spawn_blocking(move || store.lock()).await;
        locked.map_err(|error| {
            StoreError::new("the lock of the credentials was not waited for").caused_by(error)
        })?
    }

    fn not_logged_in(&self, reason: NotLoggedIn) -> ClientError {
        ClientError::NotLoggedIn {
            server: self.oauth.server().clone(),
            reason,
        }
    }

    /// Credentials that are refused mean a new login; whatever else went wrong may pass.
    fn as_not_logged_in(&self, error: ClientError) -> ClientError {
        match error {
            ClientError::Refused { refusal, .. } if matches!(refusal.status, 400 | 401) => {
                self.not_logged_in(NotLoggedIn::Refused(refusal))
            }
            other => other,
        }
    }
}

impl TokenSource for StoredCredentials {
    fn token(&self) -> Pending<'_, Result<Arc<AccessToken>, ClientError>> {
        Box::pin(self.token_that_is_not(&Unfit::Ended))
    }

    fn renew<'a>(
        &'a self,
        refused: &'a AccessToken,
    ) -> Pending<'a, Result<Option<Arc<AccessToken>>, ClientError>> {
        Box::pin(async move { self.token_that_is_not(&Unfit::Is(refused)).await.map(Some) })
    }
}
