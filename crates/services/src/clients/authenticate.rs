//! Client authentication (OAuth 2.1 §2.4): the one way to an [`AuthenticatedClient`].

mod guessing;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use authly_crypto::compare;
use authly_domain::audit::Origin;
use authly_domain::clients::{AssertionFlaw, Client, ClientId, GrantType};
use authly_domain::clock::Timestamp;
use authly_domain::secret::SecretDigest;
use authly_domain::throttle::ThrottleRule;
use authly_repositories::DbError;
use authly_repositories::clients::AssertionUse;
use moka::sync::Cache;

use self::guessing::Standing;
use super::assertions::Assertions;
use super::presented::{PresentedCredentials, Proof};
use super::refused::{ClientAuthError, Refusal, RefusedClient, other_method, wrong_secret};
use super::{ClientCache, ClientSignatures, Encrypters};
use crate::Context;
use crate::policy::LivePolicies;

/// The most counters, and the most clients with their addresses, that a node notes.
const NOTED: u64 = 100_000;
/// How long it is noted that a counter is spent: no window is longer.
const LONGEST_WINDOW: Duration = Duration::from_hours(24);
/// How long it is noted that a client has proved itself at an address, since it last did.
const PROVEN: Duration = Duration::from_hours(24);

/// Where a client is that authenticates.
#[derive(Debug)]
pub struct Whereabouts {
    /// Its address.
    pub address: IpAddr,
    /// The request, for the audit trail.
    pub origin: Origin,
}

impl From<IpAddr> for Whereabouts {
    fn from(address: IpAddr) -> Self {
        Self {
            address,
            origin: address.into(),
        }
    }
}

/// A client that has proved itself. Its fields are private and this module alone makes it, so that
/// holding one is the proof.
#[derive(Debug, Clone)]
pub struct AuthenticatedClient {
    client: Arc<Client>,
    /// What it showed.
    proof: Proof,
}

impl AuthenticatedClient {
    /// The client's record.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Whether it may use this grant.
    #[must_use]
    pub fn may_use(&self, grant: GrantType) -> bool {
        self.client.may_use(grant)
    }
}

/// How guessing at clients' secrets is slowed.
#[derive(Debug, Clone, Copy)]
pub struct ClientThrottle {
    /// Refused authentications in the name of one client from one address.
    pub client: ThrottleRule,
    /// Refused authentications from one address, whichever client they name.
    pub address: ThrottleRule,
}

/// Authenticates clients. Cheap to clone.
#[derive(Clone)]
pub struct ClientAuthenticator {
    context: Context,
    clients: ClientCache,
    policies: LivePolicies,
    assertions: Assertions,
    /// Counters that are spent, by which rule, and until when: so that a right secret costs no round
    /// trip, and a guesser none either. Another rule begins anew.
    waiting: Cache<SecretDigest, (ThrottleRule, Timestamp)>,
    /// The windows of throttles of which the audit trail has heard.
    noted: Cache<(SecretDigest, Timestamp), ()>,
    /// Which client has proved itself at which address: guesses at others make none of these wait.
    proven: Cache<SecretDigest, ()>,
}

impl ClientAuthenticator {
    /// The keys of clients, imported.
    pub(crate) fn encrypters(&self) -> Encrypters {
        self.clients.encrypters().clone()
    }

    /// Authenticates clients from `clients`, whose assertions `signatures` checks, and slows guessing.
    #[must_use]
    pub fn new(
        context: Context,
        clients: ClientCache,
        policies: LivePolicies,
        signatures: ClientSignatures,
    ) -> Self {
        Self {
            assertions: Assertions::new(context.clone(), policies.clone(), signatures),
            context,
            clients,
            policies,
            waiting: Cache::builder()
                .max_capacity(NOTED)
                .time_to_live(LONGEST_WINDOW)
                .build(),
            noted: Cache::builder()
                .max_capacity(NOTED)
                .time_to_live(LONGEST_WINDOW)
                .build(),
            proven: Cache::builder()
                .max_capacity(NOTED)
                .time_to_idle(PROVEN)
                .build(),
        }
    }

    /// Checks what was presented. A right secret of a client at hand costs no round trip, a right
    /// assertion one, in which its use is noted. A refusal costs two, whatever its reason: the client is
    /// looked up (unless no client can have such a name), and the refusal counted, but where the client's
    /// keys could not be fetched; of an assertion that was used before, the use is looked up.
    ///
    /// # Errors
    /// When the client is refused or throttled, or storage fails.
    pub async fn authenticate(
        &self,
        presented: PresentedCredentials,
        from: impl Into<Whereabouts>,
    ) -> Result<AuthenticatedClient, ClientAuthError> {
        let answer = self.authenticate_uncounted(presented, &from.into()).await;
        self.counted(answer)
    }

