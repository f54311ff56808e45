//! A grant with the tokens that it begins with.

use authly_domain::clock::Timestamp;
use authly_domain::grants::NewGrant;
use authly_domain::scopes::Resource;
use authly_domain::tokens::{NewAccessToken, NewRefreshToken};
use authly_domain::users::Subject;

use super::Grants;
use crate::DbError;
use crate::params::{Param, as_texts, bytes, number, text, texts, time, uuid};

/// A grant with the tokens that it begins with, stored in one statement.
#[derive(Debug)]
pub struct GrantWithTokens {
    /// The grant.
    pub grant: NewGrant,
    /// Its access token.
    pub access: NewAccessToken,
    /// Its refresh token, where the client may use one.
    pub refresh: Option<NewRefreshToken>,
}

impl GrantWithTokens {
    /// The parameters from `$2` on of the statements that store it; `first` is for the statement.
    pub(crate) fn params<'p>(&'p self, first: Param<'p>, now: Timestamp) -> [Param<'p>; 21] {
        let Self {
            grant,
            access,
            refresh,
        } = self;
        let resources: Vec<_> = grant.resources.iter().map(Resource::as_str).collect();
        let refresh_digest = refresh.as_ref().map(|one| one.digest.as_bytes().as_slice());
        [
            first,
            time(now.as_date_time()),
            uuid(grant.id.as_uuid()),
            uuid(grant.client.as_uuid()),
            uuid(grant.user.as_uuid()),
            uuid(grant.session.map(|id| *id.as_uuid())),
            text(grant.scope.to_string()),
            texts(resources),
            time(grant.authentication.auth_time.as_date_time()),
            text(&grant.authentication.acr),
            texts(&grant.authentication.amr),
            uuid(access.id.as_uuid()),
            bytes(access.digest.as_bytes().as_slice()),
            text(access.kid.as_str()),
            texts(&access.audience),
            time(access.expires_at.as_date_time()),
            uuid(refresh.as_ref().map(|one| *one.id.as_uuid())),
            bytes(refresh_digest),
            time(refresh.as_ref().map(|one| one.expires_at.as_date_time())),
            texts(as_texts(&grant.claims)),
            text(grant.pairwise_subject.as_ref().map(Subject::as_str)),
        ]
    }
}

impl Grants<'_> {
    /// Stores a grant that no code stands for, with its tokens, unless the client is no longer active
    /// in this version. Answers whether it was stored.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn open(
        &self,
        opened: &GrantWithTokens,
        client_version: i64,
        now: Timestamp,
    ) -> Result<bool, DbError> {
        const SQL: &str = "-- grants.open
            WITH current AS (
                SELECT id FROM clients WHERE id = $4 AND is_active AND version = $1
            ), granted AS (
                INSERT INTO grants (id, client_id, user_id, session_id, scope, resources,
                    auth_time, acr, amr, created_at, claims, pairwise_subject)
                SELECT $3, $4, $5, $6, $7, $8, $9, $10, $11, $2, $20, $21 FROM current
            ), access AS (
                INSERT INTO tokens (id, kind, digest, kid, grant_id, client_id, user_id, scope,
                    audience, issued_at, expires_at)
                SELECT $12, 'access', $13, $14, $3, $4, $5, $7, $15, $2, $16 FROM current
            ), refresh AS (
                INSERT INTO tokens (id, kind, digest, grant_id, client_id, user_id, scope,
                    audience, issued_at, expires_at)
                SELECT $17, 'refresh', $18, $3, $4, $5, $7, $8, $2, $19
                  FROM current
                 WHERE $17 IS NOT NULL
            )
            SELECT id FROM current";
        let params = opened.params(number(client_version), now);
        Ok(self.conn.query_opt(SQL, &params).await?.is_some())
    }
}
