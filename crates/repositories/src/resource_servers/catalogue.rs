//! Resource servers as administrators see and change them.

use authly_domain::clients::ClientId;
use authly_domain::configuration::ConfigurationName;
use authly_domain::id::ResourceServerId;
use authly_domain::resource_servers::{RegisteredServer, ResourceServerFilter};
use authly_domain::scopes::Resource;

use super::{ResourceServers, server};
use crate::DbError;
use crate::params::{flag, number, text, uuid};
use crate::row::Columns;

/// What is read of a `resource_servers`.
macro_rules! registered {
    () => {
        "SELECT id, resource, name, open_to, is_active, managed_by, version, created_at, updated_at
              FROM resource_servers"
    };
}

/// The statement that reads a page. Its parameters: beginning of the identifier, whether enabled, the
/// identifier before the page, how many rows, and the normal form of the identifier.
const LIST: &str = concat!(
    "-- resource_servers.list
            ",
    registered!(),
    "
             WHERE ($1::text IS NULL
                    OR (resource COLLATE \"C\" >= $1 AND resource COLLATE \"C\" < $1 || chr(1114111)))
               AND ($2::boolean IS NULL OR is_active = $2)
               AND ($3::text IS NULL OR resource COLLATE \"C\" > $3)
               AND ($5::text IS NULL OR normal_form = $5)
             ORDER BY resource COLLATE \"C\"
             LIMIT $4"
);

/// A client from which a resource server was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenFrom {
    /// Its name on the wire.
    pub client: ClientId,
    /// Whether its default audience was this one alone.
    pub has_lost_audience: bool,
}

impl ResourceServers<'_> {
    /// A page by identifier, from the one behind `after` on.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn list(
        &self,
        filter: &ResourceServerFilter,
        after: Option<&str>,
        rows: i64,
    ) -> Result<Vec<RegisteredServer>, DbError> {
        let params = [
            text(&filter.begins_with),
            flag(filter.is_active),
            text(after),
            number(rows),
            text(filter.resource.as_ref().map(Resource::normal_form)),
        ];
        let rows = self.conn.query_planned(LIST, &params).await?;
        rows.iter()
            .map(|row| registered(&Columns::of("resource_servers", row)))
            .collect()
    }

    /// The one with this key, enabled or not.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find(&self, id: ResourceServerId) -> Result<Option<RegisteredServer>, DbError> {
        const SQL: &str = concat!(
            "-- resource_servers.find
            ",
            registered!(),
            "
             WHERE id = $1"
        );
        let row = self.conn.query_opt(SQL, &[uuid(id.as_uuid())]).await?;
        row.map(|row| registered(&Columns::of("resource_servers", &row)))
            .transpose()
    }

    /// The one with this key, kept from everybody else, and from being named by clients, until the unit
    /// of work ends.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn lock(&self, id: ResourceServerId) -> Result<Option<RegisteredServer>, DbError> {
        const SQL: &str = concat!(
            "-- resource_servers.lock
            ",
            registered!(),
            "
             WHERE id = $1
               FOR UPDATE"
        );
        let row = self.conn.query_opt(SQL, &[uuid(id.as_uuid())]).await?;
        row.map(|row| registered(&Columns::of("resource_servers", &row)))
            .transpose()
    }

    /// The one of this identifier in any spelling, enabled or not.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find_by_resource(
        &self,
        resource: &Resource,
    ) -> Result<Option<RegisteredServer>, DbError> {
        const SQL: &str = concat!(
            "-- resource_servers.find_by_resource
            ",
            registered!(),
            "
             WHERE normal_form = $1"
        );
        let params = [text(resource.normal_form())];
        let row = self.conn.query_opt(SQL, &params).await?;
        row.map(|row| registered(&Columns::of("resource_servers", &row)))
            .transpose()
    }

    /// Marks one as looked after by a configuration, or by none. Its version goes up where that is
    /// something new.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn mark(
        &self,
        id: ResourceServerId,
        managed_by: Option<&ConfigurationName>,
    ) -> Result<(), DbError> {
        const SQL: &str = "-- resource_servers.mark
            UPDATE resource_servers SET managed_by = $2, version = version + 1
             WHERE id = $1 AND managed_by IS DISTINCT FROM $2";
        let managed_by = managed_by.map(ConfigurationName::as_str);
        let params = [uuid(id.as_uuid()), text(managed_by)];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// How many clients name one, which is locked, as something to ask for or as their audience.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn clients_of(&self, resource: &Resource) -> Result<i64, DbError> {
        const SQL: &str = "-- resource_servers.clients_of
            SELECT count(*) AS clients FROM clients
             WHERE resources @> ARRAY[$1] OR default_audience @> ARRAY[$1]";
        let row = self.conn.query_opt(SQL, &[text(resource.as_str())]).await?;
        row.map_or(Ok(0), |row| Columns::of("clients", &row).get("clients"))
    }

    /// Takes one, which is locked, from every client that names it, and answers which they are by name;
    /// their versions go up.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn take_from_clients(&self, resource: &Resource) -> Result<Vec<TakenFrom>, DbError> {
        const SQL: &str = "-- resource_servers.take_from_clients
            WITH locked AS (
                SELECT id, default_audience FROM clients
                 WHERE resources @> ARRAY[$1] OR default_audience @> ARRAY[$1]
                 ORDER BY id
                   FOR NO KEY UPDATE
            ), taken AS (
                UPDATE clients c
                   SET resources = array_remove(c.resources, $1),
                       default_audience = array_remove(c.default_audience, $1),
                       version = c.version + 1
                  FROM locked l
                 WHERE c.id = l.id
                RETURNING c.client_id,
                          c.default_audience = '{}' AND l.default_audience <> '{}' AS has_lost_audience
            )
            SELECT client_id, has_lost_audience FROM taken ORDER BY client_id";
        let rows = self.conn.query(SQL, &[text(resource.as_str())]).await?;
        let taken = |row: &Columns<'_>| {
            Ok(TakenFrom {
                client: row.parse("client_id")?,
                has_lost_audience: row.get("has_lost_audience")?,
            })
        };
        let rows = rows.iter();
        rows.map(|row| taken(&Columns::of("clients", row)))
            .collect()
    }

    /// Removes one.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn delete(&self, id: ResourceServerId) -> Result<(), DbError> {
        const SQL: &str = "-- resource_servers.delete
            DELETE FROM resource_servers WHERE id = $1";
        self.conn.execute(SQL, &[uuid(id.as_uuid())]).await?;
        Ok(())
    }
}

fn registered(row: &Columns<'_>) -> Result<RegisteredServer, DbError> {
    Ok(RegisteredServer {
        server: server(row)?,
        managed_by: row.parse_opt("managed_by")?,
        version: row.get("version")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
