//! Tokens as administrators see and revoke them.

use authly_domain::clock::Timestamp;
use authly_domain::grants::{Revocation, Revoked};
use authly_domain::id::{ClientKey, GrantId, TokenId, UserId};
use authly_domain::keys::KeyId;
use authly_domain::secret::SecretDigest;
use authly_domain::tokens::TokenDetails;
use uuid::Uuid;

use super::Tokens;
use super::record::token;
use crate::DbError;
use crate::grants::liveness_columns;
use crate::params::{Param, bytes, number, text, time, uuid};
use crate::row::Columns;
use crate::walk::{BATCH, Step};

/// A statement that reads the tokens whose keys are its page, the newest first.
macro_rules! details {
    ($name:literal, $page:literal) => {
        concat!(
            "-- tokens.",
            $name,
            "
            WITH page AS (
                ",
            $page,
            "
            )
            SELECT t.id, t.kind, t.grant_id, t.client_id, t.user_id, t.kid, t.scope, t.audience,
                   t.issued_at, t.expires_at, t.consumed_at, t.revoked_at, t.revoked_reason,
                   coalesce(t.revoked_at, t.consumed_at) AS ended_at,
                   c.client_id AS client_name_on_wire, u.subject, u.username,
                   g.session_id, g.auth_time, g.acr, g.amr,
                   ",
            liveness_columns!(),
            "
              FROM page p
              JOIN tokens t ON t.id = p.id
              JOIN clients c ON c.id = t.client_id
              LEFT JOIN grants g ON g.id = t.grant_id
              LEFT JOIN users u ON u.id = t.user_id
              LEFT JOIN sessions s ON s.id = g.session_id
              LEFT JOIN signing_keys k ON k.kid = t.kid
             ORDER BY t.id DESC"
        )
    };
}

/// Whose tokens a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokensOf {
    /// Everybody's.
    All,
    /// Those that belong to a grant.
    Grant(GrantId),
    /// Those that stand for a user.
    User(UserId),
    /// Those that a client got, for itself or for users.
    Client(ClientKey),
}

impl TokensOf {
    /// The statement that reads a page, for whoever asks the database how it does that. Its
    /// parameters: the key before which the page begins, how many rows, and the owner if there is
    /// one.
    #[must_use]
    pub const fn statement(&self) -> &'static str {
        match self {
            Self::All => details!(
                "list",
                "SELECT id FROM tokens WHERE id < $1 ORDER BY id DESC LIMIT $2"
            ),
            Self::Grant(_) => details!(
                "list_of_grant",
                "SELECT id FROM tokens
                  WHERE grant_id = $3 AND id < $1 ORDER BY id DESC LIMIT $2"
            ),
            Self::User(_) => details!(
                "list_of_user",
                "SELECT id FROM tokens
                  WHERE user_id = $3 AND id < $1 ORDER BY id DESC LIMIT $2"
            ),
            Self::Client(_) => details!(
                "list_of_client",
                "SELECT id FROM tokens
                  WHERE client_id = $3 AND id < $1 ORDER BY id DESC LIMIT $2"
            ),
        }
    }
}

