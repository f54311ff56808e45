//! One request, from the name to the last byte, within its limits.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use authly_domain::clock::Clock;
use authly_domain::network::FetchUrl;
use authly_services::ports::DocumentKind;
use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use reqwest::{Response, StatusCode};

use super::Lifetimes;
use super::guard::Guard;
use super::names::{ForbiddenAddress, NotLookedUp};

/// What a document may call itself.
const fn content_types(kind: DocumentKind) -> [&'static str; 2] {
    match kind {
        // RFC 8259, and RFC 7517 §8.5.
        DocumentKind::Json => ["application/json", "application/jwk-set+json"],
        // RFC 9101 §9.4.1, and RFC 7519 §10.3.1.
        DocumentKind::Jwt => ["application/oauth-authz-req+jwt", "application/jwt"],
    }
}

/// Why a document could not be had: for the log, and for nobody outside.
#[derive(Debug, thiserror::Error)]
pub enum FetchFailure {
    /// Its host has no address that may be reached.
    #[error("the host has no address that may be reached")]
    ForbiddenAddress,
    /// No answer came: no address, no connection, no certificate that is trusted, no HTTP.
    #[error("no answer came")]
    NoAnswer(#[source] Box<dyn Error + Send + Sync>),
    /// It took too long, in all.
    #[error("it took too long")]
    TimedOut,
    /// The answer was another than 200; redirects are not followed.
    #[error("the answer has status {0}")]
    Status(u16),
    /// It is not what was asked for.
    #[error("the answer's content type is not that of such a document")]
    ContentType,
    /// It is compressed, although nobody asked for that.
    #[error("the answer is compressed")]
    Compressed,
    /// It is larger than what is read.
    #[error("the answer is too large")]
    TooLarge,
    /// Too much is being asked of the host, or of all: nobody was asked for this.
    #[error("too much is being asked of the host, or of all")]
    Busy,
}

impl From<reqwest::Error> for FetchFailure {
    fn from(error: reqwest::Error) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(error) = cause {
            if error.is::<ForbiddenAddress>() {
                return Self::ForbiddenAddress;
            }
            if error.is::<NotLookedUp>() {
                return Self::Busy;
            }
            cause = error.source();
        }
        // The log names the address by itself.
        Self::NoAnswer(error.without_url().into())
    }
}

/// A failure with all that led to it, on one line.
pub(super) struct Chain<'e>(pub(super) &'e dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// A document, and how long it is good for.
pub(super) struct Downloaded {
    pub(super) body: Arc<[u8]>,
    pub(super) good_for: Duration,
}

/// What one request is held to.
pub(super) struct Download<'f> {
    pub(super) client: &'f reqwest::Client,
    pub(super) guard: &'f Guard,
    pub(super) clock: &'f dyn Clock,
    pub(super) lifetimes: &'f Lifetimes,
    pub(super) max_bytes: usize,
}

impl Download<'_> {
    /// Fetches it. The caller watches the clock.
    pub(super) async fn run(
        &self,
        kind: DocumentKind,
        url: &FetchUrl,
    ) -> Result<Downloaded, FetchFailure> {
        self.guard.check(url)?;
        let asked = self.client.get(url.as_url().clone());
        let answer = asked
            .header(ACCEPT, content_types(kind).join(", "))
            .send()
            .await?;
        check(kind, &answer)?;
        let good_for = self.lifetimes.of(answer.headers(), self.clock.now());
        let body = self.read(answer).await?;
        Ok(Downloaded { body, good_for })
    }

    /// Reads no more than is allowed, whatever the answer says of its length.
    async fn read(&self, mut answer: Response) -> Result<Arc<[u8]>, FetchFailure> {
        let most = u64::try_from(self.max_bytes).unwrap_or(u64::MAX);
        if answer.content_length().is_some_and(|length| length > most) {
            return Err(FetchFailure::TooLarge);
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > self.max_bytes {
                return Err(FetchFailure::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.into())
    }
}

/// Whether the head of the answer is that of the document.
fn check(kind: DocumentKind, answer: &Response) -> Result<(), FetchFailure> {
    let status = answer.status();
    if status != StatusCode::OK {
        return Err(FetchFailure::Status(status.as_u16()));
    }
    if !is_of(kind, answer.headers()) {
        return Err(FetchFailure::ContentType);
    }
    let encodings = answer.headers().get_all(CONTENT_ENCODING);
    if encodings.iter().any(|value| value != "identity") {
        return Err(FetchFailure::Compressed);
    }
    Ok(())
}

fn is_of(kind: DocumentKind, headers: &HeaderMap) -> bool {
    let stated = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    stated.is_some_and(|stated| {
        let essence = stated.split(';').next().unwrap_or_default().trim();
        content_types(kind)
            .iter()
            .any(|known| known.eq_ignore_ascii_case(essence))
    })
}
