//! Every service of one node, put together in one place: for the server, for tests, and for
//! applications that embed Authly.

use std::sync::Arc;

use authly_crypto::master_key::MasterKey;
use authly_crypto::password::PasswordHasher;
use authly_repositories::tokens::AccessTokenWriter;
use tokio::runtime::Handle;

use crate::Context;
use crate::account::AccountService;
use crate::admin::AdminGate;
use crate::audit::AuditTrail;
use crate::authorizations::{AuthorizationService, RequestObjects};
use crate::clients::{ClientAdmin, ClientAuthenticator, ClientCache, ClientSignatures};
use crate::discovery::DiscoveryService;
use crate::grants::GrantAdmin;
use crate::health::HealthService;
use crate::keys::{KeyAdmin, KeyService};
use crate::logout::{LogoutCallAdmin, LogoutCaller, LogoutService};
use crate::metrics::Sources;
use crate::paging::Cursors;
use crate::policy::LivePolicies;
use crate::ports::{DocumentFetcher, FormPoster};
use crate::refusals::{RefusalAdmin, RefusalLog};
use crate::registration::{RegistrationAdmin, RegistrationService};
use crate::resource_servers::{ResourceRegistry, ResourceServerAdmin};
use crate::scopes::ScopeAdmin;
use crate::sessions::{BrowserGuard, SessionAdmin, SessionService};
use crate::settings::SettingsService;
use crate::system::SystemService;
use crate::tokens::{PasswordLogins, TokenAdmin, TokenService};
use crate::userinfo::UserInfoService;
use crate::users::UserAdmin;

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
    /// What fetches documents that clients have registered.
    pub fetcher: Arc<dyn DocumentFetcher>,
    /// What tells clients of logouts.
    pub poster: Arc<dyn FormPoster>,
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
    /// Logs people in at the command line with a password.
    pub password_logins: Arc<PasswordLogins>,
    /// Leads users through authorizations.
    pub authorizations: Arc<AuthorizationService>,
    /// Logs people in and out.
    pub sessions: Arc<SessionService>,
    /// Ends what people have begun.
    pub exits: Exits,
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
    /// Registers clients that ask for it.
    pub registrations: Arc<RegistrationService>,
    /// Looks after the tokens that let them.
    pub registration_admin: Arc<RegistrationAdmin>,
    /// Looks after the catalogue of scopes.
    pub scope_admin: Arc<ScopeAdmin>,
    /// Looks after the resource servers.
    pub resource_server_admin: Arc<ResourceServerAdmin>,
    /// Looks at sessions and ends them.
    pub session_admin: Arc<SessionAdmin>,
    /// Looks at grants and revokes them.
    pub grant_admin: Arc<GrantAdmin>,
    /// Looks at tokens and revokes them.
    pub token_admin: Arc<TokenAdmin>,
    /// Looks at keys and changes them.
    pub key_admin: Arc<KeyAdmin>,
    /// Looks at calls that tell clients of logouts.
    pub logout_call_admin: Arc<LogoutCallAdmin>,
    /// Looks after users.
    pub user_admin: Arc<UserAdmin>,
    /// Reads the audit trail.
    pub audit: Arc<AuditTrail>,
    /// Keeps and explains what is refused.
    pub refusal_admin: Arc<RefusalAdmin>,
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
            fetcher,
            poster,
            runtime,
        } = foundation;
        let policies = settings.policies();
        let issuer = policies.load().tokens.issuer.clone();
        let cache = ClientCache::new(context.db.clone());
        let sources = sources_of(&context, &hasher, &keys, &cache);
        let servers = ResourceRegistry::new(context.db.clone());
        let cursors = Cursors::new(&master, Arc::clone(&context.entropy));
        let admins = Admins::new(&context, &hasher, &keys, &policies, &cursors, &runtime);
        let registrations = registrations_of(&context, &policies, &admins, &fetcher);
        let (clients, requests) = signers_of(&context, &cache, &policies, fetcher, &keys);
        let sessions = SessionService::new(context.clone(), hasher, policies.clone(), &master);
        let tokens = token_service(&context, &policies, &keys, (&clients, &servers), &runtime);
        let outward = Outward { requests, poster };
        let known = (&cache, &servers);
        let visits = Visits::new(&context, outward, &policies, known, &sessions, &keys);
        let servers = ResourceServerAdmin::new(context.clone(), cursors.clone(), servers);
        let userinfo = UserInfoService::new(context.clone(), issuer.clone(), keys.ring(), cache);
        Self {
            clients: Arc::new(clients),
            password_logins: Arc::new(PasswordLogins::new(Arc::clone(&tokens), sessions.clone())),
            tokens,
            authorizations: visits.authorizations,
            sessions: Arc::new(sessions),
            exits: visits.exits,
            browsers: Arc::new(BrowserGuard::new(&master, Arc::clone(&context.entropy))),
            userinfo: Arc::new(userinfo),
            discovery: Arc::new(DiscoveryService::new(context.clone())),
            health: Arc::new(HealthService::new(context.clone(), keys.ring())),
            system: Arc::new(SystemService::new(sources.clone(), Arc::clone(&settings))),
            settings,
            gate: Arc::new(AdminGate::new(context.clone(), issuer)),
            client_admin: admins.clients,
            registrations: Arc::new(registrations),
            registration_admin: admins.registrations,
            scope_admin: admins.scopes,
            resource_server_admin: Arc::new(servers),
            user_admin: admins.users,
            session_admin: admins.sessions,
            grant_admin: admins.grants,
            token_admin: admins.tokens,
            key_admin: admins.keys,
            logout_call_admin: admins.logout_calls,
            audit: admins.audit,
            refusal_admin: admins.refusals,
            cursors,
            keys,
            context,
            sources,
        }
    }
}

