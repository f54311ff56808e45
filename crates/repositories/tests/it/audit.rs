//! `audit_events`.

use std::net::IpAddr;

use authly_domain::audit::{Actor, AuditAction, AuditEvent, Origin};
use authly_domain::id::AuditEventId;
use authly_repositories::audit::{NewEvent, NewPersonal};
use pretty_assertions::assert_eq;

use crate::world::{ADDRESS, World};

in_both_modes!(
    an_event_keeps_everything_that_it_concerns,
    an_event_may_concern_nobody,
);

async fn an_event_keeps_everything_that_it_concerns(world: World) {
    let family = world.family().await;
    let event = AuditEvent::new(
        world.id(AuditEventId::generate),
        world.now,
        AuditAction::RefreshTokenReuse,
        Actor::Client(family.client.key),
        ADDRESS.into(),
    )
    .of_user(family.user.id)
    .of_client(family.client.key)
    .of_grant(family.grant.id)
    .of_session(family.session.id)
    .of("something")
    .with("more", 1)
    .refused();
    let values = event.personal().unwrap();
    let personal = Some(NewPersonal {
        values,
        salt: [1; 32],
        commitment: [2; 32],
    });
    let written = NewEvent {
        event: &event,
        personal,
    };
    world
        .conn()
        .await
        .reads()
        .audit()
        .append(&written)
        .await
        .unwrap();

    let sql = "SELECT e.id, e.user_id, e.client_id, e.grant_id, e.session_id, e.target, e.details,
                      e.outcome, e.actor_client_id, e.address AS old, host(p.address) AS address,
                      p.user_id AS person
                 FROM audit_events e JOIN audit_personal p ON p.event_id = e.id";
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
    assert_eq!(row.get::<_, Option<IpAddr>>("old"), None);
    assert_eq!(uuid("actor_client_id"), uuid("client_id"));
    // A client's address is nobody's.
    assert_eq!(uuid("person"), None);
    let text = |column| row.get::<_, String>(column);
    let words = ["target", "details", "outcome"].map(text);
    assert_eq!(words, ["something", r#"{"more":"1"}"#, "refused"]);
}

async fn an_event_may_concern_nobody(world: World) {
    let event = AuditEvent::new(
        world.id(AuditEventId::generate),
        world.now,
        AuditAction::KeysRotated,
        Actor::Server,
        Origin::default(),
    );
    assert_eq!(event.personal(), None);
    let written = NewEvent {
        event: &event,
        personal: None,
    };
    world
        .conn()
        .await
        .reads()
        .audit()
        .append(&written)
        .await
        .unwrap();

    let stored = world.database.stored();
    assert_eq!(stored.audit_actions().await, ["signing_keys.rotated"]);
}
