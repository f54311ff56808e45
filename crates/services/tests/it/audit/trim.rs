//! Retention: the oldest events go, and the chain hangs on the last of them.

use std::sync::Arc;
use std::time::Duration;

use authly_domain::audit::Link;
use authly_domain::jobs::JobOutcome;
use authly_services::audit::FaultKind::{NotKept, Removed, Rewritten};
use authly_services::jobs::{CleanUpJob, JobRunner};
use authly_testing::TestServices;
use pretty_assertions::assert_eq;

use super::{against, faults, head, seal, trail, verified};

const DAY: Duration = Duration::from_hours(24);

/// Cleans up where events are kept for ten days.
async fn clean_up(services: &TestServices) {
    services.advance(Duration::from_mins(2));
    let policies = services.deps.live_settings.policies();
    let job = CleanUpJob::new(services.context.clone(), policies, 10 * DAY);
    let runner = JobRunner::new(services.context.clone(), vec![Arc::new(job)]);
    for report in runner.run_due().await.unwrap() {
        assert_eq!(report.outcome(), JobOutcome::Succeeded);
    }
}

#[tokio::test]
async fn old_events_go_and_the_rest_can_still_be_verified() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    trail(&services, &root, 510).await;
    services.advance(11 * DAY);
    trail(&services, &root, 5).await;
    clean_up(&services).await;
    seal(&services).await;

    // Two batches, each with its event.
    assert_eq!(services.stored().chain_ends().await, (510, 517));
    let part = verified(&services, None).await.remove(0);
    assert_eq!((part.checked, part.faults), (7, vec![]));
    services.stored().remove_event(512).await;
    assert_eq!(faults(&services).await, [(Removed, 512)]);
}

#[tokio::test]
async fn nothing_goes_before_its_time_and_nothing_that_is_not_sealed() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    trail(&services, &root, 3).await;
    services.advance(9 * DAY);
    clean_up(&services).await;
    assert_eq!(services.stored().chain_ends().await, (0, 3));

    let by = crate::users::person(&root);
    let users = &services.deps.user_admin;
    users
        .unlock(root.id, &crate::users::order(&by))
        .await
        .unwrap();
    services.advance(20 * DAY);
    clean_up(&services).await;
    let actions = services.stored().audit_actions().await;
    assert_eq!(actions, ["users.unlock", "trail.trimmed"]);
    seal(&services).await;
    assert_eq!(faults(&services).await, []);
}

#[tokio::test]
async fn a_noted_place_that_was_let_go_says_nothing_any_more_and_the_last_of_them_still_does() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    trail(&services, &root, 3).await;
    let early = head(&services).await;
    trail(&services, &root, 3).await;
    let last = head(&services).await;
    services.advance(11 * DAY);
    trail(&services, &root, 2).await;
    let late = head(&services).await;
    clean_up(&services).await;
    seal(&services).await;
    assert_eq!(services.stored().chain_ends().await, (6, 9));

    for noted in [last, late] {
        assert_eq!(against(&services, noted).await, []);
    }
    assert_eq!(against(&services, early).await, [(NotKept, 3)]);
    let forged = Link {
        hash: [7; 32],
        ..last
    };
    assert_eq!(against(&services, forged).await, [(Rewritten, 6)]);
}
