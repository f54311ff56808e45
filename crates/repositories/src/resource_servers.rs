//! `resource_servers`: the APIs that tokens are for.

mod catalogue;

pub use catalogue::TakenFrom;

use authly_domain::clock::Timestamp;
use authly_domain::id::ResourceServerId;
use authly_domain::resource_servers::{KnownServers, ResourceServer};
use authly_domain::scopes::Resource;

use crate::DbError;
use crate::params::{flag, text, texts, time, uuid};
use crate::row::Columns;

/// All of them, at one moment.
#[derive(Debug, Clone, Default)]
pub struct StoredServers {
    /// Goes up with each change.
    pub version: i64,
    /// The resource servers.
    pub servers: KnownServers,
}

repository! {
    /// The APIs that tokens are for.
    ResourceServers
}

impl ResourceServers<'_> {
    /// The number that goes up whenever one of them changes.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn version(&self) -> Result<i64, DbError> {
        const SQL: &str = "-- resource_servers.version
            SELECT resource_servers FROM revisions";
        let row = self.conn.query_opt(SQL, &[]).await?;
        row.map_or(Ok(0), |row| {
            Columns::of("revisions", &row).get("resource_servers")
        })
    }

    /// All of them, with their version.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn all(&self) -> Result<StoredServers, DbError> {
        const SQL: &str = "-- resource_servers.all
            SELECT r.resource_servers AS revision, s.id, s.resource, s.name, s.open_to, s.is_active
              FROM revisions r
              LEFT JOIN resource_servers s ON true";
        let rows = self.conn.query(SQL, &[]).await?;
        let mut version = 0;
        let mut servers = Vec::new();
        for row in &rows {
            let row = Columns::of("resource_servers", row);
            version = row.get("revision")?;
            // The only row of an empty table.
            if row.get::<Option<uuid::Uuid>>("id")?.is_some() {
                servers.push(server(&row)?);
            }
        }
        let servers = servers.into_iter().collect();
        Ok(StoredServers { version, servers })
    }

    /// Adds one unless one of that identifier is there. Answers whether it was added.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn insert(&self, server: &ResourceServer, now: Timestamp) -> Result<bool, DbError> {
        const SQL: &str = "-- resource_servers.insert
            INSERT INTO resource_servers
                (id, resource, normal_form, name, open_to, is_active, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
            ON CONFLICT (normal_form) DO NOTHING";
        let params = [
            uuid(server.id.as_uuid()),
            text(server.resource.as_str()),
            text(server.resource.normal_form()),
            text(&server.name),
            text(server.open_to.as_str()),
            flag(server.is_active),
            time(now.as_date_time()),
        ];
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }

    /// Stores what can be changed of one; its version goes up where that is something new.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn update(&self, server: &ResourceServer) -> Result<(), DbError> {
        const SQL: &str = "-- resource_servers.update
            UPDATE resource_servers
               SET name = $2, open_to = $3, is_active = $4, version = version + 1
             WHERE id = $1 AND (name, open_to, is_active) IS DISTINCT FROM ($2, $3, $4)";
        let params = [
            uuid(server.id.as_uuid()),
            text(&server.name),
            text(server.open_to.as_str()),
            flag(server.is_active),
        ];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Keeps these, as far as they are registered, from being changed or removed until the unit of work
    /// ends, and answers them in the registered spelling. Who changes what a client names does this
    /// before the client is locked: resource servers are locked before clients by everybody.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn hold(&self, resources: &[Resource]) -> Result<Vec<Resource>, DbError> {
        const SQL: &str = "-- resource_servers.hold
            SELECT resource FROM resource_servers
             WHERE normal_form = ANY ($1)
             ORDER BY normal_form FOR KEY SHARE";
        if resources.is_empty() {
            return Ok(Vec::new());
        }
        let forms: Vec<&str> = resources.iter().map(Resource::normal_form).collect();
        let rows = self.conn.query(SQL, &[texts(&forms)]).await?;
        rows.iter()
            .map(|row| Columns::of("resource_servers", row).parse("resource"))
            .collect()
    }
}

/// What tokens go by.
fn server(row: &Columns<'_>) -> Result<ResourceServer, DbError> {
    Ok(ResourceServer {
        id: ResourceServerId::from_uuid(row.uuid("id")?),
        resource: row.parse("resource")?,
        name: row.get("name")?,
        open_to: row.parse("open_to")?,
        is_active: row.get("is_active")?,
    })
}
