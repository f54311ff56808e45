//! `audit_events`, `audit_personal` and `audit_chain`.

mod chain;
mod records;

use authly_domain::audit::{AuditEvent, Personal};
use authly_domain::id::UserId;

use crate::DbError;
use crate::params::{Param, address, bytes, text, time, uuid};

pub use chain::{Chain, Sealed, Unsealed};
pub use records::{EventFilter, NamedRecord};

repository! {
    /// Events worth keeping.
    AuditEvents
}

/// An event about to be stored.
#[derive(Debug)]
pub struct NewEvent<'a> {
    /// What is to be said.
    pub event: &'a AuditEvent,
    /// What of it tells of a person.
    pub personal: Option<NewPersonal>,
}

/// What of an event tells of a person, about to be stored.
#[derive(Debug)]
pub struct NewPersonal {
    /// The values.
    pub values: Personal,
    /// What blinds the commitment.
    pub salt: [u8; 32],
    /// The digest of both.
    pub commitment: [u8; 32],
}

/// The parts of a statement that write down an event and, beside it, what tells of a person. The event is
/// what [`NewEvent::params`] say, which come first; what stands in the relation `known` goes before
/// them, and without a row in it there is no event. So a statement that changes something writes down
/// what it has changed, and only that.
macro_rules! note_known {
    () => {
        "event AS (
                INSERT INTO audit_events
                    (id, occurred_at, action, outcome, actor_kind, actor_user_id, actor_client_id,
                     user_id, client_id, grant_id, session_id, target, details, request_id,
                     commitment)
                SELECT $1, $2, $3, $4, coalesce(k.actor_kind, $5), coalesce(k.actor_user_id, $6), $7,
                       coalesce(k.user_id, $8), $9, coalesce(k.grant_id, $10),
                       coalesce(k.session_id, $11), coalesce(k.target, $12),
                       coalesce(k.details, $13), $14, $15
                  FROM known k
                RETURNING id, actor_user_id
            ), personal AS (
                INSERT INTO audit_personal (event_id, user_id, salt, username, address, user_agent)
                SELECT id, coalesce(actor_user_id, $16), $17, $18, $19, $20
                  FROM event WHERE $15 IS NOT NULL
            )"
    };
}
pub(crate) use note_known;

impl NewEvent<'_> {
    /// The first 20 parameters of a statement with [`note_known`].
    pub(crate) fn params(&self) -> [Param<'_>; 20] {
        let (event, personal) = (self.event, self.personal.as_ref());
        let details = (!event.details.is_empty())
            .then(|| serde_json::to_string(&event.details))
            .transpose()
            .unwrap_or_default();
        let bare = |user: Option<UserId>| user.map(|id| *id.as_uuid());
        let values = personal.map(|personal| &personal.values);
        [
            uuid(event.id.as_uuid()),
            time(event.at.as_date_time()),
            text(event.action.as_str()),
            text(event.outcome.as_str()),
            text(event.actor.kind()),
            uuid(bare(event.actor.user())),
            uuid(event.actor.client().map(|key| *key.as_uuid())),
            uuid(bare(event.user)),
            uuid(event.client.map(|id| *id.as_uuid())),
            uuid(event.grant.map(|id| *id.as_uuid())),
            uuid(event.session.map(|id| *id.as_uuid())),
            text(event.target.as_deref()),
            text(details),
            text(event.origin.request.as_deref()),
            bytes(personal.map(|personal| personal.commitment.as_slice())),
            uuid(bare(event.person())),
            bytes(personal.map(|personal| personal.salt.as_slice())),
            text(values.and_then(|values| values.username.as_deref())),
            address(values.and_then(|values| values.address)),
            text(values.and_then(|values| values.user_agent.as_deref())),
        ]
    }
}

impl AuditEvents<'_> {
    /// Writes down what happened, and beside it what tells of a person: one statement.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn append(&self, event: &NewEvent<'_>) -> Result<(), DbError> {
        const SQL: &str = concat!(
            "-- audit.append
            WITH known AS (
                SELECT NULL::text AS actor_kind, NULL::uuid AS actor_user_id, NULL::uuid AS user_id,
                       NULL::uuid AS grant_id, NULL::uuid AS session_id, NULL::text AS target,
                       NULL::text AS details
            ), ",
            note_known!(),
            "
            SELECT id FROM event"
        );
        self.conn.execute(SQL, &event.params()).await?;
        Ok(())
    }

    /// Removes what tells of a person, a batch at a time. Answers how many rows that were.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn erase_batch(&self, person: UserId) -> Result<u64, DbError> {
        const SQL: &str = "-- audit.erase_batch
            DELETE FROM audit_personal
             WHERE event_id IN (SELECT event_id FROM audit_personal WHERE user_id = $1 LIMIT 2000)";
        self.conn.execute(SQL, &[uuid(person.as_uuid())]).await
    }
}
