//! The catalogue as administrators see and change it.

use authly_domain::configuration::ConfigurationName;
use authly_domain::scopes::{RegisteredScope, Scope, ScopeFilter, ScopeToken};

use super::{Scopes, record};
use crate::DbError;
use crate::params::{flag, number, text, texts};
use crate::row::Columns;

/// What is read of scopes, from a `p` that says which. Whether one is in use is the first entry of an
/// index from there on: looking for any entry, the planner would expect to find one soon, and read all
/// of what clients may ask for where there is none.
macro_rules! registered {
    () => {
        "
            SELECT s.name, s.description, s.is_default, s.is_active, s.is_system, s.managed_by, s.version,
                   s.created_at, s.updated_at,
                   coalesce(s.name = (SELECT x.scope FROM client_scopes x
                                       WHERE x.scope >= s.name
                                       ORDER BY x.scope
                                       LIMIT 1), false) AS is_in_use
              FROM page p
              JOIN scopes s ON s.name = p.name
             ORDER BY s.name COLLATE \"C\""
    };
}

/// The statement that reads a page, for whoever asks the database how it does that. Its parameters:
/// beginning of the name, whether enabled, the name before the page, and how many rows.
pub const LIST: &str = concat!(
    "-- scopes.list
            WITH page AS (
                SELECT name FROM scopes
                 WHERE ($1::text IS NULL
                        OR (name COLLATE \"C\" >= $1 AND name COLLATE \"C\" < $1 || chr(1114111)))
                   AND ($2::boolean IS NULL OR is_active = $2)
                   AND ($3::text IS NULL OR name COLLATE \"C\" > $3)
                 ORDER BY name COLLATE \"C\"
                 LIMIT $4
            )",
    registered!()
);

impl Scopes<'_> {
    /// A page of scopes by name, from the one behind `after` on.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn list(
        &self,
        filter: &ScopeFilter,
        after: Option<&str>,
        rows: i64,
    ) -> Result<Vec<RegisteredScope>, DbError> {
        let params = [
            text(&filter.begins_with),
            flag(filter.is_active),
            text(after),
            number(rows),
        ];
        let rows = self.conn.query_planned(LIST, &params).await?;
        rows.iter()
            .map(|row| registered(&Columns::of("scopes", row)))
            .collect()
    }

    /// The scope of this name, enabled or not.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find(&self, name: &ScopeToken) -> Result<Option<RegisteredScope>, DbError> {
        const SQL: &str = concat!(
            "-- scopes.find
            WITH page AS (SELECT name FROM scopes WHERE name = $1)",
            registered!()
        );
        let row = self.conn.query_opt(SQL, &[text(name.as_str())]).await?;
        row.map(|row| registered(&Columns::of("scopes", &row)))
            .transpose()
    }

    /// Which of these names are in the catalogue, enabled or not.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn known_of(&self, scope: &Scope) -> Result<Scope, DbError> {
        const SQL: &str = "-- scopes.known_of
            SELECT name FROM scopes WHERE name = ANY ($1)";
        let names: Vec<&str> = scope.iter().map(ScopeToken::as_str).collect();
        let rows = self.conn.query(SQL, &[texts(&names)]).await?;
        rows.iter()
            .map(|row| Columns::of("scopes", row).parse("name"))
            .collect()
    }

    /// Keeps these scopes, as far as they are there, from being changed or removed until the unit of work
    /// ends, and answers which they are. Who changes what a client may ask for does this before anything
    /// else: scopes are locked before clients, in the order of their names and keys, by everybody.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn hold(&self, scope: &Scope) -> Result<Scope, DbError> {
        const SQL: &str = "-- scopes.hold
            SELECT name FROM scopes WHERE name = ANY ($1) ORDER BY name FOR KEY SHARE";
        let names: Vec<&str> = scope.iter().map(ScopeToken::as_str).collect();
        let rows = self.conn.query(SQL, &[texts(&names)]).await?;
        rows.iter()
            .map(|row| Columns::of("scopes", row).parse("name"))
            .collect()
    }

    /// Keeps everybody else from changing this scope until the unit of work ends, and from assigning
    /// it. Answers whether it is there.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn lock(&self, name: &ScopeToken) -> Result<bool, DbError> {
        const SQL: &str = "-- scopes.lock
            SELECT name FROM scopes WHERE name = $1 FOR UPDATE";
        let row = self.conn.query_opt(SQL, &[text(name.as_str())]).await?;
        Ok(row.is_some())
    }

    /// Keeps everybody else from changing the clients that may ask for a scope, which is locked.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn lock_clients(&self, name: &ScopeToken) -> Result<(), DbError> {
        const SQL: &str = "-- scopes.lock_clients
            WITH locked AS (
                SELECT id FROM clients
                 WHERE id IN (SELECT client_id FROM client_scopes WHERE scope = $1)
                 ORDER BY id
                   FOR NO KEY UPDATE)
            SELECT count(*) FROM locked";
        self.conn.query_opt(SQL, &[text(name.as_str())]).await?;
        Ok(())
    }

    /// Marks a scope as looked after by a configuration, or by none. Its version goes up where that is
    /// something new.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn mark(
        &self,
        name: &ScopeToken,
        managed_by: Option<&ConfigurationName>,
    ) -> Result<(), DbError> {
        const SQL: &str = "-- scopes.mark
            UPDATE scopes SET managed_by = $2, version = version + 1
             WHERE name = $1 AND managed_by IS DISTINCT FROM $2";
        let managed_by = managed_by.map(ConfigurationName::as_str);
        let params = [text(name.as_str()), text(managed_by)];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Takes a scope from every client that may ask for it; their versions go up.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn take_from_clients(&self, name: &ScopeToken) -> Result<(), DbError> {
        const SQL: &str = "-- scopes.take_from_clients
            WITH taken AS (DELETE FROM client_scopes WHERE scope = $1 RETURNING client_id)
            UPDATE clients SET version = version + 1 WHERE id IN (SELECT client_id FROM taken)";
        self.conn.execute(SQL, &[text(name.as_str())]).await?;
        Ok(())
    }

    /// Removes a scope. One that a client may ask for violates `client_scopes_scope_fkey`.
    ///
    /// # Errors
    /// When it is assigned, or storage fails.
    pub async fn delete(&self, name: &ScopeToken) -> Result<(), DbError> {
        const SQL: &str = "-- scopes.delete
            DELETE FROM scopes WHERE name = $1";
        self.conn.execute(SQL, &[text(name.as_str())]).await?;
        Ok(())
    }
}

fn registered(row: &Columns<'_>) -> Result<RegisteredScope, DbError> {
    Ok(RegisteredScope {
        record: record(row)?,
        is_in_use: row.get("is_in_use")?,
        managed_by: row.parse_opt("managed_by")?,
        version: row.get("version")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
