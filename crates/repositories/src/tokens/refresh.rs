//! Refresh tokens.

use authly_domain::clock::Timestamp;
use authly_domain::id::{ClientKey, GrantId, SessionId, TokenId, UserId};
use authly_domain::secret::SecretDigest;
use authly_domain::tokens::{
    NewAccessToken, NewRefreshToken, RefreshState, RefreshTokenRecord, SealedSuccessor,
};
use authly_domain::users::{GrantedClaims, Subject};

use crate::DbError;
use crate::grants::{liveness, liveness_columns};
use crate::params::{bytes, text, texts, time, uuid};
use crate::row::Columns;
use crate::users::{user_claims, user_claims_columns};

repository! {
    /// Refresh tokens.
    RefreshTokens
}

/// What an exchange makes of a refresh token.
#[derive(Debug)]
pub struct Rotated {
    /// The new access token.
    pub access: NewAccessToken,
    /// The successor.
    pub successor: NewRefreshToken,
    /// The successor's value, sealed under the spent token's.
    pub sealed: SealedSuccessor,
}

impl RefreshTokens<'_> {
    /// Reads the token with this digest, with every fact its life depends on, and locks its row
    /// until the unit of work ends; the user's before it, as whoever removes a user does.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn lock_by_digest(
        &self,
        digest: &SecretDigest,
    ) -> Result<Option<RefreshTokenRecord>, DbError> {
        const SQL: &str = concat!(
            "-- tokens.lock_refresh_by_digest
            SELECT t.id, t.grant_id, t.client_id, t.user_id, t.scope, t.audience, t.expires_at,
                   t.consumed_at, t.revoked_at, t.predecessor_id, t.successor_sealed,
                   g.session_id, g.auth_time, g.acr, g.amr, g.created_at AS grant_created_at,
                   g.revoked_reason AS grant_revoked_reason,
                   g.claims, g.pairwise_subject, c.version AS client_version,
                   ",
            user_claims_columns!(),
            ", ",
            liveness_columns!(),
            "
              FROM tokens t
              JOIN grants g ON g.id = t.grant_id
              JOIN clients c ON c.id = t.client_id
              JOIN users u ON u.id = t.user_id
              LEFT JOIN sessions s ON s.id = g.session_id
              LEFT JOIN signing_keys k ON k.kid = t.kid
             WHERE t.digest = $1 AND t.kind = 'refresh'
               FOR KEY SHARE OF u
               FOR UPDATE OF t"
        );
        let row = self
            .conn
            .query_opt(SQL, &[bytes(digest.as_bytes().as_slice())])
            .await?;
        row.map(|row| record(&Columns::of("tokens", &row)))
            .transpose()
    }

    /// In one statement: spends the token, unless it was before, stores its successor with its
    /// sealed copy and the new access token, and erases the copy of itself that its predecessor
    /// keeps. Answers whether it was still unspent.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn replace(
        &self,
        spent: &RefreshTokenRecord,
        next: &Rotated,
        now: Timestamp,
    ) -> Result<bool, DbError> {
        const SQL: &str = "-- tokens.replace_refresh
            WITH spent AS (
                UPDATE tokens
                   SET consumed_at = $2, successor_sealed = $3
                 WHERE id = $1 AND consumed_at IS NULL
                RETURNING id, grant_id, client_id, user_id
            ), erased AS (
                UPDATE tokens SET successor_sealed = NULL WHERE id = $4
            ), successor AS (
                INSERT INTO tokens (id, kind, digest, grant_id, client_id, user_id, scope,
                    audience, issued_at, expires_at, predecessor_id)
                SELECT $5, 'refresh', $6, grant_id, client_id, user_id, $7, $8, $2, $9, id
                  FROM spent
            ), access AS (
                INSERT INTO tokens (id, kind, digest, kid, grant_id, client_id, user_id, scope,
                    audience, issued_at, expires_at)
                SELECT $10, 'access', $11, $12, grant_id, client_id, user_id, $13, $14, $2, $15
                  FROM spent
            )
            SELECT id FROM spent";
        let Rotated {
            access,
            successor,
            sealed,
        } = next;
        let resources: Vec<&str> = successor
            .resources
            .iter()
            .map(authly_domain::scopes::Resource::as_str)
            .collect();
        let params = [
            uuid(spent.id.as_uuid()),
            time(now.as_date_time()),
            bytes(sealed.as_bytes()),
            uuid(spent.predecessor.map(|id| *id.as_uuid())),
            uuid(successor.id.as_uuid()),
            bytes(successor.digest.as_bytes().as_slice()),
            text(successor.scope.to_string()),
            texts(&resources),
            time(successor.expires_at.as_date_time()),
            uuid(access.id.as_uuid()),
            bytes(access.digest.as_bytes().as_slice()),
            text(access.kid.as_str()),
            text(access.scope.to_string()),
            texts(&access.audience),
            time(access.expires_at.as_date_time()),
        ];
        Ok(self.conn.query_opt(SQL, &params).await?.is_some())
    }

    /// Erases the sealed successors of tokens that were spent before this moment: their window is
    /// over. A few at a time; answers how many there were.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn erase_successors(&self, spent_before: Timestamp) -> Result<u64, DbError> {
        const SQL: &str = "-- tokens.erase_successors
            UPDATE tokens
               SET successor_sealed = NULL
             WHERE id IN (SELECT id FROM tokens
                           WHERE successor_sealed IS NOT NULL AND consumed_at <= $1
                           LIMIT 1000
                             FOR UPDATE SKIP LOCKED)";
        self.conn
            .execute(SQL, &[time(spent_before.as_date_time())])
            .await
    }

    /// Keeps the token, which its client does not rotate: stores the new access token and moves the
    /// token's end.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn keep(
        &self,
        kept: TokenId,
        access: &NewAccessToken,
        expires_at: Timestamp,
    ) -> Result<bool, DbError> {
        const SQL: &str = "-- tokens.keep_refresh
            WITH kept AS (
                UPDATE tokens
                   SET expires_at = $2
                 WHERE id = $1 AND consumed_at IS NULL
                RETURNING grant_id, client_id, user_id
            ), access AS (
                INSERT INTO tokens (id, kind, digest, kid, grant_id, client_id, user_id, scope,
                    audience, issued_at, expires_at)
                SELECT $3, 'access', $4, $5, grant_id, client_id, user_id, $6, $7, $8, $9
                  FROM kept
            )
            SELECT grant_id FROM kept";
        let params = [
            uuid(kept.as_uuid()),
            time(expires_at.as_date_time()),
            uuid(access.id.as_uuid()),
            bytes(access.digest.as_bytes().as_slice()),
            text(access.kid.as_str()),
            text(access.scope.to_string()),
            texts(&access.audience),
            time(access.issued_at.as_date_time()),
            time(access.expires_at.as_date_time()),
        ];
        Ok(self.conn.query_opt(SQL, &params).await?.is_some())
    }
}

