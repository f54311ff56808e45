//! Requests, codes, grants and consents.

use authly_domain::consents::Consent;
use authly_domain::id::{GrantId, SessionId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::Stored;

/// An authorization request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRequest {
    /// The `client_id` on the wire.
    pub client_id: String,
    /// Whether it was answered.
    pub is_answered: bool,
}

/// An authorization code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCode {
    /// What was granted.
    pub scope: String,
    /// Whether it was redeemed.
    pub is_redeemed: bool,
}

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredGrant {
    /// Its key.
    pub id: GrantId,
    /// What was granted.
    pub scope: String,
    /// The session that it ends with.
    pub session: Option<SessionId>,
    /// Why it was revoked.
    pub revoked_reason: Option<String>,
}

impl Stored<'_> {
    /// The authorization requests, the oldest first.
    pub async fn requests(&self) -> Vec<StoredRequest> {
        let sql = "SELECT c.client_id, r.answered_at IS NOT NULL AS is_answered
                     FROM authorization_requests r
                     JOIN clients c ON c.id = r.client_id
                    ORDER BY r.requested_at, r.id";
        let request = |row: &Row| StoredRequest {
            client_id: row.get("client_id"),
            is_answered: row.get("is_answered"),
        };
        self.query(sql, &[]).await.iter().map(request).collect()
    }

    /// The codes of the client with this `client_id`, the oldest first.
    pub async fn codes_of(&self, client_id: &str) -> Vec<StoredCode> {
        let sql = "SELECT a.scope, a.consumed_at IS NOT NULL AS is_redeemed
                     FROM authorization_codes a
                     JOIN clients c ON c.id = a.client_id
                    WHERE c.client_id = $1
                    ORDER BY a.issued_at, a.id";
        let code = |row: &Row| StoredCode {
            scope: row.get("scope"),
            is_redeemed: row.get("is_redeemed"),
        };
        let rows = self.query(sql, &[&client_id]).await;
        rows.iter().map(code).collect()
    }

    /// How many grants there are that nobody has revoked.
    pub async fn live_grants(&self) -> i64 {
        let sql = "SELECT count(*) AS grants FROM grants WHERE revoked_at IS NULL";
        let rows = self.query(sql, &[]).await;
        rows.first().map_or(0, |row| row.get("grants"))
    }

    /// The grants of the client with this `client_id`, the oldest first.
    pub async fn grants_of(&self, client_id: &str) -> Vec<StoredGrant> {
        let sql = "SELECT g.id, g.scope, g.session_id, g.revoked_reason
                     FROM grants g
                     JOIN clients c ON c.id = g.client_id
                    WHERE c.client_id = $1
                    ORDER BY g.created_at, g.id";
        let grant = |row: &Row| StoredGrant {
            id: GrantId::from_uuid(row.get("id")),
            scope: row.get("scope"),
            session: row
                .get::<_, Option<Uuid>>("session_id")
                .map(SessionId::from_uuid),
            revoked_reason: row.get("revoked_reason"),
        };
        let rows = self.query(sql, &[&client_id]).await;
        rows.iter().map(grant).collect()
    }

    /// What is remembered of the answers of a user to a client.
    pub async fn consent_of(&self, username: &str, client_id: &str) -> Option<Consent> {
        let sql = "SELECT n.granted, n.declined, n.resources
                     FROM consents n
                     JOIN users u ON u.id = n.user_id
                     JOIN clients c ON c.id = n.client_id
                    WHERE u.username = $1 AND c.client_id = $2";
        let scope = |row: &Row, column| {
            let text: String = row.get(column);
            text.parse().expect("a stored scope is one")
        };
        let resources = |row: &Row| {
            let texts: Vec<String> = row.get("resources");
            let resources = texts.iter().map(|text| text.parse());
            let resources: Result<_, _> = resources.collect();
            resources.expect("a stored resource is one")
        };
        let rows = self.query(sql, &[&username, &client_id]).await;
        rows.first().map(|row| Consent {
            granted: scope(row, "granted"),
            declined: scope(row, "declined"),
            resources: resources(row),
        })
    }
}
