//! Erasure: what tells of a person goes with them, and the chain holds.

use authly_testing::TestServices;
use pretty_assertions::assert_eq;

use super::{faults, seal, verified};
use crate::flow;
use crate::users::{order, person};

#[tokio::test]
async fn the_erasure_of_a_user_leaves_the_chain_whole_and_nothing_of_them() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    let alice = services.user("alice").create().await;
    flow::logged_in(&services, &alice).await;
    flow::failed_login(&services, &alice).await;
    let browser = flow::logged_in(&services, &alice).await;
    seal(&services).await;
    // One more that is not sealed yet.
    services.deps.sessions.log_out(&browser).await.unwrap();

    let by = person(&root);
    let users = &services.deps.user_admin;
    users.delete(alice.id, &order(&by)).await.unwrap();
    let events = services.stored().events().await;
    let told = events
        .iter()
        .any(|event| event.address.is_some() || event.username.is_some());
    assert!(!told, "{events:?}");

    seal(&services).await;
    let part = verified(&services, None).await.remove(0);
    assert_eq!((part.checked, part.erased), (5, 4));
    assert_eq!(part.faults, []);
}

#[tokio::test]
async fn an_event_that_commits_after_the_erasure_is_erased_when_it_is_sealed() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    let alice = services.user("alice").create().await;
    let mut conn = services.context.db.connect().await.unwrap();
    let work = conn.begin("late").await.unwrap();
    flow::note_login(&services, &work, alice.id).await;

    let by = person(&root);
    let users = &services.deps.user_admin;
    users.delete(alice.id, &order(&by)).await.unwrap();
    work.commit().await.unwrap();
    let events = services.stored().events().await;
    assert!(events.iter().any(|event| event.address.is_some()));

    seal(&services).await;
    let events = services.stored().events().await;
    assert!(events.iter().all(|event| event.address.is_none()));
    assert_eq!(faults(&services).await, []);
}

#[tokio::test]
async fn what_others_did_to_a_user_stays_theirs() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    let alice = services.user("alice").create().await;
    let by = person(&root).by_request(flow::HOME.into());
    let users = &services.deps.user_admin;
    users.unlock(alice.id, &order(&by)).await.unwrap();
    users.delete(alice.id, &order(&by)).await.unwrap();
    seal(&services).await;
    let events = services.stored().events().await;
    assert!(events.iter().all(|event| event.address.is_some()));
    assert_eq!(faults(&services).await, []);
}
