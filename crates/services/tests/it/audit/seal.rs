//! Sealing: at once from several nodes, after whoever broke off, and whatever commits late.

use std::sync::Arc;
use std::time::Duration;

use authly_services::audit::SealJob;
use authly_services::jobs::{JobError, JobRunner};
use authly_testing::{Setup, TestServices};
use futures_util::future::join_all;
use pretty_assertions::assert_eq;

use super::{faults, seal, trail, verified};
use crate::users::{order, person};

#[tokio::test]
async fn what_waits_for_its_seal_is_named_and_not_verified() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    trail(&services, &root, 3).await;
    let by = person(&root);
    let users = &services.deps.user_admin;
    users.unlock(root.id, &order(&by)).await.unwrap();

    let part = verified(&services, None).await.remove(0);
    assert_eq!((part.checked, part.unsealed.events), (3, 1));
    assert!(part.unsealed.oldest.is_some());
    assert_eq!(part.faults, []);
    seal(&services).await;
    let part = verified(&services, None).await.remove(0);
    assert_eq!((part.checked, part.unsealed.events), (4, 0));
    assert_eq!(part.unsealed.oldest, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_nodes_that_write_and_seal_at_once_make_one_chain() {
    let first = TestServices::start().await;
    let second = first.another_node().await;
    let root = first.user("root").administrator().create().await;
    let by = person(&root);
    let work = async |node: &TestServices| {
        for _ in 0..20 {
            let users = &node.deps.user_admin;
            users.unlock(root.id, &order(&by)).await.unwrap();
            seal_among_others(node).await;
        }
    };
    let nodes = [&first, &second, &first];
    join_all(nodes.map(|node| Box::pin(work(node)))).await;
    seal(&first).await;

    let part = verified(&first, None).await.remove(0);
    assert_eq!((part.checked, part.unsealed.events), (60, 0));
    assert_eq!(faults(&second).await, []);
}

/// Seals what waits for it, unless another node does. The clock that all share runs away under whoever is
/// slow, and the lease with it: the other goes on with the rest.
async fn seal_among_others(services: &TestServices) {
    services.advance(Duration::from_secs(1));
    let job = Arc::new(SealJob::new(services.context.clone()));
    let runner = JobRunner::new(services.context.clone(), vec![job]);
    for report in runner.run_due().await.unwrap() {
        let ended = report.result;
        assert!(
            matches!(ended, Ok(()) | Err(JobError::LeaseLost)),
            "{ended:?}"
        );
    }
}

#[tokio::test]
async fn what_commits_late_is_sealed_later_whatever_its_id() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    let late = services.context.db.clone();
    let mut conn = late.connect().await.unwrap();
    // Written first, and not yet committed.
    let work = conn.begin("late").await.unwrap();
    let early = authly_domain::audit::AuditEvent::new(
        authly_domain::id::AuditEventId::generate(
            services.context.now(),
            &*services.context.entropy,
        ),
        services.context.now(),
        authly_domain::audit::AuditAction::KeysRotated,
        authly_domain::audit::Actor::Server,
        authly_domain::audit::Origin::default(),
    );
    let early = authly_repositories::audit::NewEvent {
        event: &early,
        personal: None,
    };
    work.audit().append(&early).await.unwrap();
    services.advance(Duration::from_secs(5));
    trail(&services, &root, 3).await;
    assert_eq!(services.stored().chain_ends().await, (0, 3));

    work.commit().await.unwrap();
    seal(&services).await;
    let events = services.stored().events().await;
    let last = events.last().unwrap();
    assert_eq!(
        (&*last.action, last.position),
        ("signing_keys.rotated", Some(4))
    );
    assert_eq!(faults(&services).await, []);
}

#[tokio::test]
async fn a_change_that_is_rolled_back_leaves_no_event_and_no_gap() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    let by = person(&root);
    let dry = authly_services::users::Order {
        run: authly_domain::admin::Run::Dry,
        ..order(&by)
    };
    services
        .deps
        .user_admin
        .unlock(root.id, &dry)
        .await
        .unwrap();
    trail(&services, &root, 2).await;
    let positions: Vec<_> = services
        .stored()
        .events()
        .await
        .iter()
        .map(|event| event.position)
        .collect();
    assert_eq!(positions, [Some(1), Some(2)]);
    assert_eq!(faults(&services).await, []);
}

#[tokio::test]
async fn more_than_a_batch_is_sealed_in_one_run_with_a_pool_of_one() {
    let services = Setup::default().pool_size(1).services().await;
    let root = services.user("root").administrator().create().await;
    trail(&services, &root, 510).await;
    assert_eq!(services.stored().chain_ends().await, (0, 510));
    assert_eq!(faults(&services).await, []);
}

#[tokio::test]
async fn a_run_that_breaks_off_half_way_has_sealed_nothing() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    trail(&services, &root, 3).await;
    let by = person(&root);
    let users = &services.deps.user_admin;
    users.unlock(root.id, &order(&by)).await.unwrap();
    // The last thing that sealing does before it commits is to move the head.
    let break_off = "CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE 'the connection is lost'; END $$;
        CREATE TRIGGER break_off BEFORE UPDATE ON audit_chain
            FOR EACH ROW EXECUTE FUNCTION break_off()";
    services.database().run(break_off).await;
    services.database().make_jobs_due().await;
    let reports = services.jobs.run_due().await.unwrap();
    assert!(reports.iter().any(|report| report.result.is_err()));
    assert_eq!(services.stored().chain_ends().await, (0, 3));
    assert_eq!(services.stored().events().await[3].position, None);

    let mend = "DROP TRIGGER break_off ON audit_chain";
    services.database().run(mend).await;
    seal(&services).await;
    assert_eq!(services.stored().chain_ends().await, (0, 4));
    assert_eq!(faults(&services).await, []);
}

#[tokio::test]
async fn a_server_without_events_writes_nothing() {
    let services = TestServices::start().await;
    seal(&services).await;
    let jobs = services.jobs.status().await.unwrap();
    let sealing = jobs
        .iter()
        .find(|job| job.name == authly_domain::jobs::JobName::SealAudit);
    assert_eq!(sealing.unwrap().last_started_at, None);
}