impl Tokens<'_> {
    /// Tokens whatever has become of them, the newest first: so many `rows` of those that are older
    /// than `before`.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn list(
        &self,
        of: &TokensOf,
        before: Option<TokenId>,
        rows: i64,
    ) -> Result<Vec<TokenDetails>, DbError> {
        let before = before.map_or(Uuid::max(), |id| *id.as_uuid());
        let mut params = vec![uuid(before), number(rows)];
        match of {
            TokensOf::All => {}
            TokensOf::Grant(grant) => params.push(uuid(grant.as_uuid())),
            TokensOf::User(user) => params.push(uuid(user.as_uuid())),
            TokensOf::Client(client) => params.push(uuid(client.as_uuid())),
        }
        let rows = self.conn().query(of.statement(), &params).await?;
        let rows = rows.iter();
        rows.map(|row| details(&Columns::of("tokens", row)))
            .collect()
    }

    /// The token with this key, whatever has become of it.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find(&self, token: TokenId) -> Result<Option<TokenDetails>, DbError> {
        const SQL: &str = details!("find", "SELECT id FROM tokens WHERE id = $1");
        self.one(SQL, uuid(token.as_uuid())).await
    }

    /// The token with this digest, whatever has become of it.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find_by_digest(
        &self,
        digest: &SecretDigest,
    ) -> Result<Option<TokenDetails>, DbError> {
        const SQL: &str = details!("find_by_digest", "SELECT id FROM tokens WHERE digest = $1");
        self.one(SQL, bytes(digest.as_bytes().as_slice())).await
    }

    async fn one(
        &self,
        sql: &'static str,
        key: Param<'_>,
    ) -> Result<Option<TokenDetails>, DbError> {
        let row = self.conn().query_opt(sql, &[key]).await?;
        row.map(|row| details(&Columns::of("tokens", &row)))
            .transpose()
    }

    /// Ends a token by itself. The first reason stays; answers whether this was it.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn revoke_one(
        &self,
        token: TokenId,
        why: Revocation,
        now: Timestamp,
    ) -> Result<bool, DbError> {
        const SQL: &str = "-- tokens.revoke_one
            UPDATE tokens
               SET revoked_at = $2, revoked_reason = $3
             WHERE id = $1 AND revoked_at IS NULL";
        let params = [
            uuid(token.as_uuid()),
            time(now.as_date_time()),
            text(why.as_str()),
        ];
        Ok(self.conn().execute(SQL, &params).await? == 1)
    }

    /// Ends the tokens that a client got for itself, a batch at a time: looks at its tokens whose
    /// keys come after `after`, and passes over those of grants and what has ended anyway.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn revoke_batch_of_client(
        &self,
        client: ClientKey,
        why: Revocation,
        now: Timestamp,
        after: Option<TokenId>,
    ) -> Result<Step<TokenId>, DbError> {
        // Locked in the order of their keys: two who do this at once do not wait for each other.
        const SQL: &str = "-- tokens.revoke_batch_of_client
            WITH page AS MATERIALIZED (
                SELECT id FROM tokens
                 WHERE client_id = $1 AND id > $2
                 ORDER BY id
                 LIMIT $3
            ), chosen AS (
                SELECT t.id
                  FROM tokens t
                  JOIN page p ON p.id = t.id
                 WHERE t.grant_id IS NULL AND t.revoked_at IS NULL AND t.expires_at > $4
                 ORDER BY t.id
                   FOR NO KEY UPDATE OF t
            ), revoked AS (
                UPDATE tokens t
                   SET revoked_at = $4, revoked_reason = $5
                  FROM chosen c
                 WHERE t.id = c.id
            )
            SELECT (SELECT count(*) FROM page) AS seen,
                   (SELECT count(*) FROM chosen) AS changed,
                   (SELECT id FROM page ORDER BY id DESC LIMIT 1) AS reached";
        let after = after.map_or(Uuid::nil(), |id| *id.as_uuid());
        let params = [
            uuid(client.as_uuid()),
            uuid(after),
            number(BATCH),
            time(now.as_date_time()),
            text(why.as_str()),
        ];
        let row = self.conn().query_opt(SQL, &params).await?;
        let Some(row) = row else {
            return Ok(Step::of(0, None));
        };
        let row = Columns::of("tokens", &row);
        let rows = |column| {
            let count: i64 = row.get(column)?;
            usize::try_from(count).map_err(|_negative| row.corrupt(column))
        };
        let reached: Option<Uuid> = row.get("reached")?;
        let reached = reached.map(TokenId::from_uuid);
        Ok(Step::seen(rows("seen")?, rows("changed")?, reached))
    }
}

fn details(row: &Columns<'_>) -> Result<TokenDetails, DbError> {
    let user: Option<Uuid> = row.get("user_id")?;
    let kid: Option<String> = row.get("kid")?;
    let revoked_at = row.time_opt("revoked_at")?;
    let why = row.parse_opt("revoked_reason")?;
    Ok(TokenDetails {
        token: token(row)?,
        user: user.map(UserId::from_uuid),
        kid: kid.map(KeyId::new),
        spent_at: row.time_opt("consumed_at")?,
        revoked: revoked_at.zip(why).map(|(at, why)| Revoked { at, why }),
    })
}
