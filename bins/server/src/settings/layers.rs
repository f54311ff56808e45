//! Defaults, then a file, then the environment, then flags: what is given where, and by whom.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use authly_services::settings::{self as services, Origins};

use super::problem::{Origin, Problem};
use super::raw::Raw;
use super::setting::{Kind, Setting, VARIABLE_PREFIX};
use super::{declared, secrets, suggestion};
use crate::toml_file::{self, Exposure};

/// Where the database and what goes with it come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mode {
    /// From the settings.
    Standard,
    /// This process brings them along and keeps them in the data directory.
    Embedded {
        /// The data directory.
        data_dir: PathBuf,
    },
}

/// A setting that a flag gives.
pub(crate) struct Flag {
    /// The setting.
    pub(crate) setting: &'static Setting,
    /// The flag, such as `--bind`.
    pub(crate) name: &'static str,
    /// What it says.
    pub(crate) value: String,
}

/// Everything that settings are read from.
pub(crate) struct Sources {
    /// The settings file, where there is one.
    pub(crate) file: Option<PathBuf>,
    /// The variables of the process; those of others are ignored.
    pub(crate) environment: Vec<(OsString, OsString)>,
    /// The flags that were given.
    pub(crate) flags: Vec<Flag>,
    /// Where the database comes from.
    pub(crate) mode: Mode,
}

/// A value that was given.
pub(crate) struct Entry {
    pub(crate) raw: Raw,
    pub(crate) origin: Origin,
    /// Who may read the place where it was written.
    pub(crate) exposure: Exposure,
}

/// The values that count, each with where it came from, and what was wrong with giving them.
pub(crate) struct Layers {
    pub(crate) mode: Mode,
    pub(crate) problems: Vec<Problem>,
    entries: BTreeMap<&'static str, Entry>,
}

impl Layers {
    /// Reads all sources; later ones replace what earlier ones say.
    pub(crate) fn gather(sources: Sources) -> Self {
        let mut layers = Self {
            mode: sources.mode,
            problems: Vec::new(),
            entries: BTreeMap::new(),
        };
        if let Some(path) = sources.file {
            match toml_file::read(&path) {
                Ok((table, exposure)) => {
                    layers.add_table("", table, &Origin::File(path), exposure);
                }
                Err(error) => layers.problems.push(Problem::of_file(&error)),
            }
        }
        layers.add_environment(sources.environment);
        for flag in sources.flags {
            let origin = Origin::Flag(flag.name);
            layers.give(flag.setting, Raw::Text(flag.value), origin);
        }
        layers
    }

    /// What was given for a setting.
    pub(crate) fn entry(&self, setting: &Setting) -> Option<&Entry> {
        self.entries.get(setting.path)
    }

    /// Where each value comes from that was given.
    pub(crate) fn origins(&self) -> Origins {
        let entries = self.entries.iter();
        entries
            .filter_map(|(path, entry)| {
                let origin = match &entry.origin {
                    Origin::Default => return None,
                    Origin::File(path) => services::Origin::File(path.display().to_string()),
                    Origin::Variable(name) => services::Origin::Variable(name.clone()),
                    Origin::Flag(name) => services::Origin::Flag((*name).to_owned()),
                };
                Some(((*path).to_owned(), origin))
            })
            .collect()
    }

    fn give(&mut self, setting: &'static Setting, raw: Raw, origin: Origin) {
        let exposure = Exposure::Private;
        let entry = Entry {
            raw,
            origin,
            exposure,
        };
        self.entries.insert(setting.path, entry);
    }

    fn add_table(&mut self, prefix: &str, table: toml::Table, origin: &Origin, exposure: Exposure) {
        for (name, value) in table {
            let path = format!("{prefix}{name}");
            if let Some(setting) = declared().find(|setting| setting.path == path) {
                let entry = Entry {
                    raw: Raw::Toml(value),
                    origin: origin.clone(),
                    exposure,
                };
                self.entries.insert(setting.path, entry);
            } else if declared().any(|setting| setting.section() == path) {
                if let toml::Value::Table(table) = value {
                    self.add_table(&format!("{path}."), table, origin, exposure);
                } else {
                    let message = format!("is a section: write `[{path}]` and its settings below");
                    self.problems.push(Problem::new(&path, origin, message));
                }
            } else {
                let sections = declared().map(|setting| setting.section().to_owned());
                let paths = declared().map(|setting| setting.path.to_owned());
                let known = paths.chain(sections.filter(|section| !section.is_empty()));
                let message = suggestion::for_unknown(&path, known);
                self.problems.push(Problem::new(&path, origin, message));
            }
        }
    }

    fn add_environment(&mut self, environment: Vec<(OsString, OsString)>) {
        let mut given = BTreeMap::new();
        for (name, value) in environment {
            // What begins otherwise is somebody else's; what is no text does not begin so.
            let Some(name) = name.to_str().map(str::to_owned) else {
                continue;
            };
            let is_others = is_kubernetes_link(&name) || COMMAND_LINE.contains(&name.as_str());
            if !name.starts_with(VARIABLE_PREFIX) || is_others {
                continue;
            }
            given.insert(name, value);
        }
        for (name, value) in given {
            self.add_variable(&name, value);
        }
    }

    fn add_variable(&mut self, name: &str, value: OsString) {
        let origin = Origin::Variable(name.to_owned());
        let Some((setting, part)) = named_by(name) else {
            let message = suggestion::for_unknown(name, declared().map(Setting::variable));
            self.problems.push(Problem::of_variable(name, &message));
            return;
        };
        let Ok(value) = value.into_string() else {
            let message = "is not UTF-8 text";
            self.problems
                .push(Problem::new(setting.path, &origin, message));
            return;
        };
        let before = self.entry(setting).map(|entry| &entry.origin);
        if let Some(Origin::Variable(other)) = before {
            let message = format!("{other} gives it too: keep one of them");
            self.problems
                .push(Problem::new(setting.path, &origin, message));
            return;
        }
        let raw = match part {
            None => Raw::Text(value),
            Some(part) => {
                let value = toml::Value::String(value);
                Raw::Toml(toml::Value::Table(toml::Table::from_iter([(part, value)])))
            }
        };
        self.give(setting, raw, origin);
    }
}

/// The setting that a variable gives. One of a secret may also name the provider: the variable
/// `AUTHLY_DATABASE__URL__FILE` is `database.url = { file = … }`.
fn named_by(variable: &str) -> Option<(&'static Setting, Option<String>)> {
    if let Some(setting) = declared().find(|setting| setting.variable() == variable) {
        return Some((setting, None));
    }
    let (name, part) = variable.rsplit_once("__")?;
    let part = secrets::parts()
        .into_iter()
        .find(|known| known.to_uppercase() == part)?;
    let setting = declared().find(|setting| setting.variable() == name)?;
    matches!(setting.kind, Kind::Secret(_)).then(|| (setting, Some(part.to_owned())))
}

/// Variables of the command line, `authly`, which may be set where a server is started.
const COMMAND_LINE: [&str; 2] = ["AUTHLY_SERVER", "AUTHLY_PROFILE"];

/// Whether Kubernetes made the variable: it describes a service named `authly` to every container
/// beside it, by names such as `AUTHLY_SERVICE_HOST` and `AUTHLY_PORT_8000_TCP`.
fn is_kubernetes_link(name: &str) -> bool {
    !name.contains("__")
        && (name.ends_with("_SERVICE_HOST")
            || name.contains("_SERVICE_PORT")
            || name.ends_with("_PORT")
            || (name.contains("_PORT_") && (name.contains("_TCP") || name.contains("_UDP"))))
}