/// What ends sessions and access; cheap to clone.
#[derive(Clone)]
pub struct Exits {
    /// Signs people out at the request of clients.
    pub logout: Arc<LogoutService>,
    /// Shows people what has access in their name, and ends it.
    pub account: Arc<AccountService>,
    /// Tells clients of sessions that have ended; nothing does before it is asked to.
    pub caller: Arc<LogoutCaller>,
}

/// What people meet in their browsers once they are logged in.
struct Visits {
    authorizations: Arc<AuthorizationService>,
    exits: Exits,
}

/// What reaches out to clients.
struct Outward {
    requests: RequestObjects,
    poster: Arc<dyn FormPoster>,
}

impl Visits {
    fn new(
        context: &Context,
        outward: Outward,
        policies: &LivePolicies,
        (clients, servers): (&ClientCache, &ResourceRegistry),
        sessions: &SessionService,
        keys: &Arc<KeyService>,
    ) -> Self {
        let issuer = policies.load().tokens.issuer.clone();
        let authorizations = AuthorizationService::new(
            context.clone(),
            outward.requests,
            policies.clone(),
            (clients.clone(), servers.clone()),
            sessions.clone(),
            Arc::clone(keys),
        );
        let caller = LogoutCaller::new(
            context.clone(),
            issuer.clone(),
            clients.clone(),
            Arc::clone(keys),
            outward.poster,
        );
        let logout = LogoutService::new(
            context.clone(),
            issuer,
            sessions.clone(),
            clients.clone(),
            Arc::clone(keys),
        );
        Self {
            authorizations: Arc::new(authorizations),
            exits: Exits {
                logout: Arc::new(logout),
                caller: Arc::new(caller),
                account: Arc::new(AccountService::new(context.clone(), sessions.clone())),
            },
        }
    }
}

