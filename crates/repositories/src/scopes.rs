//! `scopes`: the catalogue of what may be asked for.

mod catalogue;

use authly_domain::clock::Timestamp;
use authly_domain::scopes::{Scope, ScopeRecord};

use crate::DbError;
use crate::params::{flag, text, texts, time};
use crate::row::Columns;

pub use catalogue::LIST;

repository! {
    /// What may be asked for.
    Scopes
}

impl Scopes<'_> {
    /// The active scopes by name.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn active(&self) -> Result<Vec<ScopeRecord>, DbError> {
        const SQL: &str = "-- scopes.active
            SELECT name, description, is_default, is_active, is_system
              FROM scopes
             WHERE is_active
             ORDER BY name";
        let rows = self.conn.query(SQL, &[]).await?;
        rows.iter()
            .map(|row| record(&Columns::of("scopes", row)))
            .collect()
    }

    /// The records of these names, as far as they are active.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn of_names(&self, scope: &Scope) -> Result<Vec<ScopeRecord>, DbError> {
        const SQL: &str = "-- scopes.of_names
            SELECT name, description, is_default, is_active, is_system
              FROM scopes
             WHERE name = ANY ($1) AND is_active";
        let names: Vec<&str> = scope
            .iter()
            .map(authly_domain::scopes::ScopeToken::as_str)
            .collect();
        let rows = self.conn.query(SQL, &[texts(&names)]).await?;
        rows.iter()
            .map(|row| record(&Columns::of("scopes", row)))
            .collect()
    }

    /// Stores a scope, or changes the one of that name; a system scope stays one. The versions of
    /// the clients that may ask for it go up, since their cached copies say what it was.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn upsert(&self, scope: &ScopeRecord, now: Timestamp) -> Result<(), DbError> {
        const SQL: &str = "-- scopes.upsert
            WITH changed AS (INSERT INTO scopes AS s
                (name, description, is_default, is_active, is_system, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $6)
            ON CONFLICT (name) DO UPDATE SET
                description = excluded.description,
                is_default = excluded.is_default,
                is_active = excluded.is_active,
                is_system = s.is_system OR excluded.is_system,
                version = s.version + 1
            WHERE (s.description, s.is_default, s.is_active, s.is_system) IS DISTINCT FROM
                (excluded.description, excluded.is_default, excluded.is_active,
                 s.is_system OR excluded.is_system)
            RETURNING name)
            UPDATE clients
               SET version = version + 1
             WHERE id IN (SELECT client_id FROM client_scopes JOIN changed ON scope = name)";
        let at = now.as_date_time();
        let params = [
            text(scope.name.as_str()),
            text(&scope.description),
            flag(scope.is_default),
            flag(scope.is_active),
            flag(scope.is_system),
            time(at),
        ];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Stores a scope unless one of that name is there: what an administrator changed stays.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn insert_missing(&self, scope: &ScopeRecord, now: Timestamp) -> Result<(), DbError> {
        self.insert(scope, now).await?;
        Ok(())
    }

    /// Adds a scope unless one of that name is there. Answers whether it was added.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn insert(&self, scope: &ScopeRecord, now: Timestamp) -> Result<bool, DbError> {
        const SQL: &str = "-- scopes.insert
            INSERT INTO scopes
                (name, description, is_default, is_active, is_system, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $6)
            ON CONFLICT (name) DO NOTHING";
        let at = now.as_date_time();
        let params = [
            text(scope.name.as_str()),
            text(&scope.description),
            flag(scope.is_default),
            flag(scope.is_active),
            flag(scope.is_system),
            time(at),
        ];
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }
}

fn record(row: &Columns<'_>) -> Result<ScopeRecord, DbError> {
    Ok(ScopeRecord {
        name: row.parse("name")?,
        description: row.get("description")?,
        is_default: row.get("is_default")?,
        is_active: row.get("is_active")?,
        is_system: row.get("is_system")?,
    })
}
