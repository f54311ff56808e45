//! Interfaces to the world outside, for which there are several real implementations. `outbound`
//! implements them; `bins/server` chooses.

use std::future::Future;
use std::pin::Pin;

use authly_domain::secret::SecretText;

/// Why a secret could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There is none of that name.
    #[error("there is no such secret")]
    NotFound,
    /// It is there and could not be read.
    #[error("the secret could not be read")]
    Unreadable {
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file may be read by others than its owner.
    #[error("the secret's file may be read by others: its mode has to be 0600 or 0400")]
    TooOpen,
    /// It is empty or no text.
    #[error("the secret is empty or not a text")]
    NotText,
}

/// A secret on its way.
pub type SecretFuture<'a> =
    Pin<Box<dyn Future<Output = Result<SecretText, SecretError>> + Send + 'a>>;

/// Where secrets come from: the environment, a file, and whatever follows.
pub trait SecretProvider: Send + Sync {
    /// The name by which settings choose this provider, such as `file`.
    fn name(&self) -> &'static str;

    /// Reads the secret that `reference` names to this provider: a variable, a path.
    fn read<'a>(&'a self, reference: &'a str) -> SecretFuture<'a>;
}
