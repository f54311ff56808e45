//! What was refused is kept, as far as that goes, and never makes a request wait.

use authly_domain::refusals::{Explanation, Facts, Reason};
use authly_services::refusals::{RefusalError, RefusalNote};
use authly_testing::{Setup, TestServices};
use pretty_assertions::assert_eq;

/// The most refusals that wait to be written, and are written at once.
const QUEUE: usize = 1_024;

fn note(request_id: &str) -> RefusalNote {
    let facts = Facts::default().expected("this").came("that");
    RefusalNote {
        request_id: request_id.to_owned(),
        method: "POST".to_owned(),
        endpoint: "/api/v1/oauth/token",
        status: 400,
        error: "invalid_grant",
        explanation: Explanation::new(Reason::CodeExpired, facts),
        client_id: Some("web".to_owned()),
        address: None,
    }
}

#[tokio::test]
async fn what_was_noted_is_explained_at_once_here_and_on_other_nodes() {
    let services = TestServices::start().await;
    services.deps.refusals.note(note("request-1"));
    let found = services.deps.refusal_admin.of_request("request-1").await;
    let refusal = found.unwrap().refusal;
    assert_eq!(refusal.reason, "code_expired");
    assert_eq!(refusal.sentence, "The code had expired.");
    assert_eq!(refusal.expected.as_deref(), Some("this"));
    assert_eq!(refusal.client_id.as_deref(), Some("web"));
    let other = services.another_node().await;
    let there = other.deps.refusal_admin.of_request("request-1").await;
    assert_eq!(there.unwrap().refusal, refusal);
    let unknown = services.deps.refusal_admin.of_request("request-2").await;
    assert!(matches!(unknown, Err(RefusalError::Unknown)), "{unknown:?}");
}

#[tokio::test]
async fn while_the_database_is_away_refusals_are_counted_and_forgotten() {
    let services = Setup::default().through_relay().services().await;
    let dropped = || services.context.metrics.refusals_dropped.get(());
    services.relay().cut().await;
    services.deps.refusals.note(note("request-1"));
    services.deps.refusals.flush().await;
    assert_eq!(dropped(), 1);
}

#[tokio::test]
async fn of_more_than_can_wait_the_rest_is_counted_and_forgotten() {
    let services = Setup::default().pool_size(1).services().await;
    let dropped = || services.context.metrics.refusals_dropped.get(());
    // The one connection is taken, so that nothing is written.
    let conn = services.db.connect().await.unwrap();
    let many = 4 * QUEUE;
    for number in 0..many {
        services
            .deps
            .refusals
            .note(note(&format!("request-{number}")));
    }
    let lost = dropped();
    assert!(lost > 0, "the queue has no end");
    drop(conn);
    services.deps.refusals.flush().await;
    let kept = services.stored().row_counts().await["refusals"];
    let kept = u64::try_from(kept).unwrap();
    assert_eq!(kept + dropped(), u64::try_from(many).unwrap());
}
