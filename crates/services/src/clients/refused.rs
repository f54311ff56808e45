//! Why a client is not let in.

use std::time::Duration;

use authly_crypto::compare;
use authly_domain::clients::{AssertionFlaw, AuthMethod, Client, ClientJwtFlaw};
use authly_domain::refusals::{Facts, moment};
use authly_domain::secret::SecretDigest;
use authly_domain::throttle::ThrottleKind;
use authly_repositories::DbError;

/// Why a client is not let in.
#[derive(Debug, thiserror::Error)]
pub enum ClientAuthError {
    /// No such client, or a disabled one, or a wrong proof: the caller learns no more.
    #[error("client authentication failed")]
    Refused(#[source] RefusedClient, Box<Facts>),
    /// Too many refusals.
    #[error("too many wrong secrets")]
    Throttled {
        /// By which rule.
        by: ThrottleKind,
        /// When to come back.
        retry_after: Duration,
    },
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

/// The reason, for the log alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefusedClient {
    /// There is no such client.
    #[error("there is no such client")]
    Unknown,
    /// It is disabled.
    #[error("the client is disabled")]
    Inactive,
    /// The secret is wrong, or no longer valid.
    #[error("the secret is wrong")]
    WrongSecret,
    /// The assertion is not the client's, or not in order, or was used before.
    #[error("the assertion is wrong")]
    WrongAssertion(#[source] AssertionFlaw),
    /// It is registered for another method.
    #[error("the client is registered for another authentication method")]
    WrongMethod,
    /// It is being changed at this very moment.
    #[error("the client is being changed")]
    Changing,
}

impl From<RefusedClient> for ClientAuthError {
    fn from(why: RefusedClient) -> Self {
        Self::Refused(why, Box::default())
    }
}

/// A refusal with what is known of it.
pub(super) struct Refusal {
    why: RefusedClient,
    facts: Box<Facts>,
}

impl From<RefusedClient> for Refusal {
    fn from(why: RefusedClient) -> Self {
        Self {
            why,
            facts: Box::default(),
        }
    }
}

impl From<AssertionFlaw> for Refusal {
    fn from(flaw: AssertionFlaw) -> Self {
        Self {
            why: RefusedClient::WrongAssertion(flaw),
            facts: of_flaw(flaw).into(),
        }
    }
}

impl Refusal {
    /// The reason.
    pub(super) const fn why(&self) -> RefusedClient {
        self.why
    }

    /// Whether this may have been a guess at what the client proves itself by. Where its keys cannot be
    /// had nobody can tell, and whoever signs rightly must not have to wait for it once they are back.
    pub(super) const fn is_a_guess(&self) -> bool {
        !matches!(
            self.why,
            RefusedClient::WrongAssertion(AssertionFlaw::Jwt(ClientJwtFlaw::NoKeys))
        )
    }

    /// The same with the client that it is about, as the request or its assertion named it.
    pub(super) fn about(mut self, client_id: &str) -> Self {
        if !client_id.is_empty() {
            self.facts = Box::new(self.facts.of_client(client_id));
        }
        self
    }
}

/// What is wrong about an assertion, in a sentence.
fn of_flaw(flaw: AssertionFlaw) -> Facts {
    let sentence = match flaw {
        AssertionFlaw::Jwt(flaw) => of_jwt(flaw),
        AssertionFlaw::Claim(claim) => {
            let facts = Facts::default().expected(claim);
            return facts.more(format!("Its {claim} is missing or cannot be used."));
        }
        AssertionFlaw::Party => "Its iss, its sub and the client_id are not the same.",
        AssertionFlaw::Audience => "Its aud is not this server as the client's profile wants it.",
        AssertionFlaw::Expired => "It has expired.",
        AssertionFlaw::TooLong => "It ends more than an hour ahead.",
        AssertionFlaw::TooEarly => "It is from the future: its nbf or iat is still to come.",
        AssertionFlaw::Used => "It was used before.",
    };
    Facts::default().more(sentence)
}

/// What is wrong about any JWT of a client's, in a sentence.
pub(crate) const fn of_jwt(flaw: ClientJwtFlaw) -> &'static str {
    match flaw {
        ClientJwtFlaw::Malformed => "It is no well-formed JWT.",
        ClientJwtFlaw::Type => "Its typ says that it is a token of another kind.",
        ClientJwtFlaw::Algorithm => {
            "The client is not registered for its algorithm, or nobody may use it."
        }
        ClientJwtFlaw::UnknownKey => "The client has no key that could have signed it.",
        ClientJwtFlaw::Signature => "No key of the client's has signed it.",
        ClientJwtFlaw::NoKeys => "The client's keys could not be fetched from its jwks_uri.",
        ClientJwtFlaw::EncryptedOtherwise => {
            "It is encrypted with an alg or enc that the metadata do not name, or compressed."
        }
        ClientJwtFlaw::EphemeralKey => {
            "Its epk is no key on P-256, or leaves the zeros that begin a coordinate out (RFC 7518 §6.2.1.2)."
        }
        ClientJwtFlaw::EncryptedToOthers => "Its kid is none of this server's for encryption.",
        ClientJwtFlaw::DoesNotOpen => "It does not open with this server's key.",
    }
}

impl From<Refusal> for ClientAuthError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.why, refusal.facts)
    }
}

/// The client is registered for another method than it used.
pub(super) fn other_method(client: &Client, used: AuthMethod) -> Refusal {
    let (registered, used) = (client.auth_method.as_str(), used.as_str());
    let facts = Facts::default()
        .more(format!(
            "It is registered for {registered}, and the request used {used}."
        ))
        .expected(registered)
        .came(used);
    Refusal {
        why: RefusedClient::WrongMethod,
        facts: facts.into(),
    }
}

/// No valid secret of the client's is this one; it may have been.
pub(super) fn wrong_secret(client: &Client, shown: &SecretDigest) -> Refusal {
    let ended = client
        .secrets
        .iter()
        .filter(|secret| compare::digests_equal(&secret.digest, shown))
        .find_map(|secret| secret.expires_at);
    let valid = client.secrets.len();
    let facts = match ended {
        Some(at) => Facts::default()
            .more(format!(
                "It is an earlier secret, which was replaced and ended at {}.",
                moment(at)
            ))
            .came("a secret that has ended"),
        None => Facts::default()
            .more(format!(
                "None of the {valid} that are kept for it is this one."
            ))
            .came("a secret that was never the client's, or was removed"),
    };
    Refusal {
        why: RefusedClient::WrongSecret,
        facts: facts.expected("the client's present secret").into(),
    }
}
