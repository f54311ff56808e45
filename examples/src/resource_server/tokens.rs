//! What is asked of a token, whichever way it is checked.

use std::error::Error;
use std::time::{Duration, SystemTime};

use super::introspection::Introspection;
use super::local::LocalCheck;

/// Checks tokens.
#[derive(Debug)]
pub enum Tokens {
    /// By their signature.
    Local(LocalCheck),
    /// By asking the server.
    Introspected(Introspection),
}

/// Who presents a token that is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Whose data it is about: a user, or the client itself.
    pub subject: String,
    /// The application that calls.
    pub client_id: String,
    /// What the token allows.
    pub scope: Vec<String>,
    /// When its user logged in, in seconds since 1970; `None` where there is no user.
    pub auth_time: Option<u64>,
}

/// Why a token admits nobody.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// It is not valid here.
    #[error("the token is not valid: {0}")]
    Invalid(&'static str),
    /// The authorization server could not be asked.
    #[error("the authorization server could not be asked")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

impl Tokens {
    /// Who presents this token.
    ///
    /// # Errors
    /// The token is not valid here, or that could not be found out.
    pub async fn check(&self, token: &str) -> Result<Caller, TokenError> {
        match self {
            Self::Local(check) => check.check(token).await,
            Self::Introspected(introspection) => introspection.check(token).await,
        }
    }
}

impl Caller {
    /// Whether its user has logged in so recently (RFC 9470 §4). A program that acts for itself has
    /// not.
    #[must_use]
    pub fn has_logged_in_within(&self, max_age: Duration) -> bool {
        let since = self.auth_time.and_then(|at| {
            let at = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(at))?;
            // A clock that is ahead of ours: just now.
            Some(at.elapsed().unwrap_or_default())
        });
        since.is_some_and(|since| since <= max_age)
    }

    /// Whether the token allows what `scope` stands for.
    #[must_use]
    pub fn may(&self, scope: &str) -> bool {
        self.scope.iter().any(|granted| granted == scope)
    }
}

/// The names in a `scope` (RFC 6749 §3.3).
pub(super) fn names(scope: Option<&str>) -> Vec<String> {
    let names = scope.unwrap_or_default().split(' ');
    let names = names.filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}
