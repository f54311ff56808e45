//! Grants as administrators see and revoke them.

use authly_domain::clock::Timestamp;
use authly_domain::grants::{GrantRecord, Revocation, Revoked};
use authly_domain::id::{ClientKey, GrantId, SessionId, UserId};
use uuid::Uuid;

use super::{Grants, liveness, liveness_columns};
use crate::DbError;
use crate::params::{number, text, time, uuid};
use crate::row::Columns;
use crate::walk::{BATCH, Step};

/// A statement that reads the grants whose keys are its page, the newest first.
macro_rules! records {
    ($name:literal, $page:literal) => {
        concat!(
            "-- grants.",
            $name,
            "
            WITH page AS (
                ",
            $page,
            "
            )
            SELECT g.id, g.client_id, c.client_id AS client_name_on_wire, g.user_id, u.username,
                   g.session_id, g.scope, g.resources, g.auth_time, g.acr, g.amr, g.created_at,
                   g.revoked_reason,
                   ",
            liveness_columns!(),
            "
              FROM page p
              JOIN grants g ON g.id = p.id
              JOIN clients c ON c.id = g.client_id
              JOIN users u ON u.id = g.user_id
              LEFT JOIN sessions s ON s.id = g.session_id
              LEFT JOIN signing_keys k ON false
             ORDER BY g.id DESC"
        )
    };
}

/// Whose grants a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantsOf {
    /// Everybody's.
    All,
    /// Those that a user gave.
    User(UserId),
    /// Those that a client got.
    Client(ClientKey),
}

impl GrantsOf {
    /// The statement that reads a page, for whoever asks the database how it does that. Its
    /// parameters: the key before which the page begins, how many rows, and the owner if there is
    /// one.
    #[must_use]
    pub const fn statement(&self) -> &'static str {
        match self {
            Self::All => records!(
                "list",
                "SELECT id FROM grants WHERE id < $1 ORDER BY id DESC LIMIT $2"
            ),
            Self::User(_) => records!(
                "list_of_user",
                "SELECT id FROM grants
                  WHERE user_id = $3 AND id < $1 ORDER BY id DESC LIMIT $2"
            ),
            Self::Client(_) => records!(
                "list_of_client",
                "SELECT id FROM grants
                  WHERE client_id = $3 AND id < $1 ORDER BY id DESC LIMIT $2"
            ),
        }
    }
}

/// Which grants are revoked together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantsToRevoke {
    /// All that a user gave.
    OfUser(UserId),
    /// All that a client got.
    OfClient(ClientKey),
    /// All that a user gave to one client.
    OfUserAtClient(UserId, ClientKey),
}

impl Grants<'_> {
    /// Grants whatever has become of them, the newest first: so many `rows` of those that are older
    /// than `before`.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn list(
        &self,
        of: &GrantsOf,
        before: Option<GrantId>,
        rows: i64,
    ) -> Result<Vec<GrantRecord>, DbError> {
        let before = before.map_or(Uuid::max(), |id| *id.as_uuid());
        let mut params = vec![uuid(before), number(rows)];
        match of {
            GrantsOf::All => {}
            GrantsOf::User(user) => params.push(uuid(user.as_uuid())),
            GrantsOf::Client(client) => params.push(uuid(client.as_uuid())),
        }
        let rows = self.conn.query(of.statement(), &params).await?;
        let rows = rows.iter();
        rows.map(|row| record(&Columns::of("grants", row)))
            .collect()
    }

    /// The grant with this key, whatever has become of it.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find(&self, grant: GrantId) -> Result<Option<GrantRecord>, DbError> {
        const SQL: &str = records!("find", "SELECT id FROM grants WHERE id = $1");
        let row = self.conn.query_opt(SQL, &[uuid(grant.as_uuid())]).await?;
        row.map(|row| record(&Columns::of("grants", &row)))
            .transpose()
    }

    /// Ends grants together, a batch at a time: those whose keys come after `after`. Each keeps the
    /// first reason.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn revoke_batch(
        &self,
        which: &GrantsToRevoke,
        why: Revocation,
        now: Timestamp,
        after: Option<GrantId>,
    ) -> Result<Step<GrantId>, DbError> {
        // Locked in the order of their keys: two who do this at once do not wait for each other.
        const BY_USER: &str = "-- grants.revoke_batch_of_user
            WITH chosen AS (
                SELECT id FROM grants
                 WHERE user_id = $5 AND ($6::uuid IS NULL OR client_id = $6)
                   AND revoked_at IS NULL AND id > $1
                 ORDER BY id
                 LIMIT $2
                   FOR NO KEY UPDATE
            ), revoked AS (
                UPDATE grants g
                   SET revoked_at = $3, revoked_reason = $4
                  FROM chosen c
                 WHERE g.id = c.id
            )
            SELECT id FROM chosen ORDER BY id";
        const BY_CLIENT: &str = "-- grants.revoke_batch_of_client
            WITH chosen AS (
                SELECT id FROM grants
                 WHERE client_id = $5 AND revoked_at IS NULL AND id > $1
                 ORDER BY id
                 LIMIT $2
                   FOR NO KEY UPDATE
            ), revoked AS (
                UPDATE grants g
                   SET revoked_at = $3, revoked_reason = $4
                  FROM chosen c
                 WHERE g.id = c.id
            )
            SELECT id FROM chosen ORDER BY id";
        let after = after.map_or(Uuid::nil(), |id| *id.as_uuid());
        let mut params = vec![
            uuid(after),
            number(BATCH),
            time(now.as_date_time()),
            text(why.as_str()),
        ];
        let sql = match which {
            GrantsToRevoke::OfUser(user) => {
                params.push(uuid(user.as_uuid()));
                params.push(uuid(None::<Uuid>));
                BY_USER
            }
            GrantsToRevoke::OfUserAtClient(user, client) => {
                params.push(uuid(user.as_uuid()));
                params.push(uuid(client.as_uuid()));
                BY_USER
            }
            GrantsToRevoke::OfClient(client) => {
                params.push(uuid(client.as_uuid()));
                BY_CLIENT
            }
        };
        let rows = self.conn.query(sql, &params).await?;
        let last = rows.last().map(|row| Columns::of("grants", row).uuid("id"));
        Ok(Step::of(
            rows.len(),
            last.transpose()?.map(GrantId::from_uuid),
        ))
    }
}

fn record(row: &Columns<'_>) -> Result<GrantRecord, DbError> {
    let session: Option<Uuid> = row.get("session_id")?;
    let revoked_at = row.time_opt("grant_revoked_at")?;
    let why = row.parse_opt("revoked_reason")?;
    Ok(GrantRecord {
        id: GrantId::from_uuid(row.uuid("id")?),
        client: ClientKey::from_uuid(row.uuid("client_id")?),
        client_id: row.parse("client_name_on_wire")?,
        user: UserId::from_uuid(row.uuid("user_id")?),
        username: row.parse("username")?,
        session: session.map(SessionId::from_uuid),
        scope: row.parse("scope")?,
        resources: row.parse_all("resources")?,
        authentication: row.authentication()?,
        created_at: row.time("created_at")?,
        revoked: revoked_at.zip(why).map(|(at, why)| Revoked { at, why }),
        liveness: liveness(row)?,
    })
}
