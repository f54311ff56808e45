//! `authorization_codes`.

use std::net::IpAddr;

use authly_domain::authorizations::{CodeRecord, NewCode};
use authly_domain::clients::RedirectUri;
use authly_domain::clock::Timestamp;
use authly_domain::id::{ClientKey, CodeId, GrantId, SessionId, UserId};
use authly_domain::secret::SecretDigest;

use crate::DbError;
use crate::grants::{GrantWithTokens, liveness, liveness_columns};
use crate::params::{address, as_texts, bytes, number, text, texts, time, uuid};
use crate::row::Columns;
use crate::users::{user_claims, user_claims_columns};

repository! {
    /// Codes on their way to the token endpoint.
    AuthorizationCodes
}

impl AuthorizationCodes<'_> {
    /// Stores a code, unless the client is no longer active in this version, or the user was removed
    /// meanwhile. Answers whether it was stored.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn insert(&self, code: &NewCode, client_version: i64) -> Result<bool, DbError> {
        const SQL: &str = "-- authorizations.insert_code
            INSERT INTO authorization_codes (id, digest, client_id, user_id, session_id, scope,
                resources, redirect_uri, code_challenge, nonce, auth_time, acr, amr, issued_at,
                expires_at, claims)
            SELECT $1, $2, c.id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $17
              FROM clients c, users u
             WHERE c.id = $3 AND c.is_active AND c.version = $16 AND u.id = $4
               FOR KEY SHARE OF u";
        let resources: Vec<&str> = code
            .resources
            .iter()
            .map(authly_domain::scopes::Resource::as_str)
            .collect();
        let params = [
            uuid(code.id.as_uuid()),
            bytes(code.digest.as_bytes().as_slice()),
            uuid(code.client.as_uuid()),
            uuid(code.user.as_uuid()),
            uuid(code.session.as_uuid()),
            text(code.scope.to_string()),
            texts(&resources),
            text(code.redirect_uri.as_str()),
            text(
                code.code_challenge
                    .as_ref()
                    .map(authly_domain::authorizations::CodeChallenge::as_str),
            ),
            text(&code.nonce),
            time(code.authentication.auth_time.as_date_time()),
            text(&code.authentication.acr),
            texts(&code.authentication.amr),
            time(code.issued_at.as_date_time()),
            time(code.expires_at.as_date_time()),
            number(client_version),
            texts(as_texts(&code.claims)),
        ];
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }

    /// Reads the code with this digest, with every fact its redemption depends on, and locks its
    /// row until the unit of work ends. Who ends everything of the user waits for that, and finds what
    /// came of the code; or is waited for, and what they ended counts. (A weaker lock on user and
    /// session would take them as they were before.)
    ///
    /// # Errors
    /// When storage fails.
    pub async fn lock_by_digest(
        &self,
        digest: &SecretDigest,
    ) -> Result<Option<CodeRecord>, DbError> {
        const SQL: &str = concat!(
            "-- authorizations.lock_code_by_digest
            SELECT a.id, a.digest, a.client_id, a.user_id, a.session_id, a.scope, a.resources,
                   a.redirect_uri, a.code_challenge, a.nonce, a.auth_time, a.acr, a.amr,
                   a.issued_at, a.expires_at, a.grant_id, a.consumed_at,
                   a.redeemed_from, a.claims, c.version AS client_version,
                   ",
            user_claims_columns!(),
            ", ",
            liveness_columns!(),
            "
              FROM authorization_codes a
              JOIN clients c ON c.id = a.client_id
              JOIN users u ON u.id = a.user_id
              JOIN sessions s ON s.id = a.session_id
              LEFT JOIN grants g ON g.id = a.grant_id
              LEFT JOIN signing_keys k ON false
             WHERE a.digest = $1
               FOR SHARE OF u, s
               FOR UPDATE OF a"
        );
        let row = self
            .conn
            .query_opt(SQL, &[bytes(digest.as_bytes().as_slice())])
            .await?;
        row.map(|row| record(&Columns::of("authorization_codes", &row)))
            .transpose()
    }

    /// In one statement: marks the code as consumed, unless it was before, and stores what came of
    /// it. Answers whether the code was still unspent.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn redeem(
        &self,
        code: CodeId,
        redeemed: &GrantWithTokens,
        (from, now): (Option<IpAddr>, Timestamp),
    ) -> Result<bool, DbError> {
        const SQL: &str = "-- authorizations.redeem_code
            WITH consumed AS (
                UPDATE authorization_codes
                   SET consumed_at = $2, grant_id = $3, redeemed_from = $22
                 WHERE id = $1 AND consumed_at IS NULL
                RETURNING id, session_id
            ), told AS (
                INSERT INTO session_clients AS t (session_id, client_id, pairwise_subject,
                    signed_in_at)
                SELECT x.session_id, $4, $21, $2
                  FROM consumed x
                  JOIN clients c ON c.id = $4
                 WHERE (c.backchannel_logout_uri IS NOT NULL
                        OR c.frontchannel_logout_uri IS NOT NULL)
                   AND 'openid' = ANY (string_to_array($7, ' '))
                    ON CONFLICT (session_id, client_id) DO UPDATE
                   SET pairwise_subject = excluded.pairwise_subject
                 WHERE t.pairwise_subject IS DISTINCT FROM excluded.pairwise_subject
            ), granted AS (
                INSERT INTO grants (id, client_id, user_id, session_id, scope, resources,
                    auth_time, acr, amr, created_at, claims, pairwise_subject)
                SELECT $3, $4, $5, $6, $7, $8, $9, $10, $11, $2, $20, $21 FROM consumed
            ), access AS (
                INSERT INTO tokens (id, kind, digest, kid, grant_id, client_id, user_id, scope,
                    audience, issued_at, expires_at)
                SELECT $12, 'access', $13, $14, $3, $4, $5, $7, $15, $2, $16 FROM consumed
            ), refresh AS (
                INSERT INTO tokens (id, kind, digest, grant_id, client_id, user_id, scope,
                    audience, issued_at, expires_at)
                SELECT $17, 'refresh', $18, $3, $4, $5, $7, $8, $2, $19
                  FROM consumed
                 WHERE $17 IS NOT NULL
            )
            SELECT id FROM consumed";
        let mut params = Vec::from(redeemed.params(uuid(code.as_uuid()), now));
        params.push(address(from));
        Ok(self.conn.query_opt(SQL, &params).await?.is_some())
    }

    /// Ends the codes that were not redeemed yet, of a user, of a client, or of both together: what
    /// they stand for is revoked. Waits for redemptions that are under way.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn end_unredeemed(
        &self,
        user: Option<UserId>,
        client: Option<ClientKey>,
        now: Timestamp,
    ) -> Result<u64, DbError> {
        const SQL: &str = "-- authorizations.end_unredeemed_codes
            WITH chosen AS (
                SELECT id FROM authorization_codes
                 WHERE expires_at > $3 AND consumed_at IS NULL
                   AND ($1::uuid IS NULL OR user_id = $1)
                   AND ($2::uuid IS NULL OR client_id = $2)
                 ORDER BY id
                   FOR UPDATE
            )
            UPDATE authorization_codes a
               SET expires_at = $3
              FROM chosen c
             WHERE a.id = c.id";
        let params = [
            uuid(user.map(|id| *id.as_uuid())),
            uuid(client.map(|key| *key.as_uuid())),
            time(now.as_date_time()),
        ];
        self.conn.execute(SQL, &params).await
    }
}

fn record(row: &Columns<'_>) -> Result<CodeRecord, DbError> {
    let redeemed_as: Option<uuid::Uuid> = row.get("grant_id")?;
    Ok(CodeRecord {
        code: NewCode {
            id: CodeId::from_uuid(row.uuid("id")?),
            digest: row.digest("digest")?,
            client: ClientKey::from_uuid(row.uuid("client_id")?),
            user: UserId::from_uuid(row.uuid("user_id")?),
            session: SessionId::from_uuid(row.uuid("session_id")?),
            scope: row.parse("scope")?,
            resources: row.parse_all("resources")?,
            redirect_uri: RedirectUri::from_stored(row.get("redirect_uri")?),
            code_challenge: row.parse_opt("code_challenge")?,
            nonce: row.get("nonce")?,
            claims: row.parse_all("claims")?,
            authentication: row.authentication()?,
            issued_at: row.time("issued_at")?,
            expires_at: row.time("expires_at")?,
        },
        redeemed_as: redeemed_as.map(GrantId::from_uuid),
        redeemed_at: row.time_opt("consumed_at")?,
        redeemed_from: row.get("redeemed_from")?,
        user: user_claims(row)?,
        liveness: liveness(row)?,
        client_version: row.get("client_version")?,
    })
}
