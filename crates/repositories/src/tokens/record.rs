//! What is asked about tokens of either kind: one statement for each question.

use authly_domain::grants::Revocation;
use authly_domain::id::{ClientKey, GrantId, SessionId, TokenId, UserId};
use authly_domain::keys::SigningAlgorithm;
use authly_domain::scopes::{Scope, ScopeToken};
use authly_domain::secret::SecretDigest;
use authly_domain::sessions::SessionEnd;
use authly_domain::tokens::TokenRecord;
use authly_domain::users::{GrantedClaims, Subject};

use crate::DbError;
use crate::audit::{NewEvent, note_known};
use crate::conn::Conn;
use crate::grants::{liveness, liveness_columns};
use crate::params::{bytes, number, text, uuid};
use crate::row::Columns;
use crate::users::{user_claims, user_claims_columns};

repository! {
    /// Tokens of either kind.
    Tokens
}

/// The client that asks about a token, as its caller knows it.
#[derive(Debug, Clone, Copy)]
pub struct Asker {
    /// The client.
    pub key: ClientKey,
    /// The version of its row that the caller has.
    pub version: i64,
}

/// A token, and whether the asker's version is still the present one.
#[derive(Debug)]
pub struct TokenAnswer {
    /// The token.
    pub token: TokenRecord,
    /// Whether the asker is active in the version that the caller has.
    pub asker_is_current: bool,
}

/// A token with its user's claims, and what its client has registered for them.
#[derive(Debug)]
pub struct UserInfoRecord {
    /// The token.
    pub token: TokenRecord,
    /// The user.
    pub user: UserId,
    /// The user's claims.
    pub claims: GrantedClaims,
    /// What the client may ask for at present; read only where claims were asked for beside scopes.
    pub client_scope: Scope,
    /// How the answer is signed; `None` for plain JSON.
    pub signed_with: Option<SigningAlgorithm>,
    /// The version of the client, if the answer is encrypted to it.
    pub encrypted_for: Option<i64>,
}

