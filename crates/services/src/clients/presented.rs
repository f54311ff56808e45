//! What a request offers as proof of its client.

use std::sync::Arc;

use authly_crypto::client_assertion::ClientAssertion;
use authly_crypto::opaque;
use authly_domain::clients::{AssertionFlaw, AuthMethod};
use authly_domain::secret::{ClientSecret, PresentedAssertion, SecretDigest};

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
    /// An assertion (RFC 7523 §2.2).
    Assertion {
        /// The client that the request names beside it, if it does.
        client_id: Option<String>,
        /// The assertion.
        assertion: PresentedAssertion,
    },
    /// A `client_id` alone: public clients.
    ClientIdOnly {
        /// The client it is said to be.
        client_id: String,
    },
}

/// What was shown, as it is compared.
#[derive(Debug, Clone)]
pub(super) enum Proof {
    /// Nothing: public clients.
    Nothing,
    /// A secret, and where it stood.
    Secret(SecretDigest, AuthMethod),
    /// An assertion.
    Assertion(Arc<ClientAssertion>),
}

impl Proof {
    /// The method for which a client that shows this is registered.
    pub(super) const fn method(&self) -> AuthMethod {
        match self {
            Self::Nothing => AuthMethod::None,
            Self::Secret(_, method) => *method,
            Self::Assertion(_) => AuthMethod::PrivateKeyJwt,
        }
    }
}

impl PresentedCredentials {
    /// The client that the request names, beside what it shows.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        match self {
            Self::Secret { client_id, .. } | Self::ClientIdOnly { client_id } => Some(client_id),
            Self::Assertion { client_id, .. } => client_id.as_deref(),
        }
    }

    /// In whose name something is shown, and what.
    pub(super) fn read(self) -> (String, Result<Proof, AssertionFlaw>) {
        match self {
            Self::Secret {
                client_id,
                secret,
                method,
            } => {
                let digest = opaque::digest(secret.expose());
                (client_id, Ok(Proof::Secret(digest, method)))
            }
            Self::ClientIdOnly { client_id } => (client_id, Ok(Proof::Nothing)),
            Self::Assertion {
                client_id,
                assertion,
            } => read_assertion(client_id, &assertion),
        }
    }
}

/// Without a `client_id` beside it, an assertion says itself whose it is (RFC 7521 §4.2).
fn read_assertion(
    client_id: Option<String>,
    assertion: &PresentedAssertion,
) -> (String, Result<Proof, AssertionFlaw>) {
    match ClientAssertion::read(assertion.expose()) {
        Err(flaw) => (client_id.unwrap_or_default(), Err(flaw)),
        Ok(assertion) => {
            let about = assertion.claims().sub.clone();
            match client_id {
                Some(named) if named != about => (named, Err(AssertionFlaw::Party)),
                _ => (about, Ok(Proof::Assertion(Arc::new(assertion)))),
            }
        }
    }
}