/// What looks after the things that administrators change.
struct Admins {
    clients: Arc<ClientAdmin>,
    scopes: Arc<ScopeAdmin>,
    registrations: Arc<RegistrationAdmin>,
    users: Arc<UserAdmin>,
    sessions: Arc<SessionAdmin>,
    grants: Arc<GrantAdmin>,
    tokens: Arc<TokenAdmin>,
    keys: Arc<KeyAdmin>,
    logout_calls: Arc<LogoutCallAdmin>,
    audit: Arc<AuditTrail>,
    refusals: Arc<RefusalAdmin>,
}

impl Admins {
    fn new(
        context: &Context,
        hasher: &Arc<PasswordHasher>,
        keys: &Arc<KeyService>,
        policies: &LivePolicies,
        cursors: &Cursors,
        runtime: &Handle,
    ) -> Self {
        let log = RefusalLog::start(context.clone(), runtime);
        let users = UserAdmin::new(
            context.clone(),
            Arc::clone(hasher),
            policies.clone(),
            cursors.clone(),
        );
        let sessions = SessionAdmin::new(context.clone(), policies.clone(), cursors.clone());
        Self {
            clients: Arc::new(ClientAdmin::new(context.clone(), cursors.clone())),
            registrations: Arc::new(RegistrationAdmin::new(context.clone(), cursors.clone())),
            scopes: Arc::new(ScopeAdmin::new(context.clone(), cursors.clone())),
            users: Arc::new(users),
            sessions: Arc::new(sessions),
            grants: Arc::new(GrantAdmin::new(context.clone(), cursors.clone())),
            tokens: Arc::new(TokenAdmin::new(context.clone(), cursors.clone())),
            logout_calls: Arc::new(LogoutCallAdmin::new(context.clone(), cursors.clone())),
            keys: Arc::new(KeyAdmin::new(Arc::clone(keys), cursors.clone())),
            audit: Arc::new(AuditTrail::new(context.clone(), cursors.clone())),
            refusals: Arc::new(RefusalAdmin::new(context.clone(), cursors.clone(), log)),
        }
    }
}

/// What takes the word of clients that sign, as assertions and as requests.
fn signers_of(
    context: &Context,
    cache: &ClientCache,
    policies: &LivePolicies,
    fetcher: Arc<dyn DocumentFetcher>,
    keys: &Arc<KeyService>,
) -> (ClientAuthenticator, RequestObjects) {
    let signatures = ClientSignatures::new(Arc::clone(&fetcher));
    let requests = RequestObjects::new(
        context.clone(),
        policies,
        signatures.clone(),
        fetcher,
        Arc::clone(keys),
    );
    let clients =
        ClientAuthenticator::new(context.clone(), cache.clone(), policies.clone(), signatures);
    (clients, requests)
}

/// What registers clients that ask for it.
fn registrations_of(
    context: &Context,
    policies: &LivePolicies,
    admins: &Admins,
    fetcher: &Arc<dyn DocumentFetcher>,
) -> RegistrationService {
    let clients = Arc::clone(&admins.clients);
    RegistrationService::new(
        context.clone(),
        policies.clone(),
        clients,
        Arc::clone(fetcher),
    )
}

/// What issues tokens; the writer of access tokens starts on the runtime.
fn token_service(
    context: &Context,
    policies: &LivePolicies,
    keys: &KeyService,
    (clients, servers): (&ClientAuthenticator, &ResourceRegistry),
    runtime: &Handle,
) -> Arc<TokenService> {
    let writer = AccessTokenWriter::start(context.db.clone(), runtime);
    Arc::new(TokenService::new(
        context.clone(),
        policies.clone(),
        keys,
        writer,
        clients.clone(),
        servers.clone(),
    ))
}

/// What metrics are read off.
fn sources_of(
    context: &Context,
    hasher: &Arc<PasswordHasher>,
    keys: &Arc<KeyService>,
    clients: &ClientCache,
) -> Sources {
    Sources {
        context: context.clone(),
        hasher: Arc::clone(hasher),
        keys: Arc::clone(keys),
        clients: clients.clone(),
    }
}
