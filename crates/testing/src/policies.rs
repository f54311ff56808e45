//! What an operator decides, as the server's settings have it by default.

use std::time::Duration;

use authly_domain::issuer::Issuer;
use authly_domain::keys::SigningAlgorithm;
use authly_domain::sessions::SessionRules;
use authly_domain::throttle::ThrottleRule;
use authly_domain::users::PasswordRules;
use authly_http::HttpSettings;
use authly_services::policy::{AuthorizationPolicy, ThrottlePolicy, TokenPolicy};
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
    /// How requests are taken and answered.
    pub http: HttpSettings,
}

impl Policies {
    /// The server's defaults.
    #[must_use]
    pub fn new(issuer: Issuer) -> Self {
        let attempts = |attempts| ThrottleRule {
            attempts,
            window: Duration::from_mins(15),
        };
        Self {
            http: HttpSettings::new(issuer.clone()),
            tokens: TokenPolicy {
                issuer,
                access_token_lifetime: Duration::from_mins(15),
                access_token_signing_alg: SigningAlgorithm::Es256,
                id_token_lifetime: Duration::from_mins(15),
                refresh_token_idle_lifetime: Duration::from_hours(30 * 24),
                refresh_token_absolute_lifetime: Duration::from_hours(90 * 24),
                refresh_rotation_window: Duration::from_secs(10),
            },
            authorization: AuthorizationPolicy {
                code_lifetime: Duration::from_mins(1),
                request_lifetime: Duration::from_mins(30),
                requests_per_address: 200,
                requests_in_all: 20_000,
            },
            sessions: SessionPolicy {
                sessions: SessionRules {
                    idle: Duration::from_hours(12),
                    absolute: Duration::from_hours(7 * 24),
                },
                passwords: PasswordRules { minimum_length: 12 },
                throttle: ThrottlePolicy {
                    login_address: attempts(100),
                    login_account_at_address: attempts(5),
                    login_account: attempts(100),
                    client_secret: attempts(20),
                },
            },
        }
    }
}
