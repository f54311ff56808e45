//! `settings`, and the version by which nodes learn that they changed.

use std::collections::BTreeMap;

use authly_domain::admin::Administrator;
use authly_domain::clock::Timestamp;
use authly_domain::configuration::ConfigurationName;
use authly_domain::id::{ClientKey, UserId};
use serde_json::Value;

use crate::DbError;
use crate::params::{json, number, text, time, uuid};
use crate::row::Columns;

/// Who stored a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingChanger {
    /// An administrator.
    User {
        /// Who.
        id: UserId,
        /// Their name.
        username: String,
    },
    /// A service client.
    Client {
        /// Which.
        key: ClientKey,
        /// Its name on the wire.
        client_id: String,
    },
    /// Somebody on the server's own machine, or who is gone.
    Nobody,
}

/// A setting that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSetting {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// When it was stored.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: SettingChanger,
    /// The configuration that looks after it.
    pub managed_by: Option<ConfigurationName>,
}

/// All that are stored, at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoredSettings {
    /// Goes up with each change.
    pub version: i64,
    /// The settings, by name.
    pub settings: Vec<StoredSetting>,
}

impl StoredSettings {
    /// The values by name.
    #[must_use]
    pub fn values(&self) -> BTreeMap<String, Value> {
        let pairs = self.settings.iter();
        pairs
            .map(|stored| (stored.name.clone(), stored.value.clone()))
            .collect()
    }
}

repository! {
    /// Settings that were changed while the server ran.
    Settings
}

impl Settings<'_> {
    /// The number that goes up whenever settings change.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn version(&self) -> Result<i64, DbError> {
        const SQL: &str = "-- settings.version
            SELECT settings FROM revisions";
        let row = self.conn.query_opt(SQL, &[]).await?;
        row.map_or(Ok(0), |row| Columns::of("revisions", &row).get("settings"))
    }

    /// All that are stored, with their version.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn all(&self) -> Result<StoredSettings, DbError> {
        const SQL: &str = "-- settings.all
            SELECT r.settings AS version, s.name, s.value, s.changed_at, s.changed_by_user,
                   u.username, s.changed_by_client, c.client_id, s.managed_by
              FROM revisions r
              LEFT JOIN settings s ON true
              LEFT JOIN users u ON u.id = s.changed_by_user
              LEFT JOIN clients c ON c.id = s.changed_by_client
             ORDER BY s.name";
        let rows = self.conn.query(SQL, &[]).await?;
        let mut all = StoredSettings::default();
        for row in &rows {
            let row = Columns::of("settings", row);
            all.version = row.get("version")?;
            all.settings.extend(stored(&row)?);
        }
        Ok(all)
    }

    /// Goes on to the next version, and makes others who want to change settings wait until this unit
    /// of work ends; `None` where the present version is not the one that is expected.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn lock_and_bump(&self, expected: Option<i64>) -> Result<Option<i64>, DbError> {
        const SQL: &str = "-- settings.lock_and_bump
            UPDATE revisions SET settings = settings + 1
             WHERE $1 IS NULL OR settings = $1
            RETURNING settings";
        let row = self.conn.query_opt(SQL, &[number(expected)]).await?;
        row.map(|row| Columns::of("revisions", &row).get("settings"))
            .transpose()
    }

    /// Stores a value. `by` is absent for somebody on the server's own machine; `managed_by` marks it,
    /// and its absence keeps the mark that is there.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn put(
        &self,
        name: &str,
        value: &Value,
        by: Option<&Administrator>,
        managed_by: Option<&ConfigurationName>,
        now: Timestamp,
    ) -> Result<(), DbError> {
        const SQL: &str = "-- settings.put
            INSERT INTO settings
                (name, value, changed_at, changed_by_user, changed_by_client, managed_by)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (name) DO UPDATE
               SET value = EXCLUDED.value, version = settings.version + 1,
                   changed_at = EXCLUDED.changed_at,
                   changed_by_user = EXCLUDED.changed_by_user,
                   changed_by_client = EXCLUDED.changed_by_client,
                   managed_by = coalesce(EXCLUDED.managed_by, settings.managed_by)";
        let (user, client) = match by {
            Some(Administrator::User { id, .. }) => (Some(*id.as_uuid()), None),
            Some(Administrator::Client { key, .. }) => (None, Some(*key.as_uuid())),
            None => (None, None),
        };
        let params = [
            text(name),
            json(value),
            time(now.as_date_time()),
            uuid(user),
            uuid(client),
            text(managed_by.map(ConfigurationName::as_str)),
        ];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Takes a stored value away, if there is one.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn remove(&self, name: &str) -> Result<(), DbError> {
        const SQL: &str = "-- settings.remove
            DELETE FROM settings WHERE name = $1";
        self.conn.execute(SQL, &[text(name)]).await?;
        Ok(())
    }
}

/// What a row says; `None` where nothing is stored.
fn stored(row: &Columns<'_>) -> Result<Option<StoredSetting>, DbError> {
    let Some(name) = row.get::<Option<String>>("name")? else {
        return Ok(None);
    };
    let user = row.get::<Option<uuid::Uuid>>("changed_by_user")?;
    let user = user.zip(row.get("username")?);
    let client = row.get::<Option<uuid::Uuid>>("changed_by_client")?;
    let client = client.zip(row.get("client_id")?);
    let changed_by = match (user, client) {
        (Some((id, username)), _) => SettingChanger::User {
            id: UserId::from_uuid(id),
            username,
        },
        (None, Some((key, client_id))) => SettingChanger::Client {
            key: ClientKey::from_uuid(key),
            client_id,
        },
        (None, None) => SettingChanger::Nobody,
    };
    Ok(Some(StoredSetting {
        name,
        value: row.get("value")?,
        changed_at: row.time("changed_at")?,
        changed_by,
        managed_by: row.parse_opt("managed_by")?,
    }))
}
