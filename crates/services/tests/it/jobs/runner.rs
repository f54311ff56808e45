//! Who runs jobs, and when.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use authly_domain::jobs::{JobName, JobOutcome, JobRecord, LEASE};
use authly_services::jobs::{Job, JobError, JobFuture, JobReport, JobRunner, Lease};
use authly_testing::{Setup, TestServices};
use pretty_assertions::assert_eq;
use tokio::sync::Semaphore;

use crate::flow;

/// What a job of the tests does.
#[derive(Clone, Copy)]
enum Manner {
    Succeeds,
    Panics,
    /// Waits until the test lets it go on, and then makes sure that it still holds its lease.
    Waits,
}

struct Sample {
    name: JobName,
    manner: Manner,
    begun: AtomicU32,
    may_go_on: Semaphore,
}

impl Sample {
    fn new(name: JobName, manner: Manner) -> Arc<Self> {
        Arc::new(Self {
            name,
            manner,
            begun: AtomicU32::new(0),
            may_go_on: Semaphore::new(0),
        })
    }

    fn begun(&self) -> u32 {
        self.begun.load(Ordering::SeqCst)
    }

    async fn until_begun(&self, times: u32) {
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        while self.begun() < times {
            ticks.tick().await;
        }
    }
}

impl Job for Sample {
    fn name(&self) -> JobName {
        self.name
    }

    fn run<'a>(&'a self, lease: &'a mut Lease) -> JobFuture<'a> {
        Box::pin(async {
            self.begun.fetch_add(1, Ordering::SeqCst);
            match self.manner {
                Manner::Succeeds => Ok(()),
                Manner::Panics => panic!("the job of the test"),
                Manner::Waits => {
                    self.may_go_on.acquire().await.unwrap().forget();
                    lease.keep().await
                }
            }
        })
    }
}

fn runner(node: &TestServices, jobs: &[&Arc<Sample>]) -> JobRunner {
    let jobs = jobs
        .iter()
        .map(|job| -> Arc<dyn Job> { Arc::clone(job) as _ });
    JobRunner::new(node.context.clone(), jobs.collect())
}

fn outcomes(reports: &[JobReport]) -> Vec<(JobName, JobOutcome)> {
    let outcome = |report: &JobReport| (report.job, report.outcome());
    reports.iter().map(outcome).collect()
}

async fn record(runner: &JobRunner, name: JobName) -> JobRecord {
    let jobs = runner.status().await.unwrap();
    jobs.into_iter().find(|job| job.name == name).unwrap()
}

const CLEAN_UP: JobName = JobName::CleanUp;

#[tokio::test(flavor = "multi_thread")]
async fn of_many_nodes_that_look_at_once_one_runs_what_is_due() {
    let services = Setup::default().pool_size(8).services().await;
    let job = Sample::new(CLEAN_UP, Manner::Succeeds);
    for round in 1..=3 {
        let nodes = (0..8).map(|_| {
            let node = runner(&services, &[&job]);
            tokio::spawn(async move { node.run_due().await.unwrap().len() })
        });
        let mut ran = 0;
        for node in nodes.collect::<Vec<_>>() {
            ran += node.await.unwrap();
        }
        assert_eq!((ran, job.begun()), (1, round));
        services.advance(CLEAN_UP.interval());
    }
}

#[tokio::test]
async fn a_job_is_due_again_after_its_interval_on_any_node() {
    let services = TestServices::start().await;
    let job = Sample::new(CLEAN_UP, Manner::Succeeds);
    let (here, there) = (runner(&services, &[&job]), runner(&services, &[&job]));
    let done = [(CLEAN_UP, JobOutcome::Succeeded)];
    assert_eq!(outcomes(&here.run_due().await.unwrap()), done);

    services.advance(CLEAN_UP.interval().saturating_sub(Duration::from_secs(1)));
    assert_eq!(outcomes(&there.run_due().await.unwrap()), []);
    services.advance(Duration::from_secs(1));
    assert_eq!(outcomes(&there.run_due().await.unwrap()), done);
    let record = record(&here, CLEAN_UP).await;
    let now = services.context.now();
    assert_eq!(record.last_end, Some((now, JobOutcome::Succeeded)));
    assert_eq!((record.lease, record.failures_in_a_row), (None, 0));
}

