//! Changes of many rows, batch by batch.
//!
//! What ends a great deal commits each batch by itself: a client may have a million grants, and whoever
//! refreshes one of them waits for a batch at most, not for all of them. Access has ended for good with
//! its batch, and for all of it when the call answers. Where one batch fails, those before it stay as
//! they are, and the call can be repeated: it goes on with what is left.

use authly_domain::admin::Run;
use authly_repositories::{DbConn, DbError, Step, UnitOfWork};

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
