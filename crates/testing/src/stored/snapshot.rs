//! Whole tables, to be compared with themselves at another time.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Stored;

/// The tables of which a request is a part: what a refusal leaves as it was.
const PROTOCOL: [&str; 7] = [
    "authorization_requests",
    "authorization_codes",
    "client_assertions",
    "consents",
    "grants",
    "sessions",
    "tokens",
];

/// The tables that an administrator or a seed fills.
const REGISTRY: [&str; 8] = [
    "clients",
    "client_scopes",
    "client_secrets",
    "client_registrations",
    "initial_access_tokens",
    "resource_servers",
    "scopes",
    "users",
];

/// The rows of some tables. Two of them are equal where nothing was stored, changed or removed in
/// between.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot(BTreeMap<&'static str, Value>);

impl Snapshot {
    /// What is there beside this table.
    #[must_use]
    pub fn without(mut self, table: &str) -> Self {
        self.0.remove(table);
        self
    }
}

impl Stored<'_> {
    /// Requests, codes, consents, grants, sessions and tokens.
    pub async fn protocol_state(&self) -> Snapshot {
        self.rows_of(&PROTOCOL).await
    }

    /// Clients, resource servers, scopes and users.
    pub async fn registry(&self) -> Snapshot {
        self.rows_of(&REGISTRY).await
    }

    /// How many rows each table has.
    pub async fn row_counts(&self) -> BTreeMap<String, i64> {
        let sql = "SELECT relname::text AS name FROM pg_stat_user_tables ORDER BY relname";
        let mut counts = BTreeMap::new();
        for table in self.query(sql, &[]).await {
            let table: String = table.get("name");
            let sql = ["SELECT count(*) AS rows FROM ", &table].concat();
            let rows = self.query(&sql, &[]).await;
            let rows = rows.first().map(|row| row.get("rows"));
            counts.insert(table, rows.unwrap_or_default());
        }
        counts
    }

    async fn rows_of(&self, tables: &[&'static str]) -> Snapshot {
        let mut all = BTreeMap::new();
        for table in tables {
            let sql = [
                "SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY to_jsonb(r)::text), '[]') AS rows
                   FROM ",
                table,
                " AS r",
            ]
            .concat();
            let rows = self.query(&sql, &[]).await;
            let rows = rows.first().map(|row| row.get("rows"));
            all.insert(*table, rows.unwrap_or_default());
        }
        Snapshot(all)
    }
}
