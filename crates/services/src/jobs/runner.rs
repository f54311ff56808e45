//! Looks which jobs are due, and runs them.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use authly_domain::id::JobRunId;
use authly_domain::jobs::{JobClaim, JobName, JobOutcome, JobRecord};
use authly_repositories::DbError;
use futures_util::future::join_all;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::{CleanUpJob, Job, JobError, Lease};
use crate::Context;
use crate::audit::SealJob;
use crate::keys::KeyService;
use crate::policy::LivePolicies;

/// What became of a run.
#[derive(Debug)]
pub struct JobReport {
    /// Which job ran.
    pub job: JobName,
    /// How long it took.
    pub took: Duration,
    /// Why it failed, if it did.
    pub result: Result<(), JobError>,
}

impl JobReport {
    /// How it ended.
    #[must_use]
    pub const fn outcome(&self) -> JobOutcome {
        match self.result {
            Ok(()) => JobOutcome::Succeeded,
            Err(_) => JobOutcome::Failed,
        }
    }
}

/// Runs jobs on this node, when they are due and no other node is at them.
pub struct JobRunner {
    context: Context,
    jobs: Vec<Arc<dyn Job>>,
}

impl JobRunner {
    /// A runner of everything that a node does beside requests, where events of the audit trail are kept
    /// for `audit_kept_for`.
    #[must_use]
    pub fn of_a_node(
        context: Context,
        keys: Arc<KeyService>,
        policies: LivePolicies,
        audit_kept_for: Duration,
    ) -> Self {
        let clean_up = CleanUpJob::new(context.clone(), policies, audit_kept_for);
        let seal = SealJob::new(context.clone());
        Self::new(context, vec![Arc::new(clean_up), keys, Arc::new(seal)])
    }

    /// A runner of these jobs.
    #[must_use]
    pub fn new(context: Context, jobs: Vec<Arc<dyn Job>>) -> Self {
        Self { context, jobs }
    }

    /// All jobs as they stand, whichever node runs them.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn status(&self) -> Result<Vec<JobRecord>, DbError> {
        self.context.db.connect().await?.reads().jobs().all().await
    }

    /// Runs what is due now, all of it at the same time, and answers what ran here.
    ///
    /// # Errors
    /// When the database cannot be asked what is due, or told what was done.
    pub async fn run_due(&self) -> Result<Vec<JobReport>, DbError> {
        let attempts = self.jobs.iter().map(|job| self.attempt(job));
        let attempts = join_all(attempts).await.into_iter();
        attempts.filter_map(Result::transpose).collect()
    }

    /// Runs jobs for ever. Each is looked after by itself, so that a slow one keeps none waiting. A
    /// failure is said once, until a run succeeds again.
    pub async fn watch(&self) {
        join_all(self.jobs.iter().map(|job| self.watch_one(job))).await;
    }

    async fn watch_one(&self, job: &Arc<dyn Job>) {
        let name = job.name().as_str();
        let mut ticks = interval(job.name().look_interval());
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut has_failed = false;
        loop {
            ticks.tick().await;
            let failure: Box<dyn Error> = match self.attempt(job).await {
                Ok(None) => continue,
                Ok(Some(JobReport { result: Ok(()), .. })) => {
                    if has_failed {
                        tracing::info!(job = name, "the job succeeds again");
                    }
                    has_failed = false;
                    continue;
                }
                Ok(Some(JobReport {
                    result: Err(error), ..
                })) => error.into(),
                Err(error) => error.into(),
            };
            if !has_failed {
                let error = &*failure;
                tracing::warn!(job = name, error, "the job failed, and will be tried again");
            }
            has_failed = true;
        }
    }

    /// Runs one job, if it is due and no other node is at it.
    async fn attempt(&self, job: &Arc<dyn Job>) -> Result<Option<JobReport>, DbError> {
        let (context, name) = (&self.context, job.name());
        if !job.is_wanted().await? {
            return Ok(None);
        }
        let began = context.now();
        let run = JobRunId::generate(began, &*context.entropy);
        let claim = JobClaim::at(began, name, run);
        let claimed = context.db.connect().await?;
        if !claimed.reads().jobs().claim(&claim).await? {
            return Ok(None);
        }
        drop(claimed);

        let lease = Lease::new(context.clone(), name, run, began);
        let result = run_apart(Arc::clone(job), lease).await;
        let ended = context.now();
        let report = JobReport {
            job: name,
            took: ended.since(began),
            result,
        };
        let metrics = &context.metrics;
        metrics.job_runs.add((name, report.outcome()));
        metrics.job_durations.observe(name, report.took);
        let end = (ended, report.outcome());
        let next_due_at = ended.plus(name.interval());
        let conn = context.db.connect().await?;
        let jobs = conn.reads().jobs();
        // Where the lease is another's by now, the row is so too.
        jobs.finish(name, run, end, next_due_at).await?;
        Ok(Some(report))
    }
}

/// Runs a job on a task of its own, which ends with the future: a panic ends no more than the run.
async fn run_apart(job: Arc<dyn Job>, mut lease: Lease) -> Result<(), JobError> {
    let mut task = JoinSet::new();
    task.spawn(async move { job.run(&mut lease).await });
    match task.join_next().await {
        Some(Ok(result)) => result,
        Some(Err(_)) | None => Err(JobError::Panicked),
    }
}
