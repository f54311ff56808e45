//! What a run holds while it goes on.

use authly_domain::clock::Timestamp;
use authly_domain::id::JobRunId;
use authly_domain::jobs::JobName;

use super::JobError;
use crate::Context;

/// A job, held by one run.
pub struct Lease {
    context: Context,
    job: JobName,
    pub(super) run: JobRunId,
    renewed_at: Timestamp,
}

impl Lease {
    pub(super) const fn new(
        context: Context,
        job: JobName,
        run: JobRunId,
        claimed_at: Timestamp,
    ) -> Self {
        Self {
            context,
            job,
            run,
            renewed_at: claimed_at,
        }
    }

    /// Makes sure that the run still holds its job: to be called between two steps. A round trip in a
    /// third of the lease's time, else none.
    ///
    /// # Errors
    /// [`JobError::LeaseLost`] when another run has taken the job, or storage fails.
    pub async fn keep(&mut self) -> Result<(), JobError> {
        let now = self.context.now();
        let lease = self.job.lease();
        if now.since(self.renewed_at) < lease / 3 {
            return Ok(());
        }
        let conn = self.context.db.connect().await?;
        let jobs = conn.reads().jobs();
        if !jobs.renew(self.job, self.run, now.plus(lease)).await? {
            return Err(JobError::LeaseLost);
        }
        self.renewed_at = now;
        Ok(())
    }
}
