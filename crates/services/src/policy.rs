//! What an operator decides: services take policies, never the settings. An administrator may change
//! them while the server runs, so that each is asked for when it is needed ([`LivePolicies`]).

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use authly_domain::issuer::Issuer;
use authly_domain::keys::{KeySchedule, LONGEST_SIGNED_TOKEN, SigningAlgorithm};
use authly_domain::network::Network;
use authly_domain::registration::{RegistrationMode, StatementIssuers};
use authly_domain::scopes::Scope;
use authly_domain::sessions::SessionRules;
use authly_domain::throttle::ThrottleRule;
use authly_domain::users::PasswordRules;

use crate::clients::ClientThrottle;
use crate::sessions::SessionPolicy;

/// All policies of a node.
#[derive(Debug, Clone)]
pub struct Policies {
    /// How tokens are made, and who issues them.
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
}

impl Policies {
    /// What the server's settings say by default, for this issuer.
    #[must_use]
    pub fn new(issuer: Issuer) -> Self {
        let admin = AdminPolicy::new(&issuer);
        Self {
            tokens: TokenPolicy::new(issuer),
            authorization: AuthorizationPolicy::DEFAULT,
            sessions: SessionPolicy {
                sessions: SessionRules {
                    idle: Duration::from_hours(12),
                    absolute: Duration::from_hours(7 * 24),
                },
                passwords: PasswordRules { minimum_length: 12 },
                throttle: ThrottlePolicy::DEFAULT,
            },
            keys: KeyPolicy::DEFAULT,
            admin,
            registration: RegistrationRules::default(),
        }
    }

    /// When signing keys change.
    #[must_use]
    pub fn key_schedule(&self) -> KeySchedule {
        KeySchedule {
            announced_for: self.keys.announced_for,
            active_for: self.keys.active_for,
            longest_token: LONGEST_SIGNED_TOKEN,
        }
    }
}

/// The policies in force on this node; a clone sees every change.
#[derive(Debug, Clone)]
pub struct LivePolicies(Arc<ArcSwap<Policies>>);

impl LivePolicies {
    /// These are in force.
    #[must_use]
    pub fn new(policies: Policies) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(policies)))
    }

    /// Those in force at this moment. Take them once for what has to fit together.
    #[must_use]
    pub fn load(&self) -> Arc<Policies> {
        self.0.load_full()
    }

    /// Others are in force from now on.
    pub fn replace(&self, policies: Policies) {
        self.0.store(Arc::new(policies));
    }
}

/// How tokens are made.
#[derive(Debug, Clone)]
pub struct TokenPolicy {
    /// The `iss` of everything.
    pub issuer: Issuer,
    /// How long an access token lives.
    pub access_token_lifetime: Duration,
    /// What access tokens are signed with.
    pub access_token_signing_alg: SigningAlgorithm,
    /// How long an ID token lives. What signs it is the client's word.
    pub id_token_lifetime: Duration,
    /// How long a refresh token lives without being used.
    pub refresh_token_idle_lifetime: Duration,
    /// How long a grant can be refreshed in all.
    pub refresh_token_absolute_lifetime: Duration,
    /// How long a spent refresh token yields its successor again.
    pub refresh_rotation_window: Duration,
}

impl TokenPolicy {
    /// What the server's settings say by default, for this issuer.
    #[must_use]
    pub const fn new(issuer: Issuer) -> Self {
        Self {
            issuer,
            access_token_lifetime: Duration::from_mins(15),
            access_token_signing_alg: SigningAlgorithm::Es256,
            id_token_lifetime: Duration::from_mins(15),
            refresh_token_idle_lifetime: Duration::from_hours(30 * 24),
            refresh_token_absolute_lifetime: Duration::from_hours(90 * 24),
            refresh_rotation_window: Duration::from_secs(10),
        }
    }
}

/// How authorization requests are kept and answered.
#[derive(Debug, Clone, Copy)]
pub struct AuthorizationPolicy {
    /// How long a code can be redeemed; at most ten minutes.
    pub code_lifetime: Duration,
    /// How long a request waits for the user.
    pub request_lifetime: Duration,
    /// The most requests that wait for one address.
    pub requests_per_address: u32,
    /// The most requests that wait in all.
    pub requests_in_all: u32,
}

