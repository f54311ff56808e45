//! Refused authentications are counted, and guessing is slowed.

use std::net::IpAddr;

use authly_domain::audit::{Actor, AuditAction, Origin};
use authly_domain::clock::Timestamp;
use authly_domain::throttle::{self as rules, ThrottleKind};
use authly_repositories::DbError;
use authly_repositories::throttle::Counter;

use super::ClientAuthenticator;
use crate::clients::refused::{ClientAuthError, Refusal};
use crate::throttle;

/// What refused authentications are counted on.
pub(super) struct Counters {
    /// Of this client from this address.
    pub(super) client: Counter,
    /// Of all clients from this address.
    address: Counter,
    pub(super) standing: Standing,
}

/// Whether a client has proved itself at this address of late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It has: guesses at other clients do not make it wait.
    Proven,
    /// It has not.
    Stranger,
}

impl ClientAuthenticator {
    pub(super) fn counters(&self, client_id: &str, from: IpAddr) -> Counters {
        let kind = ThrottleKind::ClientSecret;
        let rules = self.policies.load().sessions.throttle.clients;
        let client = throttle::from_and_on(kind, rules.client, from, client_id);
        let all = rules.address;
        // Reading it anew keeps the note.
        let (standing, rule) = match self.proven.get(&client.key) {
            Some(()) => (Standing::Proven, all.without_limit()),
            None => (Standing::Stranger, all),
        };
        Counters {
            client,
            address: throttle::from(ThrottleKind::ClientSecretAddress, rule, from),
            standing,
        }
    }

    pub(super) fn check_waiting(&self, counters: &Counters) -> Result<(), ClientAuthError> {
        let now = self.context.now();
        let wait = |counter: &Counter| {
            let (rule, until) = self.waiting.get(&counter.key)?;
            let wait = (rule == counter.rule && now < until).then(|| until.since(now))?;
            self.context.metrics.throttled.add(counter.kind);
            Some((wait, counter.kind))
        };
        let for_all = match counters.standing {
            Standing::Proven => None,
            Standing::Stranger => wait(&counters.address),
        };
        let waits = [wait(&counters.client), for_all].into_iter().flatten();
        match waits.max_by_key(|(wait, _)| *wait) {
            Some((retry_after, by)) => Err(ClientAuthError::Throttled { by, retry_after }),
            None => Ok(()),
        }
    }

    pub(super) async fn count_refusal(
        &self,
        refusal: Refusal,
        counters: &Counters,
        asked: (&str, &Origin),
    ) -> Result<ClientAuthError, DbError> {
        let now = self.context.now();
        let both = [counters.client, counters.address];
        let conn = self.context.db.connect().await?;
        let spent = conn.reads().throttles().count(&both, now).await?;
        drop(conn);
        throttle::note(&spent, &self.context.metrics);
        for counter in both {
            if let Some(spent) = spent.iter().find(|spent| spent.kind == counter.kind) {
                self.waiting
                    .insert(counter.key, (counter.rule, spent.until));
                self.note_throttled(&counter, spent.until, asked).await?;
            }
        }
        Ok(match rules::wait(&spent, now) {
            None => refusal.into(),
            Some((retry_after, by)) => ClientAuthError::Throttled { by, retry_after },
        })
    }

    /// Writes down that a client, or whoever is at an address, has to wait: once for each window on each
    /// node, since the refusals that follow say nothing new and may be many.
    async fn note_throttled(
        &self,
        counter: &Counter,
        until: Timestamp,
        (client_id, origin): (&str, &Origin),
    ) -> Result<(), DbError> {
        let window = (counter.key, until);
        if !self.noted.entry(window).or_insert(()).is_fresh() {
            return Ok(());
        }
        let client = match client_id.parse() {
            Ok(id) if counter.kind == ThrottleKind::ClientSecret => self.clients.at_hand(&id).await,
            _ => None,
        };
        let action = AuditAction::ClientThrottled;
        let event = self
            .context
            .event(action, Actor::Anonymous, origin.clone())
            .of_client(client.map(|client| client.key))
            .with("counter", counter.kind.as_str())
            .refused();
        let noted = self.context.note_alone(&event).await;
        if noted.is_err() {
            self.noted.invalidate(&window);
        }
        noted
    }
}
