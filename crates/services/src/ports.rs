//! Interfaces to the world outside, for which there are several real implementations. `outbound`
//! implements them; `bins/server` chooses.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use authly_domain::clock::Timestamp;
use authly_domain::network::FetchUrl;
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

/// A document of somebody else's, as it was fetched.
#[derive(Debug, Clone)]
pub struct FetchedDocument {
    /// Its bytes, not yet looked at.
    pub body: Arc<[u8]>,
    /// When it was fetched.
    pub fetched_at: Timestamp,
}

/// How new a document has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// As new as its own server says that it stays.
    AsServed,
    /// Newer than the one that was fetched at this moment, which did not do. It is asked for again if it
    /// was not just now: else the same comes back.
    NewerThan(Timestamp),
}

/// The document could not be had. Why is in the log and nowhere else: the caller would learn by it what our
/// network looks like from inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the document could not be fetched")]
pub struct NotFetched;

/// A document on its way.
pub type DocumentFuture<'a> =
    Pin<Box<dyn Future<Output = Result<FetchedDocument, NotFetched>> + Send + 'a>>;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// JSON: a key set (RFC 7517 §8.5).
    Json,
    /// A JWT: a request object (RFC 9101 §9.4.1, RFC 7519 §10.3.1).
    Jwt,
}

/// Fetches documents whose addresses strangers have registered. It takes care where an address leads, how
/// long it takes, how much comes, and how often the same is asked for.
pub trait DocumentFetcher: Send + Sync {
    /// The document of this kind at this address.
    fn fetch<'a>(
        &'a self,
        kind: DocumentKind,
        url: &'a FetchUrl,
        freshness: Freshness,
    ) -> DocumentFuture<'a>;
}

/// Why a form did not reach anybody. The rest is in the log and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotPosted {
    /// The host has no address that may be reached.
    #[error("the host has no address that may be reached")]
    ForbiddenAddress,
    /// No answer came.
    #[error("no answer came")]
    NoAnswer,
    /// It took too long.
    #[error("it took too long")]
    TimedOut,
    /// Too much is under way, to its host or in all: it was not sent.
    #[error("too much is under way, it was not sent")]
    Busy,
}

/// A form on its way; it yields the status of the answer.
pub type PostFuture<'a> = Pin<Box<dyn Future<Output = Result<u16, NotPosted>> + Send + 'a>>;

/// Posts forms to addresses that strangers have registered, with the same care as documents are fetched.
/// Redirects are not followed.
pub trait FormPoster: Send + Sync {
    /// Posts this body, which is a form, to this address.
    fn post<'a>(&'a self, url: &'a FetchUrl, body: SecretText) -> PostFuture<'a>;
}
