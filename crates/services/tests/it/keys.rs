//! Signing keys.

mod admin;
mod encryption;
mod schedule;

use std::collections::BTreeSet;

use authly_domain::keys::{KeyPhase, SigningAlgorithm};
use authly_testing::TestServices;
use pretty_assertions::assert_eq;

use crate::flow;

/// The `kid`s that a node publishes, of the keys that sign.
fn published(services: &TestServices) -> Vec<String> {
    let keys = services.deps.keys.published();
    let document: serde_json::Value = serde_json::from_slice(&keys.document).unwrap();
    let kid = |key: &serde_json::Value| key["kid"].as_str().unwrap().to_owned();
    document["keys"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|key| key["use"] == "sig")
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
    assert_eq!(before.len(), 4);

    let rotation = services.deps.keys.rotate().await.unwrap();

    assert_eq!(rotation.active.len(), 4);
    // None was announced, so that new ones sign; and what signed is still published.
    let after = published(&services);
    let active: Vec<_> = rotation
        .active
        .iter()
        .map(|(_, kid)| kid.to_string())
        .collect();
    assert!(
        active
            .iter()
            .all(|kid| after.contains(kid) && !before.contains(kid))
    );
    let retired: BTreeSet<_> = rotation.retired.iter().map(ToString::to_string).collect();
    assert_eq!(retired, before.iter().cloned().collect());
    assert_eq!(rotation.published_since, Some(services.context.now()));
    assert!(before.iter().all(|kid| after.contains(kid)));
    assert_eq!(after.len(), 8);
    assert_eq!(published(&other), before);
    other.deps.keys.refresh().await.unwrap();
    assert_eq!(published(&other), published(&services));
    assert_eq!(
        other.deps.keys.published().etag,
        services.deps.keys.published().etag
    );
    assert_eq!(
        services.stored().audit_actions().await,
        ["signing_keys.rotated"]
    );
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
async fn who_rotates_after_another_rotation_rotates_again() {
    let services = TestServices::start().await;
    let other = services.another_node().await;
    for node in [&services, &other] {
        node.deps.keys.rotate().await.unwrap();
    }
    assert_eq!(in_phase(&services, "active").await, SigningAlgorithm::ALL);
    assert_eq!(in_phase(&services, "retiring").await.len(), 8);
    let twice = ["signing_keys.rotated", "signing_keys.rotated"];
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
