//! Tokens.

use authly_domain::id::{GrantId, TokenId};
use authly_domain::tokens::TokenKind;
use authly_domain::users::RequestedClaim;
use tokio_postgres::Row;
use uuid::Uuid;

use super::Stored;

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredToken {
    /// Its key; the `jti` of an access token.
    pub id: TokenId,
    /// Access or refresh.
    pub kind: TokenKind,
    /// What it belongs to.
    pub grant: Option<GrantId>,
    /// What it allows.
    pub scope: String,
    /// Whether it was exchanged for a successor.
    pub is_spent: bool,
    /// Whether it was revoked by itself.
    pub is_revoked: bool,
    /// Whether the sealed copy of its successor is still there.
    pub keeps_successor: bool,
}

impl StoredToken {
    /// Whether neither it nor its grant has ended, expiry aside.
    const fn counts(&self) -> bool {
        !self.is_spent && !self.is_revoked
    }
}

impl Stored<'_> {
    /// How many secrets the client with this `client_id` has, valid or not.
    pub async fn client_secrets_of(&self, client_id: &str) -> usize {
        let sql = "SELECT s.digest FROM client_secrets s JOIN clients c ON c.id = s.client_id
                    WHERE c.client_id = $1";
        self.query(sql, &[&client_id]).await.len()
    }

    /// Puts the RS256 keys into another state, and lets nodes know.
    pub async fn move_keys_to(&self, state: &str) {
        let sql = "WITH noticed AS (UPDATE revisions SET keys = keys + 1 RETURNING keys)
                   UPDATE signing_keys
                      SET state = $1,
                          gone_at = CASE WHEN $1 = 'gone' THEN created_at END,
                          revoked_at = CASE WHEN $1 = 'revoked' THEN created_at END
                    WHERE algorithm = 'RS256'
                   RETURNING kid";
        assert!(
            !self.query(sql, &[&state]).await.is_empty(),
            "there is a key"
        );
    }

    /// Makes every grant one whose request has asked for these claims.
    pub async fn ask_for_claims(&self, claims: &[RequestedClaim]) {
        let claims: Vec<String> = claims.iter().map(ToString::to_string).collect();
        let sql = "UPDATE grants SET claims = $1 RETURNING id";
        assert!(
            !self.query(sql, &[&claims]).await.is_empty(),
            "there are grants"
        );
    }

    /// The tokens of the client with this `client_id`, the oldest first.
    pub async fn tokens_of(&self, client_id: &str) -> Vec<StoredToken> {
        let sql = "SELECT t.id, t.kind, t.grant_id, t.scope, t.consumed_at IS NOT NULL AS is_spent,
                          t.revoked_at IS NOT NULL AS is_revoked,
                          t.successor_sealed IS NOT NULL AS keeps_successor
                     FROM tokens t
                     JOIN clients c ON c.id = t.client_id
                    WHERE c.client_id = $1
                    ORDER BY t.issued_at, t.kind, t.id";
        let token = |row: &Row| {
            let kind: String = row.get("kind");
            StoredToken {
                id: TokenId::from_uuid(row.get("id")),
                kind: kind.parse().expect("a stored kind is one"),
                grant: row
                    .get::<_, Option<Uuid>>("grant_id")
                    .map(GrantId::from_uuid),
                scope: row.get("scope"),
                is_spent: row.get("is_spent"),
                is_revoked: row.get("is_revoked"),
                keeps_successor: row.get("keeps_successor"),
            }
        };
        let rows = self.query(sql, &[&client_id]).await;
        rows.iter().map(token).collect()
    }

    /// The access tokens of the client with this `client_id`.
    pub async fn access_tokens_of(&self, client_id: &str) -> Vec<StoredToken> {
        let mut tokens = self.tokens_of(client_id).await;
        tokens.retain(|token| token.kind == TokenKind::Access);
        tokens
    }

    /// The refresh tokens of the client with this `client_id` that were neither spent nor revoked.
    pub async fn unspent_refresh_tokens_of(&self, client_id: &str) -> Vec<StoredToken> {
        let mut tokens = self.tokens_of(client_id).await;
        tokens.retain(|token| token.kind == TokenKind::Refresh && token.counts());
        tokens
    }
}
