//! `audit_events`.

use authly_domain::audit::{AuditAction, AuditEvent};
use authly_domain::id::AuditEventId;
use pretty_assertions::assert_eq;

use crate::world::{ADDRESS, World};

in_both_modes!(
    an_event_keeps_everything_that_it_concerns,
    an_event_may_concern_nobody,
);

async fn an_event_keeps_everything_that_it_concerns(world: World) {
    let family = world.family().await;
    let event = AuditEvent {
        id: world.id(AuditEventId::generate),
        at: world.now,
        action: AuditAction::RefreshTokenReuse,
        user: Some(family.user.id),
        client: Some(family.client.key),
        grant: Some(family.grant.id),
        session: Some(family.session.id),
        address: Some(ADDRESS),
    };
    world
        .conn()
        .await
        .reads()
        .audit()
        .append(&event)
        .await
        .unwrap();

    let sql = "SELECT id, user_id, client_id, grant_id, session_id, host(address) AS address
                 FROM audit_events";
    let row = world
        .database
        .session()
        .await
        .query_one(sql, &[])
        .await
        .unwrap();
    let uuid = |column| row.get::<_, Option<uuid::Uuid>>(column);
    assert_eq!(uuid("id"), Some(*event.id.as_uuid()));
    assert_eq!(uuid("user_id"), event.user.map(|id| *id.as_uuid()));
    assert_eq!(uuid("client_id"), event.client.map(|id| *id.as_uuid()));
    assert_eq!(uuid("grant_id"), event.grant.map(|id| *id.as_uuid()));
    assert_eq!(uuid("session_id"), event.session.map(|id| *id.as_uuid()));
    assert_eq!(row.get::<_, String>("address"), ADDRESS.to_string());
}

async fn an_event_may_concern_nobody(world: World) {
    let event = AuditEvent {
        id: world.id(AuditEventId::generate),
        at: world.now,
        action: AuditAction::KeysRotated,
        user: None,
        client: None,
        grant: None,
        session: None,
        address: None,
    };
    world
        .conn()
        .await
        .reads()
        .audit()
        .append(&event)
        .await
        .unwrap();

    let stored = world.database.stored();
    assert_eq!(stored.audit_actions().await, ["keys.rotated"]);
}
