//! Clients that register themselves ([RFC 7591](https://www.rfc-editor.org/rfc/rfc7591)) and look after their
//! registration ([RFC 7592](https://www.rfc-editor.org/rfc/rfc7592)).

mod admin;
mod error;
mod expiry;
mod manage;
mod sector;
mod statement;

use std::net::IpAddr;
use std::sync::Arc;

use authly_crypto::client_jwt::ClientJwtVerifier;
use authly_crypto::{opaque, strict_json};
use authly_domain::audit::{Actor, AuditAction, Origin};
use authly_domain::clients::{
    AuthMethod, Client, ClientChange, ClientType, Flaw, RegisteredClient,
};
use authly_domain::clock::Timestamp;
use authly_domain::id::{ClientKey, InitialAccessTokenId};
use authly_domain::registration::{Declaration, RegistrationMode, RegistrationPolicy};
use authly_domain::scopes::Scope;
use authly_domain::secret::{AccessToken, ClientSecret, SecretText};
use authly_domain::throttle::{self as rules, ThrottleKind, ThrottleRule};
use authly_repositories::UnitOfWork;
use authly_repositories::registration::Registration;
use serde_json::{Map, Value};

use crate::Context;
use crate::clients::{ClientAdmin, ClientAdminError, made_id, store_scopes, unknown_scopes};
use crate::policy::{LivePolicies, RegistrationRules};
use crate::ports::DocumentFetcher;
use crate::throttle;

pub use admin::{
    InitialAccessOrdered, MadeInitialAccess, RegistrationAdmin, RegistrationAdminError,
};
pub use error::RegistrationError;
pub(crate) use expiry::{forget_unused, note_used};
pub use manage::{Opened, OwnAim};
pub use sector::SectorFlaw;

/// Begins every registration access token, so that leaked ones are recognised.
const TOKEN_PREFIX: &str = "authly_rat_";
/// The longest document about a client, in bytes.
const MAX_DOCUMENT: usize = 64 * 1_024;

/// What a client says of itself.
#[derive(Debug, Default)]
pub struct Asked {
    /// What is registered.
    pub change: ClientChange,
    /// What is kept for it beside that.
    pub said: Declaration,
    /// The secret that it says it has.
    pub secret: Option<ClientSecret>,
}

/// A client that has registered itself.
#[derive(Debug)]
pub struct Registered {
    /// What is registered of it.
    pub own: OwnRegistration,
    /// Its secret, if it has one.
    pub secret: Option<ClientSecret>,
    /// By which it looks after its registration.
    pub token: SecretText,
}

/// What is registered of a client that has registered itself.
#[derive(Debug)]
pub struct OwnRegistration {
    /// The client.
    pub client: RegisteredClient,
    /// What it says of itself beside that.
    pub said: Declaration,
}

/// Registers clients that ask for it.
pub struct RegistrationService {
    context: Context,
    policies: LivePolicies,
    clients: Arc<ClientAdmin>,
    fetcher: Arc<dyn DocumentFetcher>,
    verifier: ClientJwtVerifier,
}

/// Leave to register a client.
#[derive(Debug)]
pub struct Leave {
    /// The token that is spent, where it is one.
    initial: Option<InitialAccessTokenId>,
    policy: RegistrationPolicy,
}

impl RegistrationService {
    /// Registers clients beside those that administrators look after with `clients`.
    #[must_use]
    pub fn new(
        context: Context,
        policies: LivePolicies,
        clients: Arc<ClientAdmin>,
        fetcher: Arc<dyn DocumentFetcher>,
    ) -> Self {
        Self {
            context,
            policies,
            clients,
            fetcher,
            verifier: ClientJwtVerifier::default(),
        }
    }

