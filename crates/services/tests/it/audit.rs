//! The audit trail: sealed, verified, trimmed, and erased in part.

mod events;
mod people;
mod seal;
mod tampered;
mod trim;

use authly_domain::audit::Link;
use authly_services::audit::{Fault, FaultKind, Verification};
use authly_testing::TestServices;
use authly_testing::fixtures::TestUser;

use crate::users::person;

/// Seals what waits for it.
pub(crate) async fn seal(services: &TestServices) {
    services.seal_audit().await;
}

/// A trail of so many sealed events, all of them of `root`.
pub(crate) async fn trail(services: &TestServices, root: &TestUser, events: usize) {
    let by = person(root);
    for _ in 0..events {
        let order = crate::users::order(&by);
        let users = &services.deps.user_admin;
        users.unlock(root.id, &order).await.unwrap();
    }
    seal(services).await;
}

/// Holds the whole trail against the chain.
pub(crate) async fn verified(services: &TestServices, noted: Option<Link>) -> Vec<Verification> {
    let (mut parts, mut cursor) = (Vec::new(), None);
    loop {
        let asked = cursor.take();
        let part = services.deps.audit.verify(asked, noted).await.unwrap();
        cursor.clone_from(&part.next);
        parts.push(part);
        if cursor.is_none() {
            return parts;
        }
    }
}

/// What does not fit, and where.
pub(crate) async fn faults(services: &TestServices) -> Vec<(FaultKind, i64)> {
    named(&verified(services, None).await)
}

/// What does not fit, also with a place that was noted.
pub(crate) async fn against(services: &TestServices, noted: Link) -> Vec<(FaultKind, i64)> {
    named(&verified(services, Some(noted)).await)
}

fn named(parts: &[Verification]) -> Vec<(FaultKind, i64)> {
    let faults = parts.iter().flat_map(|part| &part.faults);
    let named = |fault: &Fault| (fault.kind, fault.position);
    faults.map(named).collect()
}

/// The present head of the chain.
pub(crate) async fn head(services: &TestServices) -> Link {
    let parts = verified(services, None).await;
    parts[0].chain.head
}

/// A node with an administrator and a trail of ten.
pub(crate) async fn ten() -> TestServices {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    trail(&services, &root, 10).await;
    assert_eq!(services.stored().chain_ends().await, (0, 10));
    assert_eq!(faults(&services).await, []);
    services
}

/// What happened, without what happened before `since`.
pub(crate) async fn actions_since(services: &TestServices, since: usize) -> Vec<String> {
    let all = services.stored().audit_actions().await;
    all.into_iter().skip(since).collect()
}
