//! `audit_events`.

use authly_domain::audit::AuditEvent;

use crate::DbError;
use crate::params::{address, text, time, uuid};

repository! {
    /// Events worth keeping.
    AuditEvents
}

impl AuditEvents<'_> {
    /// Writes down what happened.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn append(&self, event: &AuditEvent) -> Result<(), DbError> {
        const SQL: &str = "-- audit.append
            INSERT INTO audit_events
                (id, occurred_at, action, user_id, client_id, grant_id, session_id, address)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let params = [
            uuid(event.id.as_uuid()),
            time(event.at.as_date_time()),
            text(event.action.as_str()),
            uuid(event.user.map(|id| *id.as_uuid())),
            uuid(event.client.map(|id| *id.as_uuid())),
            uuid(event.grant.map(|id| *id.as_uuid())),
            uuid(event.session.map(|id| *id.as_uuid())),
            address(event.address),
        ];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }
}
