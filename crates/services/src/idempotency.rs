//! Requests that may arrive twice, since their answer may get lost on the way: the thing is done once,
//! and who asks again with the same key within a minute gets the same answer, secrets included
//! (decisions 28).
//!
//! A service that makes a secret claims the key at the beginning of its transaction and keeps the
//! answer at the end of it. Who asks at the same time waits at the claim. What is refused keeps
//! nothing: the transaction is not committed, and the key is free again.
//!
//! ```text
//! let work = conn.begin("clients.create").await?;
//! if let Some(before) = idempotency::claim(&work, keyed, now).await? {
//!     return Ok(Answered::Before(before));
//! }
//! // … the change …
//! idempotency::keep(&work, keyed, &created, &*self.context.entropy).await?;
//! work.commit().await?;
//! Ok(Answered::Now(created))
//! ```

use std::fmt;

use authly_crypto::answer::{open_answer, seal_answer};
use authly_crypto::opaque;
use authly_domain::admin::Administrator;
use authly_domain::clock::Timestamp;
use authly_domain::entropy::Entropy;
use authly_domain::idempotency::{ANSWER_KEPT_FOR, IdempotencyKey};
use authly_domain::secret::{SecretDigest, SecretText};
use authly_repositories::idempotency::{ClaimedKey, KeyedRequest};
use authly_repositories::{DbError, UnitOfWork};

/// How an answer is written, so that it can be given again: what `http` sends.
pub type Write<'a, T> = &'a (dyn Fn(&T) -> String + Send + Sync);

/// A request that came with a key.
pub struct Keyed<'a, T> {
    key: &'a IdempotencyKey,
    request: SecretDigest,
    write: Write<'a, T>,
}

/// What a request with a key is answered.
pub enum Answered<T> {
    /// It was done just now.
    Now(T),
    /// It had been done: its answer as it was written then.
    Before(SecretText),
}

/// Why a key is of no use.
#[derive(Debug, thiserror::Error)]
pub enum IdempotencyError {
    /// It came with another request, or from another caller.
    #[error("the idempotency key belongs to another request")]
    Reused,
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

impl<'a, T> Keyed<'a, T> {
    /// The request of `by` that `said` says all of: which endpoint, which path, which document.
    #[must_use]
    pub fn new(
        key: &'a IdempotencyKey,
        by: &Administrator,
        said: &[&str],
        write: Write<'a, T>,
    ) -> Self {
        Self {
            key,
            request: request_digest(by, said),
            write,
        }
    }

    fn stored(&self) -> KeyedRequest {
        KeyedRequest {
            key: opaque::digest(self.key.expose()),
            request: self.request,
        }
    }
}

impl<T> fmt::Debug for Keyed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyed([redacted])")
    }
}

/// The digest of who asks, and for what. Each part goes with its length, so that no two requests run
/// together to the same text.
fn request_digest(by: &Administrator, said: &[&str]) -> SecretDigest {
    let who = match by {
        Administrator::User { id, .. } => id.to_string(),
        Administrator::Client { key, .. } => key.to_string(),
    };
    let parts = std::iter::once(who.as_str()).chain(said.iter().copied());
    let parts: Vec<String> = parts
        .map(|part| format!("{}:{part};", part.len()))
        .collect();
    opaque::digest(&parts.concat())
}

/// Claims the key, if there is one. Answers what the request was answered before.
///
/// # Errors
/// When the key belongs to another request, or storage fails.
pub async fn claim<T>(
    work: &UnitOfWork<'_>,
    keyed: Option<&Keyed<'_, T>>,
    now: Timestamp,
) -> Result<Option<SecretText>, IdempotencyError> {
    let Some(keyed) = keyed else {
        return Ok(None);
    };
    let keys = work.idempotency_keys();
    let until = now.plus(ANSWER_KEPT_FOR);
    match keys.claim(&keyed.stored(), now, until).await? {
        ClaimedKey::Ours => Ok(None),
        ClaimedKey::Taken { request, .. } if request != keyed.request => {
            Err(IdempotencyError::Reused)
        }
        ClaimedKey::Taken { answer, .. } => {
            let opened = open_answer(keyed.key, &answer).map_err(|_refused| corrupt())?;
            let text = std::str::from_utf8(&opened).map_err(|_odd| corrupt())?;
            Ok(Some(SecretText::new(text.to_owned())))
        }
    }
}

/// Keeps the answer under the key that was claimed, if there is one.
///
/// # Errors
/// When storage fails.
pub async fn keep<T>(
    work: &UnitOfWork<'_>,
    keyed: Option<&Keyed<'_, T>>,
    answer: &T,
    entropy: &dyn Entropy,
) -> Result<(), DbError> {
    let Some(keyed) = keyed else {
        return Ok(());
    };
    let written = SecretText::new((keyed.write)(answer));
    let sealed = seal_answer(keyed.key, written.expose().as_bytes(), entropy);
    let key = opaque::digest(keyed.key.expose());
    work.idempotency_keys().keep(&key, &sealed).await
}

const fn corrupt() -> DbError {
    DbError::Corrupt {
        table: "idempotency_keys",
        column: "sealed_answer",
    }
}