fn record(row: &Columns<'_>) -> Result<RefreshTokenRecord, DbError> {
    let sealed: Option<Vec<u8>> = row.get("successor_sealed")?;
    let state = match (
        row.time_opt("revoked_at")?,
        row.time_opt("consumed_at")?,
        sealed,
    ) {
        (None, None, Some(_)) => return Err(row.corrupt("successor_sealed")),
        (Some(_), _, _) => RefreshState::Revoked,
        (None, None, None) => RefreshState::Live,
        (None, Some(at), sealed) => RefreshState::Spent {
            at,
            successor: sealed.map(SealedSuccessor::new),
        },
    };
    let session: Option<uuid::Uuid> = row.get("session_id")?;
    let pairwise: Option<String> = row.get("pairwise_subject")?;
    let predecessor: Option<uuid::Uuid> = row.get("predecessor_id")?;
    Ok(RefreshTokenRecord {
        id: TokenId::from_uuid(row.uuid("id")?),
        grant: GrantId::from_uuid(row.uuid("grant_id")?),
        client: ClientKey::from_uuid(row.uuid("client_id")?),
        user: UserId::from_uuid(row.uuid("user_id")?),
        claims: GrantedClaims {
            user: user_claims(row)?,
            requested: row.parse_all("claims")?,
        },
        pairwise_subject: pairwise.map(Subject::new),
        session: session.map(SessionId::from_uuid),
        scope: row.parse("scope")?,
        resources: row.parse_all("audience")?,
        authentication: row.authentication()?,
        predecessor: predecessor.map(TokenId::from_uuid),
        expires_at: row.time("expires_at")?,
        grant_created_at: row.time("grant_created_at")?,
        state,
        grant_revoked_for: row.parse_opt("grant_revoked_reason")?,
        liveness: liveness(row)?,
        client_version: row.get("client_version")?,
    })
}
