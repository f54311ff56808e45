//! Settings that can be changed while the server runs.

use std::collections::BTreeMap;

use authly_domain::id::{ClientKey, UserId};
use authly_domain::scopes::AdminScope;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, Moment};
use crate::endpoint::{Access, endpoint, path_values};

endpoint! {
    /// Lists the settings that can be changed while the server runs: what holds, what holds without
    /// a change, and who changed it.
    pub List = "settings.list", Get "/admin/settings", Access::Scope(AdminScope::SystemRead);
    answer: 200 Settings;
}

endpoint! {
    /// Shows one of the settings that can be changed while the server runs.
    pub Read = "settings.get", Get "/admin/settings/{setting}",
        Access::Scope(AdminScope::SystemRead);
    path: SettingPath;
    answer: 200 Setting;
}

endpoint! {
    /// Changes settings on all nodes within two seconds, all of them or none. What is changed here
    /// stands above file and environment; `null` gives a setting back to them. A change that would
    /// shut the caller out is refused unless it is forced.
    pub Change = "settings.change", Patch "/admin/settings",
        Access::Scope(AdminScope::SystemWrite);
    headers: [IfMatch];
    query: ChangeQuery;
    body: SettingsChange;
    answer: 200 Settings;
}

path_values! {
    /// One setting.
    pub SettingPath {
        /// Its name, such as `tokens.code_lifetime`.
        setting: String,
    }
}

/// How a change is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeQuery {
    /// Whether it is made even if it shuts the caller out of the admin API.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub force: bool,
}

/// What becomes of settings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsChange {
    /// The values by the settings' names, written as in a settings file; `null` takes the stored
    /// value away, so that file and environment count again. What is not named stays.
    pub values: BTreeMap<String, Option<serde_json::Value>>,
    /// The configuration that looks after the values from now on, where they are kept as code; absent
    /// keeps the marks that are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
}

/// The settings that can be changed while the server runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Settings {
    /// Goes up with each change; also the `ETag`.
    pub version: i64,
    /// The settings, section by section.
    pub items: Vec<Setting>,
}

/// A setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Setting {
    /// Its name, such as `tokens.code_lifetime`.
    pub name: String,
    /// What it does.
    pub about: String,
    /// How it is written.
    pub expected: String,
    /// What holds.
    pub value: SettingValue,
    /// Where that comes from.
    pub source: SettingSource,
    /// Where exactly: the settings file, the variable or the flag, on the node that answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// What holds on the node that answers once the stored value is taken away.
    pub configured: SettingValue,
    /// What holds where nobody says anything.
    pub default: SettingValue,
    /// When the stored value was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Moment>,
    /// Who gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_by: Option<ChangedBy>,
    /// The configuration that looks after the stored value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
    /// Why a stored value does not hold on the node that answers: it does not fit what else holds
    /// there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignored_because: Option<String>,
}

/// A value of a setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum SettingValue {
    /// Yes or no.
    Switch(bool),
    /// A whole number.
    Number(i64),
    /// A text; a span of time is written like `90s`, `15m`, `12h` or `30d`.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
}

/// Where a value comes from; a later one of these stands above those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SettingSource {
    /// Nobody said anything.
    Default,
    /// The application that Authly is part of.
    Application,
    /// The settings file.
    File,
    /// A variable of the environment.
    Environment,
    /// A flag of the command line.
    Flag,
    /// An administrator stored it while the server ran.
    Stored,
}

/// Who changed something. Without members it was somebody on the server's own machine, or somebody
/// who is gone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ChangedBy {
    /// The administrator's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Id<UserId>>,
    /// Their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The service client's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<Id<ClientKey>>,
    /// Its name on the wire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}
