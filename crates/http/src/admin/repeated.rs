//! Requests that may arrive twice, since their answer holds a secret and may get lost on the way.

use authly_domain::admin::Run;
use authly_domain::secret::SecretText;
use authly_protocol::admin::ProblemCode;
use authly_protocol::endpoint::Endpoint;
use authly_services::idempotency::{Answered, IdempotencyError, Keyed, Write};
use serde::Serialize;

use super::AdminCall;
use crate::respond::{AdminProblem, IsUnavailable};

impl<E: Endpoint> AdminCall<E> {
    /// The call as one that may arrive again, where it came with a key; `write` is how its answer is
    /// sent. What only asks what would happen is answered anew each time.
    pub(crate) fn keyed<'a, T>(&'a self, write: Write<'a, T>) -> Option<Keyed<'a, T>> {
        let key = self.idempotency_key.as_ref()?;
        if self.run == Run::Dry {
            return None;
        }
        let if_match = self.if_match.map(|version| version.to_string());
        let (query, body) = (written(&self.query), written(&self.body));
        let said = [
            E::NAME,
            &E::path(&self.path),
            &query,
            &body,
            if_match.as_deref().unwrap_or_default(),
        ];
        Some(Keyed::new(key, &self.caller.identity, &said, write))
    }
}

/// The document of an answer that was made now, or before.
///
/// # Errors
/// When what was kept cannot be read.
pub(crate) fn document_of<T, D>(
    answered: Answered<T>,
    document: impl FnOnce(&T) -> D,
) -> Result<D, AdminProblem>
where
    D: serde::de::DeserializeOwned,
{
    match answered {
        Answered::Now(made) => Ok(document(&made)),
        Answered::Before(kept) => read(&kept),
    }
}

/// A document as it is sent. It consists of strings, numbers and lists, which always become JSON.
pub(crate) fn written(document: &impl Serialize) -> String {
    serde_json::to_string(document).unwrap_or_default()
}

fn read<D: serde::de::DeserializeOwned>(kept: &SecretText) -> Result<D, AdminProblem> {
    serde_json::from_str(kept.expose()).map_err(|_error| {
        // Its text would show what was kept.
        AdminProblem::failed("the answer that was kept cannot be read")
    })
}

impl From<IdempotencyError> for AdminProblem {
    fn from(error: IdempotencyError) -> Self {
        match &error {
            IdempotencyError::Reused => {
                let detail = "The Idempotency-Key came before with another request, or from somebody \
                              else. Make a new one for each thing that is to be done.";
                Self::new(ProblemCode::IdempotencyKeyReused, detail)
            }
            IdempotencyError::Storage(storage) => {
                let is_unavailable = IsUnavailable(storage.is_unavailable());
                Self::storage(is_unavailable, error)
            }
        }
    }
}