impl AuthorizationPolicy {
    /// What the server's settings say by default.
    pub const DEFAULT: Self = Self {
        code_lifetime: Duration::from_mins(1),
        request_lifetime: Duration::from_mins(30),
        requests_per_address: 200,
        requests_in_all: 20_000,
    };
}

/// How guessing is slowed.
#[derive(Debug, Clone, Copy)]
pub struct ThrottlePolicy {
    /// Failed logins from one address.
    pub login_address: ThrottleRule,
    /// Failed logins to one account from one address.
    pub login_account_at_address: ThrottleRule,
    /// Failed logins to one account from anywhere.
    pub login_account: ThrottleRule,
    /// Failed logins to one account from a browser in which it was logged in before.
    pub login_device: ThrottleRule,
    /// How long a browser is known after a login.
    pub device_lifetime: Duration,
    /// Refused authentications of clients.
    pub clients: ClientThrottle,
}

impl ThrottlePolicy {
    /// What the server's settings say by default.
    pub const DEFAULT: Self = Self {
        login_address: ThrottleRule::per_quarter_hour(100),
        login_account_at_address: ThrottleRule::per_quarter_hour(5),
        login_account: ThrottleRule::per_quarter_hour(100),
        login_device: ThrottleRule::per_quarter_hour(10),
        device_lifetime: Duration::from_hours(180 * 24),
        clients: ClientThrottle {
            client: ThrottleRule::per_quarter_hour(20),
            address: ThrottleRule::per_quarter_hour(200),
        },
    };
}

/// How long signing keys stay in each phase.
#[derive(Debug, Clone, Copy)]
pub struct KeyPolicy {
    /// How long a key is published before it signs; at least
    /// [`LEAST_ANNOUNCEMENT`](authly_domain::keys::LEAST_ANNOUNCEMENT).
    pub announced_for: Duration,
    /// How long a key signs; longer than it is announced.
    pub active_for: Duration,
}

impl KeyPolicy {
    /// What the server's settings say by default.
    pub const DEFAULT: Self = Self {
        announced_for: Duration::from_hours(24),
        active_for: Duration::from_hours(90 * 24),
    };
}

/// Whether the admin API is there, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminPolicy {
    /// Whether it answers at all.
    pub enabled: bool,
    /// From where it may be called.
    pub allowed_networks: Vec<Network>,
    /// Whether the command line may log people in with a password (decisions 26).
    pub password_login: bool,
}

impl AdminPolicy {
    /// What the server's settings say by default, for this issuer: callers on this machine are
    /// answered, and may log in with a password where nobody else is there.
    #[must_use]
    pub fn new(issuer: &Issuer) -> Self {
        Self {
            enabled: true,
            allowed_networks: Network::LOOPBACK.to_vec(),
            password_login: issuer.is_loopback(),
        }
    }

    /// Whether it answers callers from this address.
    #[must_use]
    pub fn admits(&self, address: IpAddr) -> bool {
        self.enabled && self.allows(address)
    }

    /// Whether the address is in one of the networks.
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        let mut networks = self.allowed_networks.iter();
        networks.any(|network| network.contains(address))
    }
}

/// Who may register a client without an administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationRules {
    /// Nobody, who shows an initial access token, or everybody.
    pub mode: RegistrationMode,
    /// The most that clients may ask for which register without a token.
    pub open_scope: Scope,
    /// How often one address may try without a token within the window of throttling.
    pub open_per_address: u32,
    /// The most clients that are registered without a token.
    pub open_clients: u32,
    /// How long a client that has registered itself stays without being used.
    pub unused_lifetime: Duration,
    /// Whose software statements count.
    pub statement_issuers: StatementIssuers,
}

impl Default for RegistrationRules {
    /// What the server's settings say by default: nobody may.
    fn default() -> Self {
        Self {
            mode: RegistrationMode::Closed,
            open_scope: "openid profile email".parse().unwrap_or_default(),
            open_per_address: 10,
            open_clients: 1_000,
            unused_lifetime: Duration::from_hours(90 * 24),
            statement_issuers: StatementIssuers::default(),
        }
    }
}
