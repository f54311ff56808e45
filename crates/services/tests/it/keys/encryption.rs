//! The key that clients encrypt to.

use std::time::Duration;

use authly_domain::keys::EncryptionKeyRecord;
use authly_testing::TestServices;
use authly_testing::envelope::encryption_key;
use pretty_assertions::assert_eq;
use serde_json::Value;

const DAY: Duration = Duration::from_hours(24);

async fn all(services: &TestServices) -> Vec<EncryptionKeyRecord> {
    let conn = services.db.connect().await.unwrap();
    conn.reads().keys().encryption_keys().await.unwrap()
}

fn published(services: &TestServices) -> Value {
    encryption_key(&services.deps.keys.published().document)["kid"].clone()
}

#[tokio::test]
async fn one_key_is_published_replaced_after_its_time_and_forgotten_a_day_later() {
    let services = TestServices::start().await;
    let [first] = <[_; 1]>::try_from(all(&services).await).unwrap();
    assert_eq!(published(&services), first.kid.as_str());

    // It was made 30 days ago.
    services.advance(DAY * 60);
    services.deps.keys.follow_schedule().await.unwrap();
    let [old, new] = <[_; 2]>::try_from(all(&services).await).unwrap();
    assert_eq!(old.kid, first.kid);
    assert!(old.replaced_at.is_some() && new.replaced_at.is_none());
    assert_eq!(published(&services), new.kid.as_str());
    let events = services.stored().events().await;
    let mut replaced = events
        .iter()
        .filter(|event| event.action == "encryption_key.replaced");
    let event = replaced.next().unwrap();
    assert_eq!(event.target.as_deref(), Some(new.kid.as_str()));
    assert!(replaced.next().is_none());

    services.advance(DAY);
    services.deps.keys.follow_schedule().await.unwrap();
    assert_eq!(all(&services).await, [new]);
}

#[tokio::test]
async fn of_nodes_that_find_it_due_at_once_one_replaces_it() {
    let services = TestServices::start().await;
    let other = services.another_node().await;
    services.advance(DAY * 60);
    let both = tokio::join!(
        services.deps.keys.follow_schedule(),
        other.deps.keys.follow_schedule()
    );
    both.0.unwrap();
    both.1.unwrap();
    assert_eq!(all(&services).await.len(), 2);
    services.deps.keys.refresh().await.unwrap();
    other.deps.keys.refresh().await.unwrap();
    assert_eq!(published(&services), published(&other));
}

#[tokio::test]
async fn an_installation_without_one_gets_it_when_a_node_starts() {
    let services = TestServices::start().await;
    services.remove_encryption_keys().await;
    let other = services.another_node().await;
    let [key] = <[_; 1]>::try_from(all(&services).await).unwrap();
    assert_eq!(published(&other), key.kid.as_str());
    services.deps.keys.refresh().await.unwrap();
    assert_eq!(published(&services), key.kid.as_str());
}

#[tokio::test]
async fn whoever_rotates_keys_rotates_this_one_too() {
    let services = TestServices::start().await;
    let before = published(&services);
    services.deps.keys.rotate().await.unwrap();
    assert_ne!(published(&services), before);
    assert_eq!(all(&services).await.len(), 2);
}
