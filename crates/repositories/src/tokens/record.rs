//! What is asked about tokens of either kind: one statement for each question.

use authly_domain::clock::Timestamp;
use authly_domain::grants::Revocation;
use authly_domain::id::{ClientKey, GrantId, SessionId, TokenId};
use authly_domain::secret::SecretDigest;
use authly_domain::tokens::TokenRecord;
use authly_domain::users::{Subject, UserClaims};

use crate::DbError;
use crate::conn::Conn;
use crate::grants::{liveness, liveness_columns};
use crate::params::{bytes, number, text, time, uuid};
use crate::row::Columns;
use crate::users::profile;

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

/// A token with its user's claims.
#[derive(Debug)]
pub struct UserInfoRecord {
    /// The token.
    pub token: TokenRecord,
    /// The user's claims.
    pub claims: UserClaims,
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
                   c.client_id AS client_name_on_wire, u.subject, u.username,
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
                   c.client_id AS client_name_on_wire, u.subject, u.username,
                   g.session_id, g.auth_time, g.acr, g.amr,
                   u.email, u.is_verified, u.name, u.given_name, u.family_name, u.middle_name,
                   u.nickname, u.profile, u.picture, u.website, u.gender, u.birthdate,
                   u.zoneinfo, u.locale, u.updated_at, u.phone_number, u.phone_number_verified,
                   u.address_formatted, u.street_address, u.locality, u.region, u.postal_code,
                   u.country,
                   ",
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
        let claims = UserClaims {
            subject: Subject::new(row.get("subject")?),
            username: row.parse("username")?,
            email: row.parse_opt("email")?,
            email_is_verified: row.get("is_verified")?,
            profile: profile(&row)?,
            updated_at: row.time("updated_at")?,
        };
        Ok(Some(UserInfoRecord {
            token: token(&row)?,
            claims,
        }))
    }

    /// Ends a token at its client's word: an access token by itself, a refresh token (a spent one
    /// too) with its grant. Another client's token stays. Answers whether the asker is active in the
    /// version that the caller has; if not, nothing has ended.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn revoke_for(
        &self,
        digest: &SecretDigest,
        asker: Asker,
        now: Timestamp,
    ) -> Result<bool, DbError> {
        const SQL: &str = "-- tokens.revoke_for
            WITH asker AS (
                SELECT id FROM clients WHERE id = $2 AND is_active AND version = $3
            ), found AS (
                SELECT t.id, t.kind, t.grant_id
                  FROM tokens t
                  JOIN asker a ON a.id = t.client_id
                 WHERE t.digest = $1
            ), access AS (
                UPDATE tokens
                   SET revoked_at = $4, revoked_reason = $5
                 WHERE id = (SELECT id FROM found WHERE kind = 'access') AND revoked_at IS NULL
            ), refresh AS (
                UPDATE grants
                   SET revoked_at = $4, revoked_reason = $5
                 WHERE id = (SELECT grant_id FROM found WHERE kind = 'refresh')
                   AND revoked_at IS NULL
            )
            SELECT id FROM asker";
        let params = [
            bytes(digest.as_bytes().as_slice()),
            uuid(asker.key.as_uuid()),
            number(asker.version),
            time(now.as_date_time()),
            text(Revocation::ByClient.as_str()),
        ];
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
