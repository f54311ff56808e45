//! `jobs`: who runs what, and when it is due next.

mod clean_up;

use authly_domain::clock::Timestamp;
use authly_domain::id::JobRunId;
use authly_domain::jobs::{JobClaim, JobLease, JobName, JobOutcome, JobRecord};

pub use clean_up::{CleanUp, PageOfSessions, Progress};

use crate::DbError;
use crate::params::{text, time, uuid};
use crate::row::Columns;

repository! {
    /// Jobs, each of which one run holds at a time.
    Jobs
}

impl Jobs<'_> {
    /// Takes a job for a run, if it is due and nobody holds it. Of several nodes that try at once,
    /// one succeeds; answers whether it was this.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn claim(&self, claim: &JobClaim) -> Result<bool, DbError> {
        const SQL: &str = "-- jobs.claim
            UPDATE jobs
               SET holder = $2, last_started_at = $3, lease_ends_at = $4
             WHERE name = $1
               AND (next_due_at <= $3 OR next_due_at > $5)
               AND (lease_ends_at IS NULL OR lease_ends_at <= $3 OR lease_ends_at > $6)";
        let params = [
            text(claim.job.as_str()),
            uuid(claim.run.as_uuid()),
            time(claim.now.as_date_time()),
            time(claim.lease_ends_at.as_date_time()),
            time(claim.latest_due.as_date_time()),
            time(claim.latest_lease_end.as_date_time()),
        ];
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }

    /// Holds a job for longer. Answers whether the run still held it.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn renew(
        &self,
        job: JobName,
        run: JobRunId,
        lease_ends_at: Timestamp,
    ) -> Result<bool, DbError> {
        const SQL: &str = "-- jobs.renew
            UPDATE jobs SET lease_ends_at = $3 WHERE name = $1 AND holder = $2";
        let params = [
            text(job.as_str()),
            uuid(run.as_uuid()),
            time(lease_ends_at.as_date_time()),
        ];
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }

    /// Ends a run: the job is free, and due again at `next_due_at`. Answers whether the run still
    /// held it; if not, nothing is changed.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn finish(
        &self,
        job: JobName,
        run: JobRunId,
        (ended_at, outcome): (Timestamp, JobOutcome),
        next_due_at: Timestamp,
    ) -> Result<bool, DbError> {
        const SQL: &str = "-- jobs.finish
            UPDATE jobs
               SET holder = NULL, lease_ends_at = NULL, next_due_at = $5,
                   last_ended_at = $3, last_outcome = $4,
                   failures_in_a_row = CASE WHEN $4 = 'failed' THEN failures_in_a_row + 1 ELSE 0 END
             WHERE name = $1 AND holder = $2";
        let params = [
            text(job.as_str()),
            uuid(run.as_uuid()),
            time(ended_at.as_date_time()),
            text(outcome.as_str()),
            time(next_due_at.as_date_time()),
        ];
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }

    /// All jobs, by name.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn all(&self) -> Result<Vec<JobRecord>, DbError> {
        const SQL: &str = "-- jobs.all
            SELECT name, next_due_at, holder, lease_ends_at, last_started_at, last_ended_at,
                   last_outcome, failures_in_a_row
              FROM jobs
             ORDER BY name";
        let rows = self.conn.query(SQL, &[]).await?;
        rows.iter()
            .map(|row| record(&Columns::of("jobs", row)))
            .collect()
    }
}

fn record(row: &Columns<'_>) -> Result<JobRecord, DbError> {
    let holder: Option<uuid::Uuid> = row.get("holder")?;
    let lease = holder.zip(row.time_opt("lease_ends_at")?);
    let outcome = row.parse_opt("last_outcome")?;
    Ok(JobRecord {
        name: row.parse("name")?,
        next_due_at: row.time("next_due_at")?,
        lease: lease.map(|(run, ends_at)| JobLease {
            run: JobRunId::from_uuid(run),
            ends_at,
        }),
        last_started_at: row.time_opt("last_started_at")?,
        last_end: row.time_opt("last_ended_at")?.zip(outcome),
        failures_in_a_row: row.get("failures_in_a_row")?,
    })
}
