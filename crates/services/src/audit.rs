//! The audit trail: what happened is written down in the transaction that does it, sealed into a chain
//! by a job, read and held against the chain by administrators (`docs/adr/0019`).

mod read;
mod seal;
mod trim;
mod verify;

use authly_crypto::chain;
use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::{Actor, AuditAction, AuditEvent, Origin};
use authly_domain::id::AuditEventId;
use authly_repositories::audit::{NewEvent, NewPersonal};
use authly_repositories::{DbError, UnitOfWork};

use crate::Context;

pub use authly_repositories::audit::{EventFilter, NamedRecord};
pub use read::{AuditTrail, Followed, Glance, Look, TrailError, first_id_at};
pub use seal::{SealJob, hex};
pub(crate) use trim::trim;
pub use verify::{Fault, FaultKind, Verification, read_hash};

impl Context {
    /// An event that happens now.
    pub(crate) fn event(&self, action: AuditAction, actor: Actor, origin: Origin) -> AuditEvent {
        let now = self.now();
        let id = AuditEventId::generate(now, &*self.entropy);
        AuditEvent::new(id, now, action, actor, origin)
    }

    /// What an administrator does now.
    pub(crate) fn deed(&self, action: AuditAction, by: &Administrator) -> AuditEvent {
        self.event(action, by.actor(), by.origin().clone())
    }

    /// An event as it is stored, with the commitment to what of it tells of a person.
    pub(crate) fn written<'e>(&self, event: &'e AuditEvent) -> NewEvent<'e> {
        let personal = event.personal().map(|values| {
            let mut salt = [0_u8; 32];
            self.entropy.fill(&mut salt);
            let commitment = chain::commitment(&salt, &values.canonical());
            NewPersonal {
                values,
                salt,
                commitment,
            }
        });
        NewEvent { event, personal }
    }

    /// Writes down what happens, in the transaction that does it.
    pub(crate) async fn note(
        &self,
        work: &UnitOfWork<'_>,
        event: &AuditEvent,
    ) -> Result<(), DbError> {
        work.audit().append(&self.written(event)).await
    }

    /// Writes down what happened and changed nothing else: one statement by itself.
    pub(crate) async fn note_alone(&self, event: &AuditEvent) -> Result<(), DbError> {
        let conn = self.db.connect().await?;
        conn.reads().audit().append(&self.written(event)).await
    }

    /// Ends a change that an administrator has asked for: writes it down and makes it last, if it is
    /// meant. Of one that is not, nothing stays.
    pub(crate) async fn finish(
        &self,
        work: UnitOfWork<'_>,
        run: Run,
        event: AuditEvent,
    ) -> Result<(), DbError> {
        if run == Run::Dry {
            return Ok(());
        }
        self.note(&work, &event).await?;
        work.commit().await?;
        say(&event);
        Ok(())
    }
}

/// Says in the log what an administrator did.
fn say(event: &AuditEvent) {
    let shown = tracing::field::display::<String>;
    let details: Vec<_> = event
        .details
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    tracing::info!(
        admin.user.id = event.actor.user().map(tracing::field::display),
        admin.client.id = event.actor.client().map(tracing::field::display),
        audit.id = %event.id,
        user.id = event.user.map(tracing::field::display),
        client.id = event.client.map(tracing::field::display),
        grant.id = event.grant.map(tracing::field::display),
        session.id = event.session.map(tracing::field::display),
        target = event.target.clone().map(shown),
        details = (!details.is_empty()).then(|| shown(details.join(" "))),
        "an administrator did {}",
        event.action.as_str()
    );
}
