//! Transactions as guards: what is not committed by a visible line is rolled back.
//!
//! A guard rather than a closure, because an authorization server must sometimes commit and refuse:
//! the revocation after a reused refresh token outlives the refusal.

use deadpool_postgres::Transaction;

use crate::DbError;
use crate::audit::AuditEvents;
use crate::authorizations::{AuthorizationCodes, AuthorizationRequests};
use crate::clients::Clients;
use crate::conn::{Conn, InFlight, RoundTrips, StatementMode};
use crate::consents::Consents;
use crate::grants::Grants;
use crate::idempotency::IdempotencyKeys;
use crate::jobs::{CleanUp, Jobs};
use crate::keys::SigningKeys;
use crate::logout::LogoutCalls;
use crate::refusals::Refusals;
use crate::registration::Registrations;
use crate::resource_servers::ResourceServers;
use crate::scopes::Scopes;
use crate::sessions::Sessions;
use crate::settings::Settings;
use crate::system::System;
use crate::throttle::Throttles;
use crate::tokens::{AccessTokens, RefreshTokens, Tokens};
use crate::users::Users;

/// A transaction. Dropping it rolls back.
#[must_use = "a unit of work that is not committed is rolled back"]
pub struct UnitOfWork<'c> {
    tx: Transaction<'c>,
    name: &'static str,
    mode: StatementMode,
    round_trips: &'c RoundTrips,
    in_flight: &'c InFlight,
}

impl<'c> UnitOfWork<'c> {
    pub(crate) const fn new(
        tx: Transaction<'c>,
        name: &'static str,
        mode: StatementMode,
        (round_trips, in_flight): (&'c RoundTrips, &'c InFlight),
    ) -> Self {
        Self {
            tx,
            name,
            mode,
            round_trips,
            in_flight,
        }
    }

    fn conn(&self) -> Conn<'_> {
        Conn {
            client: self.tx.client(),
            cache: &self.tx.statement_cache,
            mode: self.mode,
            round_trips: self.round_trips,
            in_flight: self.in_flight,
        }
    }

    /// Makes everything that was done in it last.
    ///
    /// # Errors
    /// When `COMMIT` fails, or is not answered in time; whether the work lasts is then not known.
    pub async fn commit(self) -> Result<(), DbError> {
        self.round_trips.add();
        self.in_flight.answer(self.name, self.tx.commit()).await
    }
}

/// Statements outside a transaction, each by itself.
#[derive(Clone, Copy)]
pub struct Reads<'u> {
    conn: Conn<'u>,
}

impl<'u> Reads<'u> {
    pub(crate) const fn new(conn: Conn<'u>) -> Self {
        Self { conn }
    }

    const fn conn(&self) -> Conn<'u> {
        self.conn
    }
}

/// Gives both kinds of work the same repositories.
macro_rules! repositories {
    ($($(#[$doc:meta])* $name:ident: $repository:ident,)+) => {
        impl UnitOfWork<'_> {
            $($(#[$doc])* #[must_use] pub fn $name(&self) -> $repository<'_> {
                $repository::new(self.conn())
            })+
        }

        impl<'u> Reads<'u> {
            $($(#[$doc])* #[must_use] pub fn $name(&self) -> $repository<'u> {
                $repository::new(self.conn())
            })+
        }
    };
}

repositories! {
    /// `users`.
    users: Users,
    /// `clients`, `client_secrets`, `client_scopes`.
    clients: Clients,
    /// `scopes`.
    scopes: Scopes,
    /// `resource_servers` and `revisions`.
    resource_servers: ResourceServers,
    /// `sessions`.
    sessions: Sessions,
    /// `consents`.
    consents: Consents,
    /// `authorization_requests`.
    authorization_requests: AuthorizationRequests,
    /// `authorization_codes`.
    authorization_codes: AuthorizationCodes,
    /// `grants`.
    grants: Grants,
    /// `tokens` of either kind.
    tokens: Tokens,
    /// `tokens` that are access tokens.
    access_tokens: AccessTokens,
    /// `tokens` that are refresh tokens.
    refresh_tokens: RefreshTokens,
    /// `signing_keys` and `revisions`.
    keys: SigningKeys,
    /// `throttles`.
    throttles: Throttles,
    /// `audit_events`.
    audit: AuditEvents,
    /// `refusals`.
    refusals: Refusals,
    /// `initial_access_tokens`, `client_registrations`.
    registrations: Registrations,
    /// `idempotency_keys`.
    idempotency_keys: IdempotencyKeys,
    /// `logout_calls`.
    logout_calls: LogoutCalls,
    /// `jobs`.
    jobs: Jobs,
    /// `settings` and `revisions`.
    settings: Settings,
    /// The database itself.
    system: System,
    /// Rows of any table that are over.
    clean_up: CleanUp,
}
