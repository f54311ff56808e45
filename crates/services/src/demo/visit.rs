//! What the application keeps for one browser.

use std::sync::Arc;

use authly_domain::clock::Timestamp;
use authly_domain::scopes::Scope;
use authly_domain::secret::{AccessToken, CodeVerifier, RefreshToken, SecretText};

use crate::tokens::IssuedTokens;

/// One browser's part.
#[derive(Default)]
pub(super) struct Visit {
    /// The language that was chosen by address, where one was.
    pub(super) ui_locales: Option<String>,
    /// What waits for an answer.
    pub(super) asked: Option<Asked>,
    /// What the last sign-in gave.
    pub(super) holding: Option<Holding>,
}

/// What is kept from the request to its answer.
pub(super) struct Asked {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: CodeVerifier,
}

/// The tokens that the application holds; cheap to clone.
#[derive(Debug, Clone)]
pub struct Holding {
    /// The access token.
    pub access_token: Arc<AccessToken>,
    /// The ID token of the sign-in.
    pub id_token: Option<Arc<SecretText>>,
    /// The refresh token, if the user allowed one.
    pub refresh_token: Option<Arc<RefreshToken>>,
    /// What was granted.
    pub scope: Scope,
    /// When the access token ends.
    pub expires_at: Timestamp,
    /// How often the tokens were refreshed.
    pub refreshed: u32,
}

impl Holding {
    pub(super) fn new(issued: IssuedTokens, now: Timestamp) -> Self {
        Self {
            access_token: Arc::new(issued.access_token),
            id_token: issued.id_token.map(Arc::new),
            refresh_token: issued.refresh_token.map(Arc::new),
            scope: issued.scope,
            expires_at: now.plus(issued.expires_in),
            refreshed: 0,
        }
    }

    /// Takes the tokens of a refresh. What is not given anew stays.
    pub(super) fn replace(&mut self, issued: IssuedTokens, now: Timestamp) {
        let next = Self::new(issued, now);
        *self = Self {
            id_token: next.id_token.or_else(|| self.id_token.take()),
            refresh_token: next.refresh_token.or_else(|| self.refresh_token.take()),
            refreshed: self.refreshed.saturating_add(1),
            ..next
        };
    }
}
