//! Client authentication (OAuth 2.1 §2.4): the one way to an [`AuthenticatedClient`].

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use authly_crypto::{compare, opaque};
use authly_domain::clients::{AuthMethod, Client, ClientId, GrantType};
use authly_domain::clock::Timestamp;
use authly_domain::secret::{ClientSecret, SecretDigest};
use authly_domain::throttle::{self as rules, ThrottleKind, ThrottleRule};
use authly_repositories::DbError;
use authly_repositories::throttle::Counter;
use moka::sync::Cache;

use super::ClientCache;
use crate::{Context, throttle};

/// What a request offers as proof. Exactly one kind is in a request, or it is refused before.
#[derive(Debug)]
pub enum PresentedCredentials {
    /// A secret, and where it stood.
    Secret {
        /// The client it is said to be of.
        client_id: String,
        /// The secret.
        secret: ClientSecret,
        /// `client_secret_basic` or `client_secret_post`.
        method: AuthMethod,
    },
    /// A `client_id` alone: public clients.
    ClientIdOnly {
        /// The client it is said to be.
        client_id: String,
    },
}

/// Why a client is not let in.
#[derive(Debug, thiserror::Error)]
pub enum ClientAuthError {
    /// No such client, or a disabled one, or a wrong secret: the caller learns no more.
    #[error("client authentication failed")]
    Refused(#[from] RefusedClient),
    /// Too many wrong secrets.
    #[error("too many wrong secrets")]
    Throttled {
        /// When to come back.
        retry_after: Duration,
    },
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

/// The reason, for the log alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefusedClient {
    /// There is no such client.
    #[error("there is no such client")]
    Unknown,
    /// It is disabled.
    #[error("the client is disabled")]
    Inactive,
    /// The secret is wrong, or no longer valid.
    #[error("the secret is wrong")]
    WrongSecret,
    /// It is registered for another method.
    #[error("the client is registered for another authentication method")]
    WrongMethod,
    /// It is being changed at this very moment.
    #[error("the client is being changed")]
    Changing,
}

/// A client that has proved itself. Its fields are private and this module alone makes it, so that
/// holding one is the proof.
#[derive(Debug, Clone)]
pub struct AuthenticatedClient {
    client: Arc<Client>,
    /// Digest of the secret it showed; `None` for public clients.
    secret: Option<SecretDigest>,
}

impl AuthenticatedClient {
    /// The client's record.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Whether it may use this grant.
    #[must_use]
    pub fn may_use(&self, grant: GrantType) -> bool {
        self.client.may_use(grant)
    }
}

/// Authenticates clients. Cheap to clone.
#[derive(Clone)]
pub struct ClientAuthenticator {
    context: Context,
    clients: ClientCache,
    rule: ThrottleRule,
    /// Who guessed too often, and until when they wait: so that a right secret costs no round trip,
    /// and a guesser none either.
    waiting: Cache<SecretDigest, Timestamp>,
}

impl ClientAuthenticator {
    /// Authenticates clients from `clients`, and slows guessing by `rule`.
    #[must_use]
    pub fn new(context: Context, clients: ClientCache, rule: ThrottleRule) -> Self {
        let waiting = Cache::builder()
            .max_capacity(100_000)
            .time_to_live(rule.window)
            .build();
        Self {
            context,
            clients,
            rule,
            waiting,
        }
    }

    /// Checks what was presented. A client at hand costs no round trip; a wrong secret costs one,
    /// to count it.
    ///
    /// # Errors
    /// When the client is refused or throttled, or storage fails.
    pub async fn authenticate(
        &self,
        presented: PresentedCredentials,
        from: IpAddr,
    ) -> Result<AuthenticatedClient, ClientAuthError> {
        let (client_id, shown, method) = match &presented {
            PresentedCredentials::Secret {
                client_id,
                secret,
                method,
            } => (client_id, Some(opaque::digest(secret.expose())), *method),
            PresentedCredentials::ClientIdOnly { client_id } => (client_id, None, AuthMethod::None),
        };
        let id: ClientId = client_id
            .parse()
            .map_err(|_malformed| RefusedClient::Unknown)?;
        let client = self.clients.get(&id).await?.ok_or(RefusedClient::Unknown)?;

        let kind = ThrottleKind::ClientSecret;
        let counter = throttle::from_and_on(kind, self.rule, from, id.as_str());
        if shown.is_some() {
            self.check_waiting(&counter)?;
        }
        match admit(client, shown, method, self.context.now()) {
            Err(RefusedClient::WrongSecret) => Err(self.count_wrong_secret(counter).await?),
            admitted => Ok(admitted?),
        }
    }

    /// Reads the client anew, after a statement found the copy stale, and checks again what it
    /// showed.
    ///
    /// # Errors
    /// When the client is refused now, or storage fails.
    pub async fn renew(
        &self,
        stale: &AuthenticatedClient,
    ) -> Result<AuthenticatedClient, ClientAuthError> {
        let id = &stale.client.id;
        let client = self
            .clients
            .read_anew(id)
            .await?
            .ok_or(RefusedClient::Unknown)?;
        let method = stale.client.auth_method;
        Ok(admit(client, stale.secret, method, self.context.now())?)
    }

    fn check_waiting(&self, counter: &Counter) -> Result<(), ClientAuthError> {
        let now = self.context.now();
        match self.waiting.get(&counter.key).filter(|until| now < *until) {
            Some(until) => Err(ClientAuthError::Throttled {
                retry_after: until.since(now),
            }),
            None => Ok(()),
        }
    }

    async fn count_wrong_secret(&self, counter: Counter) -> Result<ClientAuthError, DbError> {
        let now = self.context.now();
        let conn = self.context.db.connect().await?;
        let spent = conn.reads().throttles().count(&[counter], now).await?;
        match rules::wait(&spent, now) {
            None => Ok(RefusedClient::WrongSecret.into()),
            Some(retry_after) => {
                self.waiting.insert(counter.key, now.plus(retry_after));
                Ok(ClientAuthError::Throttled { retry_after })
            }
        }
    }
}

/// Whether this client, showing this, is let in.
fn admit(
    client: Arc<Client>,
    shown: Option<SecretDigest>,
    method: AuthMethod,
    now: Timestamp,
) -> Result<AuthenticatedClient, RefusedClient> {
    if !client.is_active {
        return Err(RefusedClient::Inactive);
    }
    if client.auth_method != method {
        return Err(RefusedClient::WrongMethod);
    }
    if let Some(shown) = &shown {
        // All are compared, so that the time does not tell which one it was.
        let valid = client
            .secrets
            .iter()
            .filter(|secret| secret.is_valid_at(now));
        let matching = valid
            .filter(|secret| compare::digests_equal(&secret.digest, shown))
            .count();
        if matching == 0 {
            return Err(RefusedClient::WrongSecret);
        }
    }
    Ok(AuthenticatedClient {
        client,
        secret: shown,
    })
}
