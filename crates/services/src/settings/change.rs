//! Changing settings.

use std::collections::BTreeMap;
use std::net::IpAddr;

use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::{Actor, AuditAction, Origin};
use authly_domain::configuration::ConfigurationName;
use authly_domain::settings::{Misfit, SettingValue};
use authly_repositories::DbError;
use authly_repositories::settings::StoredSettings;
use serde_json::Value;

use super::catalogue::{Clash, clashes, named};
use super::effective::{effective, given};
use super::{SettingsList, SettingsService};
use crate::policy::Policies;

/// What becomes of settings: a value, or `None` for what the server was told at its start.
#[derive(Debug, Clone, Default)]
pub struct SettingsChange {
    /// By the settings' names.
    pub values: BTreeMap<String, Option<Value>>,
    /// The version that the caller has seen, if the change is to happen to no other.
    pub expected: Option<i64>,
    /// Whether it is made even if it shuts the caller out.
    pub force: Force,
    /// The configuration that looks after what is stored from now on; `None` keeps the marks.
    pub managed_by: Option<ConfigurationName>,
}

/// Whether a change is made even if it shuts the caller out of the admin API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Force {
    /// It is not.
    #[default]
    Careful,
    /// It is.
    Forced,
}

/// A value that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongValue {
    /// The setting's name, as it was given.
    pub setting: String,
    /// Why, in words that follow the name.
    pub why: Misfit,
}

/// Why settings are not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// Values are wrong: all of them are named, and none is stored.
    #[error("{} values are refused", .0.len())]
    Wrong(Vec<WrongValue>),
    /// Somebody has changed settings since.
    #[error("the settings have changed since version {expected}")]
    VersionMismatch {
        /// The version that the caller has seen.
        expected: i64,
    },
    /// The caller would be shut out.
    #[error("the change would shut the caller out")]
    ShutsOut,
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

impl SettingsService {
    /// Changes settings for an administrator who calls from this address. All nodes go by them within
    /// two seconds, this one at once. Answers the settings as they are then.
    ///
    /// # Errors
    /// When the change is refused, or storage fails: then nothing has changed.
    pub async fn change(
        &self,
        change: &SettingsChange,
        by: &Administrator,
        from: IpAddr,
        run: Run,
    ) -> Result<SettingsList, ChangeError> {
        let careful = change.force == Force::Careful;
        let checked = |policies: &Policies| {
            if careful && !policies.admin.admits(from) {
                return Err(ChangeError::ShutsOut);
            }
            Ok(())
        };
        self.store(change, Some(by), run, checked).await
    }

    /// Changes settings for whoever is on the server's own machine.
    ///
    /// # Errors
    /// When values are refused, or storage fails: then nothing has changed.
    pub async fn change_from_own_machine(
        &self,
        change: &SettingsChange,
    ) -> Result<SettingsList, ChangeError> {
        self.store(change, None, Run::ForReal, |_policies| Ok(()))
            .await
    }

    async fn store(
        &self,
        change: &SettingsChange,
        by: Option<&Administrator>,
        run: Run,
        check: impl FnOnce(&Policies) -> Result<(), ChangeError>,
    ) -> Result<SettingsList, ChangeError> {
        let now = self.context.now();
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("settings.change").await?;
        let bumped = work.settings().lock_and_bump(change.expected).await?;
        if let (None, Some(expected)) = (bumped, change.expected) {
            return Err(ChangeError::VersionMismatch { expected });
        }
        if change.values.is_empty() {
            drop(work);
            return Ok(self.list_of(&conn.reads().settings().all().await?));
        }
        let (values, policies) = self.checked(change, &work.settings().all().await?)?;
        check(&policies)?;
        for (name, value) in &values {
            match value {
                Some(value) => {
                    let mark = change.managed_by.as_ref();
                    work.settings().put(name, value, by, mark, now).await?;
                }
                None => work.settings().remove(name).await?,
            }
        }
        let stored = work.settings().all().await?;
        if run == Run::ForReal {
            let names: Vec<_> = values.keys().map(String::as_str).collect();
            let action = AuditAction::SettingsChanged;
            let event = match by {
                Some(by) => self.context.deed(action, by),
                None => self
                    .context
                    .event(action, Actor::Machine, Origin::default()),
            };
            let event = event.of(names.join(", "));
            let event = event.marked(change.managed_by.as_ref().map(Some));
            self.context.finish(work, run, event).await?;
            self.adopt(&stored);
        }
        Ok(self.list_of(&stored))
    }

    /// The values as they are stored, and the policies that hold with them.
    fn checked(
        &self,
        change: &SettingsChange,
        stored: &StoredSettings,
    ) -> Result<(BTreeMap<String, Option<Value>>, Policies), ChangeError> {
        let mut wrong = Vec::new();
        let mut refuse = |setting: &str, why: Misfit| {
            let setting = setting.to_owned();
            wrong.push(WrongValue { setting, why });
        };
        let mut all = stored.values();
        let mut kept = BTreeMap::new();
        for (name, value) in &change.values {
            let Some(live) = named(name) else {
                let why = "is no setting that can be changed while the server runs";
                refuse(name, why.to_owned());
                continue;
            };
            let mut policies = self.base.clone();
            let value = match value
                .as_ref()
                .map(|value| live.set(&mut policies, &given(value)))
            {
                None => None,
                Some(Ok(())) => Some(json(live.get(&policies))),
                Some(Err(why)) => {
                    refuse(name, why);
                    continue;
                }
            };
            match &value {
                Some(value) => all.insert(name.clone(), value.clone()),
                None => all.remove(name),
            };
            kept.insert(name.clone(), value);
        }
        for clash in self.clashes_with(&all) {
            if let Some(name) = clash
                .between
                .into_iter()
                .find(|name| kept.contains_key(*name))
            {
                let [first, _] = clash.between;
                let why = if name == first {
                    clash.why
                } else {
                    format!("does not fit: {first} {}", clash.why)
                };
                refuse(name, why);
            }
        }
        if wrong.is_empty() {
            return Ok((kept, effective(&self.base, &all).policies));
        }
        Err(ChangeError::Wrong(wrong))
    }

    /// What would not fit if all of these held.
    fn clashes_with(&self, values: &BTreeMap<String, Value>) -> Vec<Clash> {
        let mut policies = self.base.clone();
        for (name, value) in values {
            if let Some(live) = named(name) {
                // What cannot be read by this version is not in force either.
                let _unread = live.set(&mut policies, &given(value));
            }
        }
        clashes(&policies)
    }
}

/// A value as it is stored.
fn json(value: SettingValue) -> Value {
    match value {
        SettingValue::Switch(value) => value.into(),
        SettingValue::Number(number) => number.into(),
        SettingValue::Text(text) => text.into(),
        SettingValue::List(entries) => entries.into(),
    }
}
