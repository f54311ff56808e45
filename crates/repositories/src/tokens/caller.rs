//! Who calls the admin API with an access token: one statement for everything that opens it.

use authly_domain::id::UserId;
use authly_domain::scopes::AdminScope;
use authly_domain::secret::SecretDigest;
use authly_domain::tokens::TokenRecord;

use super::Tokens;
use super::record::token;
use crate::DbError;
use crate::grants::liveness_columns;
use crate::params::bytes;
use crate::row::Columns;

/// An access token with what its bearer may administer.
#[derive(Debug)]
pub struct CallerRecord {
    /// The token, with everything that its life depends on.
    pub token: TokenRecord,
    /// Its user; `None` where a service client acts for itself.
    pub user: Option<CallingUserRecord>,
    /// What the client may administer for itself.
    pub entitled_to: Vec<AdminScope>,
}

/// The user of an access token.
#[derive(Debug, Clone, Copy)]
pub struct CallingUserRecord {
    /// Who.
    pub id: UserId,
    /// Whether they may administer.
    pub is_admin: bool,
}

impl Tokens<'_> {
    /// The access token with this digest, and whether its bearer may administer.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find_caller(
        &self,
        digest: &SecretDigest,
    ) -> Result<Option<CallerRecord>, DbError> {
        const SQL: &str = concat!(
            "-- tokens.find_caller
            SELECT t.id, t.kind, t.grant_id, t.client_id, t.scope, t.audience, t.issued_at,
                   t.expires_at, coalesce(t.revoked_at, t.consumed_at) AS ended_at,
                   c.client_id AS client_name_on_wire, c.entitled_admin_scopes,
                   u.id AS user_id, u.subject, u.username, u.is_admin,
                   g.session_id, g.auth_time, g.acr, g.amr,
                   ",
            liveness_columns!(),
            "
              FROM tokens t
              JOIN clients c ON c.id = t.client_id
              LEFT JOIN grants g ON g.id = t.grant_id
              LEFT JOIN users u ON u.id = t.user_id
              LEFT JOIN sessions s ON s.id = g.session_id
              LEFT JOIN signing_keys k ON k.kid = t.kid
             WHERE t.digest = $1 AND t.kind = 'access'"
        );
        let params = [bytes(digest.as_bytes().as_slice())];
        let Some(row) = self.conn().query_opt(SQL, &params).await? else {
            return Ok(None);
        };
        let row = Columns::of("tokens", &row);
        let id: Option<uuid::Uuid> = row.get("user_id")?;
        let is_admin: Option<bool> = row.get("is_admin")?;
        let user = id.map(|id| CallingUserRecord {
            id: UserId::from_uuid(id),
            is_admin: is_admin.unwrap_or(false),
        });
        Ok(Some(CallerRecord {
            token: token(&row)?,
            user,
            entitled_to: row.parse_all("entitled_admin_scopes")?,
        }))
    }
}
