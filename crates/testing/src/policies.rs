//! What an operator decides, as the server's settings have it by default.

use authly_domain::issuer::Issuer;
use authly_http::{HttpSettings, PageSettings};
use authly_services::policy::{
    self, AdminPolicy, AuthorizationPolicy, KeyPolicy, RegistrationRules, TokenPolicy,
};
use authly_services::sessions::SessionPolicy;

/// The policies of all services.
#[derive(Debug, Clone)]
pub struct Policies {
    /// How tokens are made.
    pub tokens: TokenPolicy,
    /// How authorization requests are kept and answered.
    pub authorization: AuthorizationPolicy,
    /// What sessions and passwords have to be, and how guessing is slowed.
    pub sessions: SessionPolicy,
    /// How long signing keys stay in each phase.
    pub keys: KeyPolicy,
    /// Whether the admin API is there, and for whom.
    pub admin: AdminPolicy,
    /// Who may register clients.
    pub registration: RegistrationRules,
    /// How requests are taken and answered.
    pub http: HttpSettings,
    /// How the pages look and what they speak.
    pub pages: Box<PageSettings>,
}

impl Policies {
    /// The server's defaults.
    #[must_use]
    pub fn new(issuer: Issuer) -> Self {
        let http = HttpSettings::new(issuer.clone());
        let services = policy::Policies::new(issuer);
        Self {
            tokens: services.tokens,
            authorization: services.authorization,
            sessions: services.sessions,
            keys: services.keys,
            admin: services.admin,
            registration: services.registration,
            http,
            pages: Box::default(),
        }
    }

    /// Those of the services.
    pub(crate) fn of_services(&self) -> policy::Policies {
        policy::Policies {
            tokens: self.tokens.clone(),
            authorization: self.authorization,
            sessions: self.sessions,
            keys: self.keys,
            admin: self.admin.clone(),
            registration: self.registration.clone(),
        }
    }
}