impl<'u> Tokens<'u> {
    pub(super) const fn conn(&self) -> Conn<'u> {
        self.conn
    }

    /// The token with this digest, for a client that asks about it, with everything that its life
    /// depends on.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find_for(
        &self,
        digest: &SecretDigest,
        asker: Asker,
    ) -> Result<Option<TokenAnswer>, DbError> {
        const SQL: &str = concat!(
            "-- tokens.find_for
            SELECT t.id, t.kind, t.grant_id, t.client_id, t.scope, t.audience, t.issued_at,
                   t.expires_at, coalesce(t.revoked_at, t.consumed_at) AS ended_at,
                   c.client_id AS client_name_on_wire, u.username,
                   coalesce(g.pairwise_subject, u.subject) AS subject,
                   g.session_id, g.auth_time, g.acr, g.amr,
                   EXISTS (SELECT 1 FROM clients a
                            WHERE a.id = $2 AND a.is_active AND a.version = $3)
                       AS asker_is_current,
                   ",
            liveness_columns!(),
            "
              FROM tokens t
              JOIN clients c ON c.id = t.client_id
              LEFT JOIN grants g ON g.id = t.grant_id
              LEFT JOIN users u ON u.id = t.user_id
              LEFT JOIN sessions s ON s.id = g.session_id
              LEFT JOIN signing_keys k ON k.kid = t.kid
             WHERE t.digest = $1"
        );
        let params = [
            bytes(digest.as_bytes().as_slice()),
            uuid(asker.key.as_uuid()),
            number(asker.version),
        ];
        let Some(row) = self.conn.query_opt(SQL, &params).await? else {
            return Ok(None);
        };
        let row = Columns::of("tokens", &row);
        let asker_is_current = row.get("asker_is_current")?;
        Ok(Some(TokenAnswer {
            token: token(&row)?,
            asker_is_current,
        }))
    }

    /// The access token with this digest and its user's claims. Tokens without a user have none.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find_with_claims(
        &self,
        digest: &SecretDigest,
    ) -> Result<Option<UserInfoRecord>, DbError> {
        const SQL: &str = concat!(
            "-- tokens.find_with_claims
            SELECT t.id, t.kind, t.grant_id, t.client_id, t.scope, t.audience, t.issued_at,
                   t.expires_at, coalesce(t.revoked_at, t.consumed_at) AS ended_at,
                   c.client_id AS client_name_on_wire, c.userinfo_signed_response_alg,
                   CASE WHEN c.userinfo_encrypted_response_alg IS NOT NULL THEN c.version END
                       AS encrypted_for, t.user_id,
                   g.session_id, g.auth_time, g.acr, g.amr, g.claims,
                   CASE WHEN g.claims = '{}' THEN '{}' ELSE (
                        SELECT coalesce(array_agg(x.scope), '{}')
                          FROM client_scopes x
                          JOIN scopes o ON o.name = x.scope AND o.is_active
                         WHERE x.client_id = c.id) END AS client_scopes,
                   ",
            user_claims_columns!(),
            ", ",
            liveness_columns!(),
            "
              FROM tokens t
              JOIN clients c ON c.id = t.client_id
              JOIN grants g ON g.id = t.grant_id
              JOIN users u ON u.id = t.user_id
              LEFT JOIN sessions s ON s.id = g.session_id
              LEFT JOIN signing_keys k ON k.kid = t.kid
             WHERE t.digest = $1 AND t.kind = 'access'"
        );
        let row = self
            .conn
            .query_opt(SQL, &[bytes(digest.as_bytes().as_slice())])
            .await?;
        let Some(row) = row else { return Ok(None) };
        let row = Columns::of("tokens", &row);
        let claims = GrantedClaims {
            user: user_claims(&row)?,
            requested: row.parse_all("claims")?,
        };
        let client_scope = row.parse_all::<ScopeToken>("client_scopes")?;
        Ok(Some(UserInfoRecord {
            token: token(&row)?,
            user: UserId::from_uuid(row.uuid("user_id")?),
            claims,
            client_scope: client_scope.into_iter().collect(),
            signed_with: row.parse_opt("userinfo_signed_response_alg")?,
            encrypted_for: row.get("encrypted_for")?,
        }))
    }

    /// Ends a token at its client's word: an access token by itself, a refresh token (a spent one
    /// too) with its grant. Another client's token stays. If something has ended, the event says so, and
    /// of whose it was. Answers whether the asker is active in the version that the caller has; if not,
    /// nothing has ended.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn revoke_for(
        &self,
        digest: &SecretDigest,
        asker: Asker,
        event: &NewEvent<'_>,
    ) -> Result<bool, DbError> {
        const SQL: &str = concat!(
            "-- tokens.revoke_for
            WITH asker AS (
                SELECT id FROM clients WHERE id = $22 AND is_active AND version = $23
            ), found AS (
                SELECT t.id, t.kind, t.grant_id, g.user_id, g.session_id
                  FROM tokens t
                  JOIN asker a ON a.id = t.client_id
                  LEFT JOIN grants g ON g.id = t.grant_id
                 WHERE t.digest = $21
            ), access AS (
                UPDATE tokens
                   SET revoked_at = $2, revoked_reason = $24
                 WHERE id = (SELECT id FROM found WHERE kind = 'access') AND revoked_at IS NULL
                RETURNING id
            ), refresh AS (
                UPDATE grants
                   SET revoked_at = $2, revoked_reason = $24
                 WHERE id = (SELECT grant_id FROM found WHERE kind = 'refresh')
                   AND revoked_at IS NULL
                RETURNING id
            ), known AS (
                SELECT NULL::text AS actor_kind, NULL::uuid AS actor_user_id, user_id, grant_id,
                       session_id, id::text AS target, '{\"kind\":\"' || kind || '\"}' AS details
                  FROM found
                 WHERE EXISTS (SELECT FROM access) OR EXISTS (SELECT FROM refresh)
            ), ",
            note_known!(),
            "
            SELECT id FROM asker"
        );
        let own = [
            bytes(digest.as_bytes().as_slice()),
            uuid(asker.key.as_uuid()),
            number(asker.version),
            text(Revocation::ByClient.as_str()),
        ];
        let params: Vec<_> = event.params().into_iter().chain(own).collect();
        Ok(self.conn.query_opt(SQL, &params).await?.is_some())
    }

    /// Ends the grant of a refresh token (a spent one too), and the session that it hangs on, as its
    /// user's logout. Another client's token stays, and an access token is none. If something has
    /// ended, the event says so, and that it was the user. Answers whether the asker is active in the
    /// version that the caller has; if not, nothing has ended.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn log_out_for(
        &self,
        digest: &SecretDigest,
        asker: Asker,
        event: &NewEvent<'_>,
    ) -> Result<bool, DbError> {
        const SQL: &str = concat!(
            "-- tokens.log_out_for
            WITH asker AS (
                SELECT id FROM clients WHERE id = $22 AND is_active AND version = $23
            ), found AS (
                SELECT g.id, g.user_id, g.session_id
                  FROM tokens t
                  JOIN asker a ON a.id = t.client_id
                  JOIN grants g ON g.id = t.grant_id
                 WHERE t.digest = $21 AND t.kind = 'refresh'
            ), ended AS (
                UPDATE sessions
                   SET ended_at = $2, ended_reason = $25
                 WHERE id = (SELECT session_id FROM found) AND ended_at IS NULL
                RETURNING id
            ), revoked AS (
                UPDATE grants
                   SET revoked_at = $2, revoked_reason = $24
                 WHERE id = (SELECT id FROM found) AND revoked_at IS NULL
                RETURNING id
            ), known AS (
                SELECT 'user' AS actor_kind, user_id AS actor_user_id, user_id, id AS grant_id,
                       session_id, NULL::text AS target, NULL::text AS details
                  FROM found
                 WHERE EXISTS (SELECT FROM ended) OR EXISTS (SELECT FROM revoked)
            ), ",
            note_known!(),
            "
            SELECT id FROM asker"
        );
        let own = [
            bytes(digest.as_bytes().as_slice()),
            uuid(asker.key.as_uuid()),
            number(asker.version),
            text(Revocation::ByClient.as_str()),
            text(SessionEnd::LoggedOut.as_str()),
        ];
        let params: Vec<_> = event.params().into_iter().chain(own).collect();
        Ok(self.conn.query_opt(SQL, &params).await?.is_some())
    }
}

pub(super) fn token(row: &Columns<'_>) -> Result<TokenRecord, DbError> {
    let grant: Option<uuid::Uuid> = row.get("grant_id")?;
    let session: Option<uuid::Uuid> = row.get("session_id")?;
    let subject: Option<String> = row.get("subject")?;
    let authentication = grant.map(|_granted| row.authentication()).transpose()?;
    Ok(TokenRecord {
        id: TokenId::from_uuid(row.uuid("id")?),
        kind: row.parse("kind")?,
        grant: grant.map(GrantId::from_uuid),
        client: ClientKey::from_uuid(row.uuid("client_id")?),
        client_id: row.parse("client_name_on_wire")?,
        subject: subject.map(Subject::new),
        username: row.parse_opt("username")?,
        session: session.map(SessionId::from_uuid),
        scope: row.parse("scope")?,
        audience: row.get("audience")?,
        authentication,
        issued_at: row.time("issued_at")?,
        expires_at: row.time("expires_at")?,
        ended_at: row.time_opt("ended_at")?,
        liveness: liveness(row)?,
    })
}
