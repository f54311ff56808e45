//! What would change of settings.

use std::collections::{BTreeMap, BTreeSet};

use authly_admin_client::ClientError;
use authly_admin_client::admin::settings::{
    ChangeQuery, Setting, SettingSource, Settings, SettingsChange,
};
use serde_json::Value;

use super::super::document::Desired;
use super::super::entry::Place;
use super::super::show::{FieldChange, Verb};
use super::{Act, Planner, Prune};
use crate::failure::Failure;

impl Planner<'_> {
    /// Plans what becomes of settings: all of them change together, or none does.
    pub(super) async fn settings(
        &mut self,
        desired: &Desired,
        prune: Prune,
    ) -> Result<(), Failure> {
        if desired.settings.is_empty() && prune == Prune::Keep {
            return Ok(());
        }
        let present = self.caller.client.settings().await?;
        let values = self.wanted(desired, prune, &present);
        if values.is_empty() {
            return Ok(());
        }
        let change = SettingsChange {
            values,
            managed_by: Some(self.name.clone()),
        };
        let call = self
            .caller
            .client
            .change_settings(&change, &ChangeQuery::default());
        let after = call.if_match(present.version).dry_run().await;
        let Some(after) = self.settings_tried(desired, after)? else {
            return Ok(());
        };
        let mut differing = BTreeSet::new();
        for next in after.items {
            let Some(said) = change.values.get(&next.name) else {
                continue;
            };
            let old = present
                .items
                .iter()
                .find(|setting| setting.name == next.name);
            let changes = old.map_or_else(Vec::new, |old| differences(old, &next));
            if changes.is_empty() {
                self.unchanged();
                continue;
            }
            differing.insert(next.name.clone());
            let verb = if said.is_some() {
                Verb::Change
            } else {
                Verb::Remove
            };
            self.thing(verb, "setting", &next.name, changes);
        }
        if !differing.is_empty() {
            let values = change.values.into_iter();
            let values = values
                .filter(|(name, _)| differing.contains(name))
                .collect();
            self.plan.acts.push(Act::ChangeSettings {
                version: present.version,
                change: SettingsChange { values, ..change },
            });
        }
        Ok(())
    }

    /// What is to be stored of which setting; `None` where nothing is.
    fn wanted(
        &self,
        desired: &Desired,
        prune: Prune,
        present: &Settings,
    ) -> BTreeMap<String, Option<Value>> {
        let said = desired.settings.iter().map(|(name, placed)| {
            let value = (!placed.said.is_null()).then(|| placed.said.clone());
            (name.clone(), value)
        });
        let mut values: BTreeMap<_, _> = said.collect();
        if prune == Prune::Remove {
            let ours = present.items.iter();
            let ours = ours.filter(|setting| setting.managed_by.as_ref() == Some(&self.name));
            for setting in ours {
                values.entry(setting.name.clone()).or_insert(None);
            }
        }
        values
    }

    /// What the dry run answers. What is wrong about a value is said where the value stands.
    fn settings_tried<T>(
        &mut self,
        desired: &Desired,
        answer: Result<T, ClientError>,
    ) -> Result<Option<T>, Failure> {
        let mut all = desired.settings.values().map(|placed| &placed.at);
        let first = all.next().cloned().unwrap_or_else(|| Place {
            file: format!("configuration {}", self.name),
            path: "settings".to_owned(),
        });
        let at = Place {
            path: "settings".to_owned(),
            ..first
        };
        if let Err(ClientError::Refused { refusal, .. }) = &answer
            && let Some(problem) = &refusal.problem
            && !problem.errors.is_empty()
        {
            for error in &problem.errors {
                let name = error.pointer.trim_start_matches("/values/");
                match desired.settings.get(name) {
                    Some(placed) => self.problem(&placed.at, &error.detail),
                    None => self.problem(&at, &format!("{name}: {}", error.detail)),
                }
            }
            return Ok(None);
        }
        self.tried(&at, answer)
    }
}

/// What differs of a setting: its value, whether one is stored, and who looks after it.
fn differences(old: &Setting, new: &Setting) -> Vec<FieldChange> {
    let is_stored = |setting: &Setting| setting.changed_at.is_some();
    let mut changes = Vec::new();
    let shown = |setting: &Setting| serde_json::to_value(&setting.value).unwrap_or_default();
    let source = |setting: &Setting| match setting.source {
        SettingSource::Stored => Value::from("stored"),
        _ => Value::from("not stored"),
    };
    if old.value != new.value {
        changes.push(FieldChange {
            field: "value".to_owned(),
            old: shown(old),
            new: shown(new),
        });
    }
    if is_stored(old) != is_stored(new) {
        changes.push(FieldChange {
            field: "source".to_owned(),
            old: source(old),
            new: source(new),
        });
    }
    if old.managed_by != new.managed_by {
        let mark = |setting: &Setting| setting.managed_by.clone().map_or(Value::Null, Value::from);
        changes.push(FieldChange {
            field: "managed_by".to_owned(),
            old: mark(old),
            new: mark(new),
        });
    }
    changes
}
