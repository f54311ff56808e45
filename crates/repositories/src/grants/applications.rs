//! What has access in a user's name, as they see it themselves.

use authly_domain::grants::Application;
use authly_domain::id::{ClientKey, UserId};
use authly_domain::scopes::Scope;

use super::Grants;
use crate::DbError;
use crate::params::{number, uuid};
use crate::row::Columns;

impl Grants<'_> {
    /// The clients that hold a grant of this user that has not ended, or a consent, which would get them
    /// one without a question; by name, at most so many `rows`.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn applications_of(
        &self,
        user: UserId,
        rows: i64,
    ) -> Result<Vec<Application>, DbError> {
        const SQL: &str = "-- grants.applications_of
            WITH given AS (
                SELECT g.client_id, g.scope, g.created_at, g.session_id IS NULL AS is_offline
                  FROM grants g
                  LEFT JOIN sessions s ON s.id = g.session_id
                 WHERE g.user_id = $1 AND g.revoked_at IS NULL AND s.ended_at IS NULL
                UNION ALL
                SELECT n.client_id, n.granted, n.created_at, false
                  FROM consents n
                 WHERE n.user_id = $1
            )
            SELECT c.id, c.client_name, c.client_uri, array_agg(v.scope) AS scopes,
                   min(v.created_at) AS since, bool_or(v.is_offline) AS is_offline
              FROM given v
              JOIN clients c ON c.id = v.client_id
             WHERE c.is_active
             GROUP BY c.id
             ORDER BY lower(c.client_name), c.id
             LIMIT $2";
        let params = [uuid(user.as_uuid()), number(rows)];
        let rows = self.conn.query(SQL, &params).await?;
        let rows = rows.iter();
        rows.map(|row| application(&Columns::of("grants", row)))
            .collect()
    }
}

fn application(row: &Columns<'_>) -> Result<Application, DbError> {
    let scopes: Vec<Scope> = row.parse_all("scopes")?;
    Ok(Application {
        client: ClientKey::from_uuid(row.uuid("id")?),
        name: row.get("client_name")?,
        client_uri: row.get("client_uri")?,
        scope: scopes
            .iter()
            .fold(Scope::empty(), |all, scope| all.union(scope)),
        since: row.time("since")?,
        works_offline: row.get("is_offline")?,
    })
}
