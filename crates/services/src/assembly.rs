//! Every service of one node, put together in one place: for the server, for tests, and for
//! applications that embed Authly.

use std::sync::Arc;

use authly_crypto::master_key::MasterKey;
use authly_crypto::password::PasswordHasher;
use authly_repositories::tokens::AccessTokenWriter;
use tokio::runtime::Handle;

use crate::Context;
use crate::admin::AdminGate;
use crate::authorizations::AuthorizationService;
use crate::clients::{ClientAdmin, ClientAuthenticator, ClientCache};
use crate::discovery::DiscoveryService;
use crate::grants::GrantAdmin;
use crate::health::HealthService;
use crate::keys::{KeyAdmin, KeyService};
use crate::metrics::Sources;
use crate::paging::Cursors;
use crate::scopes::ScopeAdmin;
use crate::sessions::{BrowserGuard, SessionAdmin, SessionService};
use crate::settings::SettingsService;
use crate::system::SystemService;
use crate::tokens::{TokenAdmin, TokenService};
use crate::userinfo::UserInfoService;

/// What the services of a node stand on.
#[derive(Clone)]
pub struct Foundation {
    /// Storage, time, randomness and counters.
    pub context: Context,
    /// The key from which others are derived.
    pub master: Arc<MasterKey>,
    /// What hashes passwords.
    pub hasher: Arc<PasswordHasher>,
    /// The signing keys, opened.
    pub keys: Arc<KeyService>,
    /// The settings, with what is stored of them.
    pub settings: Arc<SettingsService>,
    /// The runtime that drives the database's connections, and what runs beside requests.
    pub runtime: Handle,
}

/// The services of a node; cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// Authenticates clients.
    pub clients: Arc<ClientAuthenticator>,
    /// Issues, checks and revokes tokens.
    pub tokens: Arc<TokenService>,
    /// Leads users through authorizations.
    pub authorizations: Arc<AuthorizationService>,
    /// Logs people in and out.
    pub sessions: Arc<SessionService>,
    /// Ties forms to browsers.
    pub browsers: Arc<BrowserGuard>,
    /// Answers about users.
    pub userinfo: Arc<UserInfoService>,
    /// Knows what is offered.
    pub discovery: Arc<DiscoveryService>,
    /// Publishes the keys.
    pub keys: Arc<KeyService>,
    /// Looks after the parts.
    pub health: Arc<HealthService>,
    /// Changes settings while the server runs.
    pub settings: Arc<SettingsService>,
    /// Knows how the server is, and how much it holds.
    pub system: Arc<SystemService>,
    /// Says who may administer.
    pub gate: Arc<AdminGate>,
    /// Looks after the registered clients.
    pub client_admin: Arc<ClientAdmin>,
    /// Looks after the catalogue of scopes.
    pub scope_admin: Arc<ScopeAdmin>,
    /// Looks at sessions and ends them.
    pub session_admin: Arc<SessionAdmin>,
    /// Looks at grants and revokes them.
    pub grant_admin: Arc<GrantAdmin>,
    /// Looks at tokens and revokes them.
    pub token_admin: Arc<TokenAdmin>,
    /// Looks at keys and changes them.
    pub key_admin: Arc<KeyAdmin>,
    /// Makes the cursors of lists.
    pub cursors: Cursors,
    /// Storage, time, randomness and counters, as all of them got it.
    pub context: Context,
    /// What metrics are read off.
    pub sources: Sources,
}

impl Services {
    /// Puts the services together. Nothing is read or written yet; the writer of access tokens
    /// starts on the foundation's runtime.
    #[must_use]
    pub fn assemble(foundation: Foundation) -> Self {
        let Foundation {
            context,
            master,
            hasher,
            keys,
            settings,
            runtime,
        } = foundation;
        let policies = settings.policies();
        let issuer = policies.load().tokens.issuer.clone();
        let cache = ClientCache::new(context.db.clone());
        let sources = Sources {
            context: context.clone(),
            hasher: Arc::clone(&hasher),
            keys: Arc::clone(&keys),
            clients: cache.clone(),
        };
        let clients = ClientAuthenticator::new(context.clone(), cache.clone(), policies.clone());
        let sessions = SessionService::new(context.clone(), hasher, policies.clone(), &master);
        let writer = AccessTokenWriter::start(context.db.clone(), &runtime);
        let ring = keys.ring();
        let tokens = TokenService::new(
            context.clone(),
            policies.clone(),
            Arc::clone(&ring),
            writer,
            clients.clone(),
        );
        let authorizations = AuthorizationService::new(
            context.clone(),
            issuer.clone(),
            policies.clone(),
            cache,
            sessions.clone(),
        );
        let cursors = Cursors::new(&master, Arc::clone(&context.entropy));
        let session_admin = SessionAdmin::new(context.clone(), policies, cursors.clone());
        let grant_admin = GrantAdmin::new(context.clone(), cursors.clone());
        let token_admin = TokenAdmin::new(context.clone(), cursors.clone());
        let key_admin = KeyAdmin::new(Arc::clone(&keys), cursors.clone());
        let gate = AdminGate::new(context.clone(), issuer.clone());
        let client_admin = ClientAdmin::new(context.clone(), cursors.clone());
        let scope_admin = ScopeAdmin::new(context.clone(), cursors.clone());
        let browsers = BrowserGuard::new(&master, Arc::clone(&context.entropy));
        Self {
            clients: Arc::new(clients),
            tokens: Arc::new(tokens),
            authorizations: Arc::new(authorizations),
            sessions: Arc::new(sessions),
            browsers: Arc::new(browsers),
            userinfo: Arc::new(UserInfoService::new(context.clone(), issuer)),
            discovery: Arc::new(DiscoveryService::new(context.clone())),
            health: Arc::new(HealthService::new(context.clone(), ring)),
            system: Arc::new(SystemService::new(sources.clone(), Arc::clone(&settings))),
            settings,
            gate: Arc::new(gate),
            client_admin: Arc::new(client_admin),
            scope_admin: Arc::new(scope_admin),
            session_admin: Arc::new(session_admin),
            grant_admin: Arc::new(grant_admin),
            token_admin: Arc::new(token_admin),
            key_admin: Arc::new(key_admin),
            cursors,
            keys,
            context,
            sources,
        }
    }
}
