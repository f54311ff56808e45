//! What an operator decides: each service takes the policy it needs, never the settings.

use std::time::Duration;

use authly_domain::issuer::Issuer;
use authly_domain::keys::SigningAlgorithm;
use authly_domain::throttle::ThrottleRule;

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
    /// How long an ID token lives. ID tokens are signed with RS256.
    pub id_token_lifetime: Duration,
    /// How long a refresh token lives without being used.
    pub refresh_token_idle_lifetime: Duration,
    /// How long a grant can be refreshed in all.
    pub refresh_token_absolute_lifetime: Duration,
    /// How long a spent refresh token yields its successor again.
    pub refresh_rotation_window: Duration,
}

impl TokenPolicy {
    /// How long the longest-lived signed token lives: so long a retiring key stays published.
    #[must_use]
    pub fn longest_signed_token(&self) -> Duration {
        self.access_token_lifetime.max(self.id_token_lifetime)
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

/// How guessing is slowed.
#[derive(Debug, Clone, Copy)]
pub struct ThrottlePolicy {
    /// Failed logins from one address.
    pub login_address: ThrottleRule,
    /// Failed logins to one account from one address.
    pub login_account_at_address: ThrottleRule,
    /// Failed logins to one account from anywhere.
    pub login_account: ThrottleRule,
    /// Wrong secrets for one client from one address.
    pub client_secret: ThrottleRule,
}
