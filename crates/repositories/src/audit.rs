//! `audit_events`, `audit_personal` and `audit_chain`.

mod chain;
mod records;

use authly_domain::audit::{AuditEvent, Personal};
use authly_domain::id::UserId;

use crate::DbError;
use crate::params::{address, bytes, text, time, uuid};

pub use chain::{Chain, Sealed, Unsealed};
pub use records::{EventFilter, NamedRecord};

repository! {
    /// Events worth keeping.
    AuditEvents
}

/// What of an event tells of a person, about to be stored.
#[derive(Debug)]
pub struct NewPersonal<'a> {
    /// The values.
    pub values: &'a Personal,
    /// What blinds the commitment.
    pub salt: &'a [u8; 32],
    /// The digest of both.
    pub commitment: &'a [u8; 32],
}

impl AuditEvents<'_> {
    /// Writes down what happened, and beside it what tells of a person: one statement.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn append(
        &self,
        event: &AuditEvent,
        personal: Option<&NewPersonal<'_>>,
    ) -> Result<(), DbError> {
        const SQL: &str = "-- audit.append
            WITH event AS (
                INSERT INTO audit_events
                    (id, occurred_at, action, outcome, actor_kind, actor_user_id, actor_client_id,
                     user_id, client_id, grant_id, session_id, target, details, request_id,
                     commitment)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                RETURNING id
            )
            INSERT INTO audit_personal (event_id, user_id, salt, username, address, user_agent)
            SELECT id, $16, $17, $18, $19, $20 FROM event WHERE $15 IS NOT NULL";
        let details = (!event.details.is_empty())
            .then(|| serde_json::to_string(&event.details))
            .transpose()
            .unwrap_or_default();
        let bare = |user: Option<UserId>| user.map(|id| *id.as_uuid());
        let values = personal.map(|personal| personal.values);
        let params = [
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
        ];
        self.conn.execute(SQL, &params).await?;
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