    async fn authenticate_uncounted(
        &self,
        presented: PresentedCredentials,
        from: &Whereabouts,
    ) -> Result<AuthenticatedClient, ClientAuthError> {
        let (client_id, proof) = presented.read();
        let counters = self.counters(&client_id, from.address);
        let is_shown = !matches!(proof, Ok(Proof::Nothing));
        if is_shown {
            self.check_waiting(&counters)?;
        }
        let checked = match proof {
            Ok(proof) => self.check(&client_id, &proof).await?,
            Err(flaw) => Err(flaw.into()),
        };
        match checked {
            Ok(admitted) => {
                if is_shown && counters.standing == Standing::Stranger {
                    self.proven.insert(counters.client.key, ());
                }
                Ok(admitted)
            }
            Err(refusal) => {
                let refusal = refusal.about(&client_id);
                if !refusal.is_a_guess() {
                    return Err(refusal.into());
                }
                let asked = (client_id.as_str(), &from.origin);
                Err(self.count_refusal(refusal, &counters, asked).await?)
            }
        }
    }

    /// Whether the client is let in: as its copy at hand says, else as the database does. Its secret
    /// may be a new one, or it may have been enabled again.
    async fn check(
        &self,
        client_id: &str,
        proof: &Proof,
    ) -> Result<Result<AuthenticatedClient, Refusal>, DbError> {
        let Ok(id) = client_id.parse::<ClientId>() else {
            return Ok(Err(RefusedClient::Unknown.into()));
        };
        if let Some(client) = self.clients.at_hand(&id).await {
            let checked = self.admit_and_use(client, proof).await?;
            // What was used before was so whatever the client is now.
            let used = RefusedClient::WrongAssertion(AssertionFlaw::Used);
            match checked {
                Err(refusal) if refusal.why() != used => {}
                settled => return Ok(settled),
            }
        }
        match self.clients.read_anew(&id).await? {
            Some(client) => self.admit_and_use(client, proof).await,
            None => Ok(Err(RefusedClient::Unknown.into())),
        }
    }

    /// Whether this client, showing this, is let in; an assertion is used up by it.
    async fn admit_and_use(
        &self,
        client: Arc<Client>,
        proof: &Proof,
    ) -> Result<Result<AuthenticatedClient, Refusal>, DbError> {
        let (admitted, over) = match self.admit(client, proof).await {
            Ok(admitted) => admitted,
            Err(reason) => return Ok(Err(reason)),
        };
        let (Proof::Assertion(assertion), Some(over)) = (proof, over) else {
            return Ok(Ok(admitted));
        };
        let used = self.assertions.use_once(assertion, &admitted.client, over);
        Ok(match used.await? {
            AssertionUse::First => Ok(admitted),
            AssertionUse::Again => Err(AssertionFlaw::Used.into()),
            AssertionUse::OfAnotherVersion => Err(RefusedClient::Changing.into()),
        })
    }

    /// Whether this client, showing this, is let in; with it, until when the use of an assertion is to be
    /// kept in mind.
    async fn admit(
        &self,
        client: Arc<Client>,
        proof: &Proof,
    ) -> Result<(AuthenticatedClient, Option<Timestamp>), Refusal> {
        if !client.is_active {
            return Err(RefusedClient::Inactive.into());
        }
        if client.auth_method != proof.method() {
            return Err(other_method(&client, proof.method()));
        }
        let over = match proof {
            Proof::Nothing => None,
            Proof::Secret(shown, _method) => {
                check_secret(&client, shown, self.context.now())?;
                None
            }
            Proof::Assertion(assertion) => Some(self.assertions.check(assertion, &client).await?),
        };
        let proof = proof.clone();
        Ok((AuthenticatedClient { client, proof }, over))
    }

    /// Reads the client anew, after a statement found the copy stale, and checks again what it
    /// showed.
    ///
    /// # Errors
    /// When the client is refused now, or storage fails.
    pub async fn renew(
        &self,
        stale: &AuthenticatedClient,
    ) -> Result<AuthenticatedClient, ClientAuthError> {
        self.counted(self.renew_uncounted(stale).await)
    }

    async fn renew_uncounted(
        &self,
        stale: &AuthenticatedClient,
    ) -> Result<AuthenticatedClient, ClientAuthError> {
        let id = &stale.client.id;
        let client = self
            .clients
            .read_anew(id)
            .await?
            .ok_or(RefusedClient::Unknown)?;
        // An assertion was used by this very request.
        let (admitted, _over) = self.admit(client, &stale.proof).await?;
        Ok(admitted)
    }

    /// Whether this client is another by now: asked before it is the reason of a refusal that no statement
    /// has confirmed.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn is_stale(&self, client: &AuthenticatedClient) -> Result<bool, DbError> {
        let present = self.clients.present_one(&client.client).await?;
        Ok(present.is_some())
    }

    fn counted<T>(&self, answer: Result<T, ClientAuthError>) -> Result<T, ClientAuthError> {
        if let Err(ClientAuthError::Refused(reason, _)) = &answer {
            let failures = &self.context.metrics.client_authentication_failures;
            failures.add((*reason).into());
        }
        answer
    }
}

/// Whether the secret is one of the client's.
fn check_secret(client: &Client, shown: &SecretDigest, now: Timestamp) -> Result<(), Refusal> {
    // All are compared, so that the time does not tell which one it was.
    let valid = client
        .secrets
        .iter()
        .filter(|secret| secret.is_valid_at(now));
    let matching = valid
        .filter(|secret| compare::digests_equal(&secret.digest, shown))
        .count();
    if matching == 0 {
        return Err(wrong_secret(client, shown));
    }
    Ok(())
}
