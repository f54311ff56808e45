//! Changes of many rows, batch by batch.
//!
//! What ends a great deal commits each batch by itself: a client may have a million grants, and whoever
//! refreshes one of them waits for a batch at most, not for all of them. Access has ended for good with
//! its batch, and for all of it when the call answers. Where one batch fails, those before it stay as
//! they are, and the call can be repeated: it goes on with what is left.

use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::AuditAction;
use authly_domain::id::{ClientKey, UserId};
use authly_repositories::{DbConn, DbError, Step, UnitOfWork};

use crate::Context;

/// How a change of many rows is made, and what is written down of it.
pub(crate) struct Batches<'a> {
    /// Where.
    pub(crate) context: &'a Context,
    /// Whether it is meant.
    pub(crate) run: Run,
    /// What somebody does by it; `None` where the change that it belongs to has an event of its own.
    pub(crate) deed: Option<Deed<'a>>,
}

/// What an administrator does in batches.
pub(crate) struct Deed<'a> {
    /// What.
    pub(crate) action: AuditAction,
    /// Who.
    pub(crate) by: &'a Administrator,
    /// The user it concerns.
    pub(crate) user: Option<UserId>,
    /// The client it concerns.
    pub(crate) client: Option<ClientKey>,
}

impl Batches<'_> {
    /// Writes down how much of what a batch has changed, in its transaction.
    pub(crate) async fn note(
        &self,
        work: &UnitOfWork<'_>,
        what: &'static str,
        changed: u64,
    ) -> Result<(), DbError> {
        let Some(deed) = &self.deed else {
            return Ok(());
        };
        let event = self
            .context
            .deed(deed.action, deed.by)
            .of_user(deed.user)
            .of_client(deed.client)
            .with(what, changed);
        self.context.note(work, &event).await
    }

    /// Says in the log what an administrator did.
    pub(crate) fn say(&self, grants: u64, others: u64) {
        let Some(deed) = self.deed.as_ref().filter(|_| self.run == Run::ForReal) else {
            return;
        };
        tracing::info!(
            admin.user.id = deed.by.user().map(tracing::field::display),
            admin.client.id = deed.by.client().map(tracing::field::display),
            user.id = deed.user.map(tracing::field::display),
            client.id = deed.client.map(tracing::field::display),
            grants,
            others,
            "an administrator did {}",
            deed.action.as_str()
        );
    }
}

/// Goes on from step to step until nothing is left. Answers how many rows were changed.
pub(crate) async fn every_step<K>(
    mut step: impl AsyncFnMut(Option<K>) -> Result<Step<K>, DbError>,
) -> Result<u64, DbError> {
    let (mut changed, mut after) = (0, None);
    loop {
        let done = step(after).await?;
        changed += done.changed;
        if done.reached.is_none() {
            return Ok(changed);
        }
        after = done.reached;
    }
}

/// The same with each step in a transaction of its own, which is committed if it is meant.
pub(crate) async fn every_batch<K>(
    conn: &mut DbConn,
    (name, run): (&'static str, Run),
    step: impl AsyncFn(&UnitOfWork<'_>, Option<K>) -> Result<Step<K>, DbError>,
) -> Result<u64, DbError> {
    every_step(async |after| {
        let work = conn.begin(name).await?;
        let done = step(&work, after).await?;
        if run == Run::ForReal {
            work.commit().await?;
        }
        Ok(done)
    })
    .await
}
