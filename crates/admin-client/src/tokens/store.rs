//! Credentials that outlive the process, and who keeps them.

use std::fmt;
use std::sync::Arc;

use authly_domain::clock::Timestamp;
use authly_domain::secret::{AccessToken, RefreshToken};

use crate::error::Cause;
use crate::oauth::Tokens;

/// What a login yielded. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The access token.
    pub access_token: Arc<AccessToken>,
    /// When it ends, by this machine's clock.
    pub expires_at: Timestamp,
    /// What it allows.
    pub scope: String,
    /// The refresh token; absent where a new login is needed when the access token ends.
    pub refresh_token: Option<Arc<RefreshToken>>,
}

impl Credentials {
    /// The credentials that tokens make, which were answered at `now`.
    #[must_use]
    pub fn of(tokens: Tokens, now: Timestamp) -> Self {
        Self {
            access_token: Arc::new(tokens.access_token),
            expires_at: now.plus(tokens.expires_in),
            scope: tokens.scope.unwrap_or_default(),
            refresh_token: tokens.refresh_token.map(Arc::new),
        }
    }
}

/// Why credentials cannot be read or kept.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    message: String,
    #[source]
    source: Option<Cause>,
}

impl StoreError {
    /// A failure that is said in these words.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: None,
        }
    }

    /// The failure, with its reason.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Cause>) -> Self {
        self.source = Some(source.into());
        self
    }
}

/// Keeps the credentials of one login, for several processes at once.
pub trait CredentialStore: fmt::Debug + Send + Sync + 'static {
    /// The credentials, if somebody is logged in.
    ///
    /// # Errors
    /// They cannot be read, or not safely.
    fn load(&self) -> Result<Option<Credentials>, StoreError>;

    /// Waits until no other process holds the lock, and holds it until the answer is dropped. It may
    /// block: the client calls it off the executor.
    ///
    /// # Errors
    /// There can be no lock.
    fn lock(&self) -> Result<Box<dyn LockedStore>, StoreError>;
}

/// A store that no other process changes now.
pub trait LockedStore: Send {
    /// The credentials, if somebody is logged in.
    ///
    /// # Errors
    /// They cannot be read, or not safely.
    fn load(&self) -> Result<Option<Credentials>, StoreError>;

    /// Keeps these in place of the ones before.
    ///
    /// # Errors
    /// They cannot be kept: the ones before are still there.
    fn save(&mut self, credentials: &Credentials) -> Result<(), StoreError>;
}
