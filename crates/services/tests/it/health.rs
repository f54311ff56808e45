//! Whether the server can serve.

use authly_services::health::{Health, PartHealth};
use authly_testing::Setup;
use pretty_assertions::assert_eq;

use PartHealth::{Down, Up};

#[tokio::test]
async fn a_database_that_is_away_is_down_and_the_keys_in_memory_stay_up() {
    let services = Setup::default().through_relay().services().await;
    let up = Health {
        database: Up,
        migrations: Up,
        keys: Up,
    };
    assert_eq!(services.deps.health.check().await, up);
    assert!(up.is_up());

    services.relay().cut().await;
    let away = Health {
        database: Down,
        migrations: Down,
        ..up
    };
    assert_eq!(services.deps.health.check().await, away);
    assert!(!away.is_up());
    assert!(services.deps.keys.refresh().await.is_err());
    assert!(!services.deps.keys.published().document.is_empty());

    services.relay().restore().await;
    assert_eq!(services.deps.health.check().await, up);
}

#[tokio::test]
async fn the_scopes_of_administration_are_not_published() {
    let services = Setup::default().services().await;
    services.client().create().await;
    let facts = services.deps.discovery.facts().await.unwrap();
    let expected = [
        "address",
        "email",
        "notes:read",
        "notes:write",
        "offline_access",
        "openid",
        "phone",
        "profile",
        "profile:write",
    ];
    assert_eq!(facts.scopes_supported, expected);
}
