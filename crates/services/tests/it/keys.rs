//! Signing keys.

use std::sync::Arc;
use std::time::Duration;

use authly_domain::keys::{KeyPhase, SigningAlgorithm};
use authly_testing::TestServices;
use pretty_assertions::assert_eq;

use crate::flow;

/// The `kid`s that a node publishes.
fn published(services: &TestServices) -> Vec<String> {
    let keys = services.deps.keys.published();
    let document: serde_json::Value = serde_json::from_slice(&keys.document).unwrap();
    let kid = |key: &serde_json::Value| key["kid"].as_str().unwrap().to_owned();
    document["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(kid)
        .collect()
}

/// How many keys of each algorithm are in this phase.
async fn in_phase(services: &TestServices, phase: &str) -> Vec<SigningAlgorithm> {
    let conn = services.db.connect().await.unwrap();
    let keys = conn.reads().keys().all().await.unwrap();
    let keys = keys.into_iter().filter(|key| key.phase.as_str() == phase);
    let mut algorithms: Vec<_> = keys.map(|key| key.algorithm).collect();
    algorithms.sort();
    algorithms
}

#[tokio::test]
async fn another_node_notices_a_rotation_at_its_next_look() {
    let services = TestServices::start().await;
    let other = services.another_node().await;
    let before = published(&other);
    assert_eq!(before.len(), 8);

    let rotation = services.deps.keys.rotate().await.unwrap();

    assert_eq!(rotation.active.len(), 4);
    // What signs from now on was announced before, and what signed is still published.
    assert!(rotation.active.iter().all(|(_, kid)| before.contains(kid)));
    assert_eq!(published(&services).len(), 12);
    assert_eq!(published(&other), before);
    other.deps.keys.refresh().await.unwrap();
    assert_eq!(published(&other), published(&services));
    assert_eq!(
        other.deps.keys.published().etag,
        services.deps.keys.published().etag
    );
    assert_eq!(services.stored().audit_actions().await, ["keys.rotated"]);
}

#[tokio::test]
async fn tokens_from_before_a_rotation_go_on_counting() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let tokens = flow::tokens(&services, &client, &alice, "openid").await;
    services.deps.keys.rotate().await.unwrap();

    let rp = flow::authenticated(&services, &client).await;
    assert!(flow::is_active(&services, &rp, tokens.access_token.expose()).await);
    assert!(flow::opens_claims(&services, tokens.access_token.expose()).await);
    flow::refresh(&services, &rp, flow::refresh_token(&tokens))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_retired_key_is_published_until_the_last_token_it_signed_has_expired() {
    let services = TestServices::start().await;
    services.deps.keys.rotate().await.unwrap();
    let longest = services.policies().tokens.longest_signed_token();

    services.advance(longest.saturating_sub(Duration::from_secs(1)));
    services.deps.keys.refresh().await.unwrap();
    assert_eq!(published(&services).len(), 12);
    services.advance(Duration::from_secs(1));
    services.deps.keys.refresh().await.unwrap();
    assert_eq!(published(&services).len(), 8);

    services.advance(Duration::from_secs(1));
    services.deps.keys.rotate().await.unwrap();
    assert_eq!(in_phase(&services, "gone").await, SigningAlgorithm::ALL);
    assert_eq!(in_phase(&services, "retiring").await, SigningAlgorithm::ALL);
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_rotate_at_once_do_it_one_after_the_other() {
    let services = Arc::new(TestServices::start().await);
    let other = Arc::new(services.another_node().await);
    let rotations = [&services, &other].map(|node| {
        let node = Arc::clone(node);
        tokio::spawn(async move { node.deps.keys.rotate().await })
    });
    for rotation in rotations {
        rotation.await.unwrap().unwrap();
    }
    for phase in ["active", "announced"] {
        assert_eq!(
            in_phase(&services, phase).await,
            SigningAlgorithm::ALL,
            "{phase}"
        );
    }
    for node in [&services, &other] {
        node.deps.keys.refresh().await.unwrap();
    }
    assert_eq!(published(&services), published(&other));
    let twice = ["keys.rotated", "keys.rotated"];
    assert_eq!(services.stored().audit_actions().await, twice);
}

#[tokio::test]
async fn the_published_document_holds_no_private_part() {
    let services = TestServices::start().await;
    let document = services.deps.keys.published().document;
    let text = std::str::from_utf8(&document).unwrap();
    for private in [
        "\"d\"", "\"p\"", "\"q\"", "\"dp\"", "\"dq\"", "\"qi\"", "\"k\"",
    ] {
        assert!(!text.contains(private), "{private}");
    }
    let keys = services
        .db
        .connect()
        .await
        .unwrap()
        .reads()
        .keys()
        .all()
        .await
        .unwrap();
    let active = keys
        .iter()
        .filter(|key| matches!(key.phase, KeyPhase::Active { .. }));
    assert_eq!(active.count(), 4);
}
