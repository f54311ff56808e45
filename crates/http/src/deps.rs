//! What the endpoints work with.

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use authly_domain::entropy::Entropy;
use authly_services::admin::AdminGate;
use authly_services::audit::AuditTrail;
use authly_services::authorizations::AuthorizationService;
use authly_services::clients::{ClientAdmin, ClientAuthenticator};
use authly_services::discovery::DiscoveryService;
use authly_services::grants::GrantAdmin;
use authly_services::health::HealthService;
use authly_services::keys::{KeyAdmin, KeyService};
use authly_services::logout::LogoutCallAdmin;
use authly_services::metrics::{Exposition, Sources};
use authly_services::refusals::{RefusalAdmin, RefusalLog};
use authly_services::registration::{RegistrationAdmin, RegistrationService};
use authly_services::resource_servers::ResourceServerAdmin;
use authly_services::scopes::ScopeAdmin;
use authly_services::sessions::{BrowserGuard, SessionAdmin, SessionService};
use authly_services::settings::SettingsService;
use authly_services::system::SystemService;
use authly_services::tokens::{PasswordLogins, TokenAdmin, TokenService};
use authly_services::userinfo::UserInfoService;
use authly_services::users::UserAdmin;
use authly_services::{Exits, Services};

use crate::api_docs::ApiDocs;
use crate::demo::Demo;
use crate::drain::Drain;
use crate::extract::Cookies;
use crate::metrics::RequestMetrics;
use crate::middleware::{Envelope, PanicCounter};
use crate::pages::Theme;
use crate::settings::HttpSettings;

/// The collaborators of all endpoints; cheap to clone. Each becomes `web::Data` of its own, so that
/// a handler's signature shows what it uses.
#[derive(Clone)]
pub struct Deps {
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
    pub live_settings: Arc<SettingsService>,
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
    /// Keeps what is refused.
    pub refusals: RefusalLog,
    /// Explains what was refused.
    pub refusal_admin: Arc<RefusalAdmin>,
    /// Makes request ids.
    pub entropy: Arc<dyn Entropy>,
    /// Counts requests that ended in a panic; share one among all workers.
    pub panics: Arc<PanicCounter>,
    /// Says when the server is about to stop.
    pub drain: Arc<Drain>,
    /// Counts requests and answers; share one among all workers.
    pub requests: Arc<RequestMetrics>,
    /// Shows all that is counted.
    pub exposition: Arc<Exposition>,
    /// How requests are taken and answered.
    pub settings: Arc<HttpSettings>,
    /// How the pages look and what they speak.
    pub theme: Arc<Theme>,
    /// Describes the admin API.
    pub api_docs: ApiDocs,
    /// The demonstration, where it is mounted.
    pub demo: Option<Demo>,
}

impl Deps {
    /// Endpoints over these services, answering as `settings` say, with pages of this look.
    #[must_use]
    #[expect(
        clippy::too_many_lines,
        reason = "a list: each collaborator is taken and handed on"
    )]
    pub fn new(services: Services, settings: HttpSettings, theme: Theme) -> Self {
        let Services {
            clients,
            tokens,
            password_logins,
            authorizations,
            sessions,
            exits,
            browsers,
            userinfo,
            discovery,
            keys,
            health,
            settings: live_settings,
            system,
            gate,
            client_admin,
            registrations,
            registration_admin,
            scope_admin,
            resource_server_admin,
            session_admin,
            grant_admin,
            token_admin,
            key_admin,
            logout_call_admin,
            user_admin,
            audit,
            refusal_admin,
            cursors: _,
            context,
            sources,
        } = services;
        let (panics, requests, exposition) = counters(&sources);
        Self {
            clients,
            tokens,
            password_logins,
            authorizations,
            sessions,
            exits,
            browsers,
            userinfo,
            discovery,
            keys,
            health,
            live_settings,
            system,
            gate,
            client_admin,
            registrations,
            registration_admin,
            scope_admin,
            resource_server_admin,
            session_admin,
            grant_admin,
            token_admin,
            key_admin,
            logout_call_admin,
            user_admin,
            audit,
            refusals: refusal_admin.log(),
            refusal_admin,
            entropy: context.entropy,
            drain: Arc::new(Drain::default()),
            panics,
            requests,
            exposition,
            api_docs: ApiDocs::new(&settings.issuer),
            settings: Arc::new(settings),
            theme: Arc::new(theme),
            demo: None,
        }
    }

    /// Hands each collaborator to the application.
    pub(crate) fn provide(&self, config: &mut ServiceConfig) {
        let envelope = Envelope::new(self);
        if let Some(demo) = &self.demo {
            config.app_data(Data::new(demo.clone()));
        }
        config
            .app_data(Data::from(Arc::clone(&self.clients)))
            .app_data(Data::from(Arc::clone(&self.tokens)))
            .app_data(Data::from(Arc::clone(&self.password_logins)))
            .app_data(Data::from(Arc::clone(&self.authorizations)))
            .app_data(Data::from(Arc::clone(&self.sessions)))
            .app_data(Data::from(Arc::clone(&self.exits.logout)))
            .app_data(Data::from(Arc::clone(&self.exits.account)))
            .app_data(Data::from(Arc::clone(&self.browsers)))
            .app_data(Data::from(Arc::clone(&self.userinfo)))
            .app_data(Data::from(Arc::clone(&self.discovery)))
            .app_data(Data::from(Arc::clone(&self.keys)))
            .app_data(Data::from(Arc::clone(&self.health)))
            .app_data(Data::from(Arc::clone(&self.live_settings)))
            .app_data(Data::from(Arc::clone(&self.system)))
            .app_data(Data::new(self.live_settings.policies()))
            .app_data(Data::from(Arc::clone(&self.gate)))
            .app_data(Data::from(Arc::clone(&self.client_admin)))
            .app_data(Data::from(Arc::clone(&self.registrations)))
            .app_data(Data::from(Arc::clone(&self.registration_admin)))
            .app_data(Data::from(Arc::clone(&self.scope_admin)))
            .app_data(Data::from(Arc::clone(&self.resource_server_admin)))
            .app_data(Data::from(Arc::clone(&self.session_admin)))
            .app_data(Data::from(Arc::clone(&self.grant_admin)))
            .app_data(Data::from(Arc::clone(&self.token_admin)))
            .app_data(Data::from(Arc::clone(&self.key_admin)))
            .app_data(Data::from(Arc::clone(&self.logout_call_admin)))
            .app_data(Data::from(Arc::clone(&self.user_admin)))
            .app_data(Data::from(Arc::clone(&self.audit)))
            .app_data(Data::from(Arc::clone(&self.refusal_admin)))
            .app_data(Data::from(Arc::clone(&self.panics)))
            .app_data(Data::from(Arc::clone(&self.drain)))
            .app_data(Data::from(Arc::clone(&self.settings)))
            .app_data(Data::new(self.api_docs.clone()))
            .app_data(Data::new(Cookies::of(&self.settings.issuer)))
            .app_data(Data::from(Arc::clone(&self.theme)))
            .app_data(Data::new(envelope));
    }
}

/// What counts panics and requests, and what shows all that is counted.
fn counters(sources: &Sources) -> (Arc<PanicCounter>, Arc<RequestMetrics>, Arc<Exposition>) {
    let panics = Arc::new(PanicCounter::default());
    let requests = Arc::new(RequestMetrics::default());
    let mut exposition = Exposition::new(sources);
    requests.register(&panics, &mut exposition);
    (panics, requests, Arc::new(exposition))
}
