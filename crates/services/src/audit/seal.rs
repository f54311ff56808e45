//! Seals what waits for it: one event after the other is hung on the one before.

use authly_crypto::chain;
use authly_domain::audit::{AuditRecord, Link};
use authly_domain::jobs::JobName;
use authly_repositories::audit::Sealed;
use authly_repositories::{DbError, UnitOfWork};

use crate::Context;
use crate::jobs::{Job, JobError, JobFuture, Lease, WantedFuture};

/// Seals events of the audit trail, in the order in which they are seen. What commits late is sealed
/// later, wherever its id lies: places are given here and nowhere else.
pub struct SealJob {
    context: Context,
}

impl SealJob {
    /// Seals what is stored there.
    #[must_use]
    pub const fn new(context: Context) -> Self {
        Self { context }
    }

    async fn seal_all(&self, lease: &mut Lease) -> Result<(), JobError> {
        loop {
            lease.keep().await?;
            if self.seal_batch().await? == 0 {
                return Ok(());
            }
        }
    }

    /// One batch in one transaction, which holds the chain: whoever else seals waits, and goes on
    /// after it. Answers how many events it has sealed.
    async fn seal_batch(&self) -> Result<usize, DbError> {
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("audit.seal").await?;
        let mut head = work.audit().lock_chain().await?.head;
        let events = work.audit().next_to_seal().await?;
        if events.is_empty() {
            return Ok(0);
        }
        let mut sealed = Vec::with_capacity(events.len());
        for event in &events {
            let one = next(&head, event);
            head = one.link;
            sealed.push(one);
        }
        work.audit().seal(&sealed, &head).await?;
        erase_of_the_gone(&work, &events).await?;
        work.commit().await?;
        tracing::info!(
            trail.position = head.position,
            trail.head = hex(&head.hash),
            events = sealed.len(),
            "the audit trail was sealed"
        );
        Ok(sealed.len())
    }
}

/// The event, hung on the head.
fn next(head: &Link, event: &AuditRecord) -> Sealed {
    let position = head.position.saturating_add(1);
    let hash = chain::link(&head.hash, position, &event.canonical());
    Sealed {
        id: event.id,
        previous: head.hash,
        link: Link { position, hash },
    }
}

/// Erases what tells of those whom these events concern and who are not there any more. Whoever was
/// deleted while an event of theirs was on its way is found here: by the deletion's own event or by
/// theirs, whichever is sealed later.
async fn erase_of_the_gone(work: &UnitOfWork<'_>, events: &[AuditRecord]) -> Result<(), DbError> {
    let mut people: Vec<_> = events
        .iter()
        .flat_map(|event| [event.actor_user, event.user])
        .flatten()
        .collect();
    people.sort_unstable();
    people.dedup();
    for person in work.audit().gone_of(&people).await? {
        while work.audit().erase_batch(person).await? > 0 {}
    }
    Ok(())
}

/// A hash as text, in hexadecimal.
#[must_use]
pub fn hex(hash: &[u8; 32]) -> String {
    base16ct::lower::encode_string(hash)
}

impl Job for SealJob {
    fn name(&self) -> JobName {
        JobName::SealAudit
    }

    fn is_wanted(&self) -> WantedFuture<'_> {
        Box::pin(async {
            let conn = self.context.db.connect().await?;
            conn.reads().audit().has_unsealed().await
        })
    }

    fn run<'a>(&'a self, lease: &'a mut Lease) -> JobFuture<'a> {
        Box::pin(self.seal_all(lease))
    }
}
