//! `authly settings …`.

use std::collections::BTreeMap;
use std::str::FromStr;

use authly_admin_client::admin::settings::{
    ChangeQuery, ChangedBy, Setting, SettingSource, SettingValue, SettingsChange,
};
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::Value;

use crate::args::Change;
use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Row, Sheet};

/// What to do with the settings that can be changed while the server runs.
#[derive(Debug, Subcommand)]
pub(crate) enum SettingsCommand {
    /// List them: what holds, and where it comes from.
    List,
    /// Show one.
    Show {
        /// Its name, such as `tokens.code_lifetime`.
        setting: String,
    },
    /// Change some, on all servers within two seconds: all of them or none.
    Set {
        /// What becomes of which, such as `tokens.code_lifetime=30s`. The entries of a list have
        /// commas between them.
        #[arg(required = true, value_name = "NAME=VALUE")]
        settings: Vec<Assignment>,
        #[command(flatten)]
        how: How,
    },
    /// Give some back to the settings file, the environment and the defaults.
    Unset {
        /// Their names.
        #[arg(required = true, value_name = "NAME")]
        settings: Vec<String>,
        #[command(flatten)]
        how: How,
    },
}

/// How settings are changed.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct How {
    /// Do it even if it shuts you out of the admin API.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    change: Change,
}

/// A value for a setting.
#[derive(Debug, Clone)]
pub(crate) struct Assignment {
    name: String,
    value: String,
}

impl FromStr for Assignment {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
        Ok(Self {
            name: name.trim().to_owned(),
            value: value.trim().to_owned(),
        })
    }
}

/// A setting as it is printed.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Shown(Setting);

impl Row for Shown {
    const HEADINGS: &'static [&'static str] = &["name", "value", "source", "default", "changed by"];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::plain(&self.0.name),
            Cell::plain(written(&self.0.value)),
            Cell::plain(self.source()),
            Cell::plain(written(&self.0.default)),
            Cell::maybe(self.changed_by()),
        ]
    }
}

impl Sheet for Shown {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        let setting = &self.0;
        vec![
            ("name", Cell::plain(&setting.name)),
            ("what it does", Cell::plain(&setting.about)),
            ("written as", Cell::plain(&setting.expected)),
            ("value", Cell::plain(written(&setting.value))),
            ("source", Cell::plain(self.source())),
            (
                "without a change",
                Cell::plain(written(&setting.configured)),
            ),
            ("default", Cell::plain(written(&setting.default))),
            ("changed", Cell::maybe(setting.changed_at)),
            ("changed by", Cell::maybe(self.changed_by())),
            ("managed by", Cell::maybe(setting.managed_by.as_ref())),
            ("passed over", Cell::maybe(setting.ignored_because.as_ref())),
        ]
    }
}

impl Shown {
    fn source(&self) -> String {
        let source = match self.0.source {
            SettingSource::Default => "default",
            SettingSource::Application => "application",
            SettingSource::File => "file",
            SettingSource::Environment => "environment",
            SettingSource::Flag => "flag",
            SettingSource::Stored => "stored",
        };
        match &self.0.origin {
            Some(origin) => format!("{source} {origin}"),
            None => source.to_owned(),
        }
    }

    fn changed_by(&self) -> Option<String> {
        let by = self.0.changed_by.as_ref()?;
        let ChangedBy {
            username,
            client_id,
            ..
        } = by;
        let name = username.as_ref().or(client_id.as_ref());
        Some(
            name.map_or("somebody on the server's machine, or gone", String::as_str)
                .to_owned(),
        )
    }
}

/// A value as it is given.
fn written(value: &SettingValue) -> String {
    match value {
        SettingValue::Switch(on) => on.to_string(),
        SettingValue::Number(number) => number.to_string(),
        SettingValue::Text(text) => text.clone(),
        SettingValue::List(entries) => entries.join(","),
    }
}

/// Does it.
pub(crate) async fn run(command: SettingsCommand, caller: &Caller) -> Result<Exit, Failure> {
    match command {
        SettingsCommand::List => {
            let settings = caller.client.settings().await?;
            let shown: Vec<_> = settings.items.into_iter().map(Shown).collect();
            caller.output.list(&shown)?;
        }
        SettingsCommand::Show { setting } => {
            let setting = caller.client.setting(&setting).await?;
            caller.output.sheet(&Shown(setting))?;
        }
        SettingsCommand::Set { settings, how } => {
            let known = caller.client.settings().await?.items;
            let names = settings.iter().map(|one| one.name.as_str());
            warn_if_managed(&known, names, caller);
            let values = settings.into_iter().map(|one| {
                let like = known.iter().find(|setting| setting.name == one.name);
                let value = typed(one.value, like.map(|setting| &setting.value));
                (one.name, Some(value))
            });
            change(values.collect(), how, caller).await?;
        }
        SettingsCommand::Unset { settings, how } => {
            let known = caller.client.settings().await?.items;
            warn_if_managed(&known, settings.iter().map(String::as_str), caller);
            let values = settings.into_iter().map(|name| (name, None));
            change(values.collect(), how, caller).await?;
        }
    }
    Ok(Exit::Ok)
}

/// Warns who changes by hand what a configuration looks after.
fn warn_if_managed<'n>(known: &[Setting], names: impl Iterator<Item = &'n str>, caller: &Caller) {
    for name in names {
        let setting = known.iter().find(|setting| setting.name == name);
        let managed_by = setting.and_then(|setting| setting.managed_by.as_deref());
        caller.warn_if_managed(&format!("the setting {name}"), managed_by);
    }
}

/// Changes settings, and prints those.
async fn change(
    values: BTreeMap<String, Option<Value>>,
    how: How,
    caller: &Caller,
) -> Result<(), Failure> {
    let change = SettingsChange {
        values,
        managed_by: None,
    };
    let query = ChangeQuery { force: how.force };
    let call = caller.client.change_settings(&change, &query);
    let after = how.change.apply(call).await?;
    let changed = after.items.into_iter();
    let changed = changed.filter(|setting| change.values.contains_key(&setting.name));
    let shown: Vec<_> = changed.map(Shown).collect();
    caller.output.list(&shown)?;
    Ok(())
}

/// A text as a value of the kind that the setting has; as it is where it does not fit, since the
/// server says best what is wrong.
fn typed(text: String, like: Option<&SettingValue>) -> Value {
    match like {
        Some(SettingValue::Switch(_)) => text.parse().map_or(Value::String(text), Value::Bool),
        Some(SettingValue::Number(_)) => {
            let number = text.parse::<i64>();
            number.map_or(Value::String(text), Value::from)
        }
        Some(SettingValue::List(_)) => {
            let entries = text.split(',').map(str::trim);
            entries.filter(|entry| !entry.is_empty()).collect()
        }
        Some(SettingValue::Text(_)) | None => Value::String(text),
    }
}
