//! Where access tokens come from.

mod client_credentials;
mod store;
mod stored;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use authly_domain::secret::AccessToken;

use crate::error::{ClientError, NotLoggedIn};
use crate::server_url::ServerUrl;

pub(crate) use client_credentials::ClientCredentials;
pub use store::{CredentialStore, Credentials, LockedStore, StoreError};
pub(crate) use stored::{Renewal, StoredCredentials};

/// An answer that is on its way.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Gives access tokens, and gets new ones in time. One source serves many calls at once.
pub trait TokenSource: fmt::Debug + Send + Sync + 'static {
    /// A token to call with now.
    fn token(&self) -> Pending<'_, Result<Arc<AccessToken>, ClientError>>;

    /// Another one in place of `refused`, which the server does not take (any more). `None` where
    /// there is no other, so that the server's refusal stands.
    fn renew<'a>(
        &'a self,
        refused: &'a AccessToken,
    ) -> Pending<'a, Result<Option<Arc<AccessToken>>, ClientError>>;
}

/// One token that somebody else got and renews.
#[derive(Debug)]
pub(crate) struct StaticToken(pub(crate) Arc<AccessToken>);

impl TokenSource for StaticToken {
    fn token(&self) -> Pending<'_, Result<Arc<AccessToken>, ClientError>> {
        Box::pin(async { Ok(Arc::clone(&self.0)) })
    }

    fn renew<'a>(
        &'a self,
        _refused: &'a AccessToken,
    ) -> Pending<'a, Result<Option<Arc<AccessToken>>, ClientError>> {
        Box::pin(async { Ok(None) })
    }
}

/// No tokens at all: for what anybody may ask.
#[derive(Debug)]
pub(crate) struct NoTokens(pub(crate) ServerUrl);

impl TokenSource for NoTokens {
    fn token(&self) -> Pending<'_, Result<Arc<AccessToken>, ClientError>> {
        Box::pin(async {
            Err(ClientError::NotLoggedIn {
                server: self.0.clone(),
                reason: NotLoggedIn::NoCredentials,
            })
        })
    }

    fn renew<'a>(
        &'a self,
        _refused: &'a AccessToken,
    ) -> Pending<'a, Result<Option<Arc<AccessToken>>, ClientError>> {
        Box::pin(async { Ok(None) })
    }
}
