//! Settings as an administrator sees them.

use authly_domain::settings::{Misfit, Setting, SettingValue};
use authly_repositories::DbError;
use authly_repositories::settings::{StoredSetting, StoredSettings};

use super::catalogue::{LIVE, Live};
use super::effective::{Effective, effective};
use super::{Origin, SettingsService};
use crate::policy::Policies;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Nobody said anything.
    Default,
    /// The application that Authly is part of.
    Application,
    /// What the node was told at its start.
    Start(Origin),
    /// An administrator stored it.
    Stored,
}

/// A setting, and what holds.
#[derive(Debug, Clone)]
pub struct SettingState {
    /// Its declaration.
    pub setting: Setting,
    /// What holds.
    pub value: SettingValue,
    /// Where that comes from.
    pub source: Source,
    /// What the node was told at its start.
    pub configured: SettingValue,
    /// What holds where nobody says anything.
    pub default: SettingValue,
    /// What is stored: when, and by whom.
    pub stored: Option<StoredSetting>,
    /// Why what is stored does not hold.
    pub ignored: Option<Misfit>,
}

/// All settings that can be changed while the server runs.
#[derive(Debug, Clone)]
pub struct SettingsList {
    /// The version.
    pub version: i64,
    /// The settings, section by section.
    pub settings: Vec<SettingState>,
}

impl SettingsService {
    /// The settings as they are stored now, on whichever node they were changed.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn list(&self) -> Result<SettingsList, DbError> {
        let conn = self.context.db.connect().await?;
        Ok(self.list_of(&conn.reads().settings().all().await?))
    }

    /// One of them; `None` where there is none of this name.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn one(&self, name: &str) -> Result<Option<(i64, SettingState)>, DbError> {
        let SettingsList { version, settings } = self.list().await?;
        let mut settings = settings.into_iter();
        let found = settings.find(|state| state.setting.path == name);
        Ok(found.map(|state| (version, state)))
    }

    pub(super) fn list_of(&self, stored: &StoredSettings) -> SettingsList {
        let effective = effective(&self.base, &stored.values());
        let defaults = Policies::new(self.base.tokens.issuer.clone());
        let states = LIVE.iter().map(|live| {
            let name = live.setting.path;
            let row = stored.settings.iter().find(|row| row.name == name).cloned();
            self.state(live, row, &effective, &defaults)
        });
        SettingsList {
            version: stored.version,
            settings: states.collect(),
        }
    }

    fn state(
        &self,
        live: &Live,
        stored: Option<StoredSetting>,
        effective: &Effective,
        defaults: &Policies,
    ) -> SettingState {
        let name = live.setting.path;
        let (configured, default) = (live.get(&self.base), live.get(defaults));
        let ignored = effective.ignored.get(name).cloned();
        let source = if stored.is_some() && ignored.is_none() {
            Source::Stored
        } else if let Some(origin) = self.origins.get(name) {
            Source::Start(origin.clone())
        } else if configured == default {
            Source::Default
        } else {
            Source::Application
        };
        SettingState {
            setting: live.setting,
            value: live.get(&effective.policies),
            source,
            configured,
            default,
            stored,
            ignored,
        }
    }
}