    /// Whether anybody may register a client without an administrator.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        self.policies.load().registration.mode != RegistrationMode::Closed
    }

    /// Registers a client that has leave to (RFC 7591 §3.1).
    ///
    /// # Errors
    /// When something is wrong with what it says, others have taken the last place, or storage fails.
    /// Nothing is stored then.
    pub async fn register(
        &self,
        leave: Leave,
        asked: Asked,
        origin: Origin,
    ) -> Result<Registered, RegistrationError> {
        let client = self.planned(&leave.policy, asked.change)?;
        refuse(asked.said.flaws())?;
        self.check_sector(&client).await?;
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("registration.register").await?;
        let registration = Registration {
            client: client.key,
            initial: leave.initial,
            bounds: leave.policy.bounds,
            said: asked.said,
        };
        self.spend(&work, leave.initial).await?;
        let registered = self.store(&work, &client, registration).await?;
        let actor = Actor::Anonymous;
        let event = self
            .context
            .event(AuditAction::ClientRegistered, actor, origin)
            .of_client(client.key);
        let event = match leave.initial {
            Some(token) => event.of(token),
            None => event,
        };
        self.context.note(&work, &event).await?;
        work.commit().await?;
        Ok(registered)
    }

    /// Looks whether a client may register, before anything that it says is looked at. An attempt without a
    /// token is counted.
    ///
    /// # Errors
    /// When it may not, or storage fails.
    pub async fn leave(
        &self,
        token: Option<&AccessToken>,
        from: IpAddr,
    ) -> Result<Leave, RegistrationError> {
        let policies = self.policies.load();
        let rules = &policies.registration;
        match (rules.mode, token) {
            (RegistrationMode::Closed, _) => Err(RegistrationError::Closed),
            (_, Some(token)) => self.leave_by(token).await,
            (RegistrationMode::Token, None) => Err(RegistrationError::TokenMissing),
            (RegistrationMode::Open, None) => {
                self.count(from).await?;
                Ok(Leave {
                    initial: None,
                    policy: RegistrationPolicy::open(self.open_scope(rules).await?),
                })
            }
        }
    }

    async fn leave_by(&self, token: &AccessToken) -> Result<Leave, RegistrationError> {
        let digest = opaque::digest(token.expose());
        let conn = self.context.db.connect().await?;
        let registrations = conn.reads().registrations();
        let found = registrations.find_token(&digest, self.context.now());
        let found = found.await?.ok_or(RegistrationError::InitialToken)?;
        let mut policy = found.policy;
        // A scope may have gone since the token was made.
        let known = conn.reads().scopes().known_of(&policy.bounds.scope).await?;
        policy.bounds.scope = policy.bounds.scope.intersection(&known);
        Ok(Leave {
            initial: Some(found.id),
            policy,
        })
    }

    /// Counts an attempt of whoever needed no token, and refuses it where there were too many.
    async fn count(&self, from: IpAddr) -> Result<(), RegistrationError> {
        let policies = self.policies.load();
        let rule = ThrottleRule {
            attempts: policies.registration.open_per_address,
            window: policies.sessions.throttle.login_address.window,
        };
        let now = self.context.now();
        let counter = throttle::from(ThrottleKind::RegistrationAddress, rule, from);
        let conn = self.context.db.connect().await?;
        let spent = conn.reads().throttles().count(&[counter], now).await?;
        throttle::note(&spent, &self.context.metrics);
        match rules::wait(&spent, now) {
            None => Ok(()),
            Some((retry_after, _kind)) => Err(RegistrationError::Throttled { retry_after }),
        }
    }

    /// What everybody may ask for: of the setting, what is in the catalogue.
    async fn open_scope(&self, rules: &RegistrationRules) -> Result<Scope, RegistrationError> {
        let conn = self.context.db.connect().await?;
        let known = conn.reads().scopes().known_of(&rules.open_scope).await?;
        Ok(rules.open_scope.intersection(&known))
    }

    /// Takes the place that the client gets: one of the token's, or one of everybody's.
    async fn spend(
        &self,
        work: &UnitOfWork<'_>,
        initial: Option<InitialAccessTokenId>,
    ) -> Result<(), RegistrationError> {
        let registrations = work.registrations();
        if let Some(token) = initial {
            let is_spent = registrations.spend_token(token, self.context.now()).await?;
            return is_spent
                .then_some(())
                .ok_or(RegistrationError::InitialToken);
        }
        let most = self.policies.load().registration.open_clients;
        registrations.take_turns().await?;
        if registrations.is_full(most).await? {
            return Err(RegistrationError::Full);
        }
        Ok(())
    }

    async fn store(
        &self,
        work: &UnitOfWork<'_>,
        client: &Client,
        registration: Registration,
    ) -> Result<Registered, RegistrationError> {
        let now = self.context.now();
        check_scopes(work, client).await?;
        if !work.clients().insert(client, now).await? {
            return Err(ClientAdminError::AlreadyExists.into());
        }
        store_scopes(work, client).await?;
        let secret = self.clients.first_secret(work, client).await?;
        let token = SecretText::new(opaque::generate(TOKEN_PREFIX, &*self.context.entropy));
        let digest = opaque::digest(token.expose());
        let registrations = work.registrations();
        registrations.insert(&registration, &digest, now).await?;
        Ok(Registered {
            own: OwnRegistration {
                client: present(work, client.key, now).await?,
                said: registration.said,
            },
            secret,
            token,
        })
    }

    /// The client as it is to be stored.
    fn planned(
        &self,
        policy: &RegistrationPolicy,
        asked: ClientChange,
    ) -> Result<Client, RegistrationError> {
        let key = ClientKey::generate(self.context.now(), &*self.context.entropy);
        let mut client = Client::new(key, made_id(key)?);
        policy.begin(&mut client);
        asked.apply(&mut client);
        client.client_type = type_of(&client);
        policy.exempt(&mut client);
        let mut flaws = client.flaws();
        flaws.extend(policy.bounds.exceeded(&client, None));
        refuse(flaws)?;
        Ok(client)
    }
}

/// Refuses scopes that are not there.
async fn check_scopes(work: &UnitOfWork<'_>, client: &Client) -> Result<(), RegistrationError> {
    let known = work.scopes().hold(&client.scope).await?;
    refuse(unknown_scopes(&client.scope.without(&known)))
}

/// A document is not what a client could say of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the document is no JSON object, or repeats a member")]
pub struct NoDocument;

/// Reads what a client says of itself as JSON. What it says is not looked at yet.
///
/// # Errors
/// When it is no object of JSON, too large, or repeats a member.
pub fn read_document(document: &[u8]) -> Result<Map<String, Value>, NoDocument> {
    match strict_json::parse(document, MAX_DOCUMENT) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(NoDocument),
    }
}

/// Whether a client can keep a secret: as it proves itself.
const fn type_of(client: &Client) -> ClientType {
    match client.auth_method {
        AuthMethod::None => ClientType::Public,
        _ => ClientType::Confidential,
    }
}

fn refuse(flaws: Vec<Flaw>) -> Result<(), RegistrationError> {
    if flaws.is_empty() {
        Ok(())
    } else {
        Err(RegistrationError::Metadata(flaws))
    }
}

/// The client as this unit of work has left it.
async fn present(
    work: &UnitOfWork<'_>,
    client: ClientKey,
    now: Timestamp,
) -> Result<RegisteredClient, RegistrationError> {
    let found = work.clients().find_registered(client).await?;
    let found = found.ok_or(RegistrationError::Token)?;
    Ok(found.with_live_secrets(now))
}
