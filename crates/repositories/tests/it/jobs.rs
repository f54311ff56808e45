//! `jobs`, and what clean-up removes.

mod clean_up;

use authly_domain::id::JobRunId;
use authly_domain::jobs::{JobClaim, JobName, JobOutcome, JobRecord, LEASE};
use pretty_assertions::assert_eq;

use crate::spoil::corrupt_column;
use crate::world::World;

in_both_modes!(
    every_job_has_a_row_and_is_due_at_once,
    one_run_holds_a_job_and_nobody_else_until_its_lease_is_over,
    a_run_that_renews_its_lease_keeps_the_job,
    a_job_that_ended_is_due_again_when_it_said_and_not_before,
    a_run_whose_job_another_has_taken_changes_nothing,
    times_that_lie_too_far_ahead_count_as_past,
    what_we_never_write_is_corrupt,
);

const JOB: JobName = JobName::CleanUp;

fn run(world: &World) -> JobRunId {
    world.id(JobRunId::generate)
}

/// Whether a run gets the job, so many seconds after the beginning.
async fn claims(world: &World, run: JobRunId, after: u64) -> bool {
    let claim = JobClaim::at(world.later(after), JOB, run);
    let conn = world.conn().await;
    conn.reads().jobs().claim(&claim).await.unwrap()
}

async fn ends(world: &World, run: JobRunId, outcome: JobOutcome, after: u64) -> bool {
    let (end, next) = ((world.later(after), outcome), world.later(after + 60));
    let conn = world.conn().await;
    let jobs = conn.reads().jobs();
    jobs.finish(JOB, run, end, next).await.unwrap()
}

async fn record(world: &World) -> JobRecord {
    let jobs = world.conn().await.reads().jobs().all().await.unwrap();
    jobs.into_iter().find(|job| job.name == JOB).unwrap()
}

async fn every_job_has_a_row_and_is_due_at_once(world: World) {
    let jobs = world.conn().await.reads().jobs().all().await.unwrap();
    let names: Vec<_> = jobs.iter().map(|job| job.name).collect();
    assert_eq!(names, JobName::ALL);
    for job in jobs {
        assert!(job.next_due_at < world.now);
        assert_eq!(
            (job.lease, job.last_started_at, job.last_end),
            (None, None, None)
        );
    }
}

async fn one_run_holds_a_job_and_nobody_else_until_its_lease_is_over(world: World) {
    let (first, second) = (run(&world), run(&world));
    assert!(claims(&world, first, 0).await);
    let held = record(&world).await;
    assert_eq!(held.lease.map(|lease| lease.run), Some(first));
    assert_eq!(held.last_started_at, Some(world.now));

    let lease = LEASE.as_secs();
    assert!(!claims(&world, second, lease - 1).await);
    assert_eq!(record(&world).await, held);
    assert!(claims(&world, second, lease).await);
}

async fn a_run_that_renews_its_lease_keeps_the_job(world: World) {
    let (first, second) = (run(&world), run(&world));
    assert!(claims(&world, first, 0).await);
    let conn = world.conn().await;
    let jobs = conn.reads().jobs();
    assert!(jobs.renew(JOB, first, world.later(100)).await.unwrap());
    assert!(!claims(&world, second, 99).await);
    assert!(claims(&world, second, 100).await);
    assert!(!jobs.renew(JOB, first, world.later(200)).await.unwrap());
}

async fn a_job_that_ended_is_due_again_when_it_said_and_not_before(world: World) {
    let first = run(&world);
    assert!(claims(&world, first, 0).await);
    assert!(ends(&world, first, JobOutcome::Failed, 5).await);
    let ended = record(&world).await;
    assert_eq!(ended.lease, None);
    assert_eq!(ended.last_end, Some((world.later(5), JobOutcome::Failed)));
    assert_eq!(
        (ended.failures_in_a_row, ended.next_due_at),
        (1, world.later(65))
    );

    let second = run(&world);
    assert!(!claims(&world, second, 64).await);
    assert!(claims(&world, second, 65).await);
    assert!(ends(&world, second, JobOutcome::Succeeded, 66).await);
    assert_eq!(record(&world).await.failures_in_a_row, 0);
}

async fn a_run_whose_job_another_has_taken_changes_nothing(world: World) {
    let (first, second) = (run(&world), run(&world));
    assert!(claims(&world, first, 0).await);
    assert!(claims(&world, second, LEASE.as_secs()).await);
    let held = record(&world).await;
    assert!(!ends(&world, first, JobOutcome::Succeeded, 90).await);
    assert_eq!(record(&world).await, held);
}

async fn times_that_lie_too_far_ahead_count_as_past(world: World) {
    // A node whose clock leads by a day has run it, and another holds it still.
    let day = 86_400;
    let leading = run(&world);
    assert!(claims(&world, leading, day).await);
    assert!(claims(&world, run(&world), 0).await);

    assert!(claims(&world, leading, day).await);
    assert!(ends(&world, leading, JobOutcome::Succeeded, day).await);
    assert!(claims(&world, run(&world), 0).await);
}

async fn what_we_never_write_is_corrupt(world: World) {
    world
        .database
        .run("DELETE FROM jobs WHERE name <> 'clean_up'")
        .await;
    let first = run(&world);
    assert!(claims(&world, first, 0).await);
    assert!(ends(&world, first, JobOutcome::Succeeded, 5).await);
    let conn = world.conn().await;
    for column in ["name", "last_outcome"] {
        let look = async || conn.reads().jobs().all().await;
        let seen = world.spoiled(("jobs", column), "'asleep'", look).await;
        assert_eq!(corrupt_column(seen), column);
    }
}