#[tokio::test]
async fn a_job_that_panics_has_failed_and_is_tried_again() {
    let services = TestServices::start().await;
    let job = Sample::new(CLEAN_UP, Manner::Panics);
    let here = runner(&services, &[&job]);
    for failures in 1..=2 {
        let reports = here.run_due().await.unwrap();
        assert!(matches!(reports[0].result, Err(JobError::Panicked)));
        let record = record(&here, CLEAN_UP).await;
        assert_eq!((record.failures_in_a_row, record.lease), (failures, None));
        services.advance(CLEAN_UP.interval());
    }
    let better = Sample::new(CLEAN_UP, Manner::Succeeds);
    runner(&services, &[&better]).run_due().await.unwrap();
    assert_eq!(record(&here, CLEAN_UP).await.failures_in_a_row, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_dies_loses_its_job_when_the_lease_is_over() {
    let services = TestServices::start().await;
    let stuck = Sample::new(CLEAN_UP, Manner::Waits);
    let dying = runner(&services, &[&stuck]);
    let run = tokio::spawn(async move { dying.run_due().await.map(drop) });
    stuck.until_begun(1).await;
    run.abort();
    assert!(run.await.unwrap_err().is_cancelled());

    let job = Sample::new(CLEAN_UP, Manner::Succeeds);
    let other = runner(&services, &[&job]);
    services.advance(LEASE.saturating_sub(Duration::from_secs(1)));
    assert_eq!(outcomes(&other.run_due().await.unwrap()), []);
    services.advance(Duration::from_secs(1));
    let done = [(CLEAN_UP, JobOutcome::Succeeded)];
    assert_eq!(outcomes(&other.run_due().await.unwrap()), done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_has_lost_its_lease_stops_at_its_next_step_and_writes_nothing() {
    let services = TestServices::start().await;
    let slow = Sample::new(CLEAN_UP, Manner::Waits);
    let late = runner(&services, &[&slow]);
    let late = tokio::spawn(async move { late.run_due().await.unwrap() });
    slow.until_begun(1).await;
    services.advance(LEASE);
    let job = Sample::new(CLEAN_UP, Manner::Succeeds);
    let other = runner(&services, &[&job]);
    assert_eq!(other.run_due().await.unwrap().len(), 1);
    let after = record(&other, CLEAN_UP).await;

    slow.may_go_on.add_permits(1);
    let reports = late.await.unwrap();
    assert!(matches!(reports[0].result, Err(JobError::LeaseLost)));
    assert_eq!(record(&other, CLEAN_UP).await, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_takes_long_keeps_its_job_by_renewing_the_lease() {
    let services = TestServices::start().await;
    let slow = Sample::new(CLEAN_UP, Manner::Waits);
    let here = runner(&services, &[&slow]);
    let late = tokio::spawn(async move { here.run_due().await.unwrap() });
    slow.until_begun(1).await;
    services.advance(LEASE / 2);
    slow.may_go_on.add_permits(1);
    assert_eq!(late.await.unwrap()[0].outcome(), JobOutcome::Succeeded);
    let ended = record(&runner(&services, &[]), CLEAN_UP).await;
    let now = services.context.now();
    assert_eq!(ended.next_due_at, now.plus(CLEAN_UP.interval()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_hangs_keeps_no_other_waiting() {
    let services = TestServices::start().await;
    let hangs = Sample::new(CLEAN_UP, Manner::Waits);
    let runs = Sample::new(JobName::RotateKeys, Manner::Succeeds);
    let here = runner(&services, &[&hangs, &runs]);
    let watch = tokio::spawn(async move { here.watch().await });
    hangs.until_begun(1).await;
    runs.until_begun(1).await;
    watch.abort();
    assert!(watch.await.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn an_outage_of_the_database_is_an_error_and_the_job_runs_after_it() {
    let services = Setup::default().through_relay().services().await;
    let job = Sample::new(CLEAN_UP, Manner::Succeeds);
    let here = runner(&services, &[&job]);
    services.relay().cut().await;
    assert!(here.run_due().await.unwrap_err().is_unavailable());
    assert_eq!(job.begun(), 0);
    services.relay().restore().await;
    assert_eq!(here.run_due().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_node_runs_every_job_that_there_is() {
    let services = TestServices::start().await;
    let alice = services.user("alice").create().await;
    // What leaves an event, which waits for its seal.
    flow::logged_in(&services, &alice).await;
    let ran = outcomes(&services.jobs.run_due().await.unwrap());
    let all = JobName::ALL.map(|job| (job, JobOutcome::Succeeded));
    assert_eq!(ran, all);
    assert_eq!(outcomes(&services.jobs.run_due().await.unwrap()), []);
}
