//! What is wrong with the settings, and where each of them came from.

use std::fmt;
use std::path::PathBuf;

use super::setting::Setting;
use crate::toml_file::TomlFileError;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nobody gave it.
    Default,
    /// The settings file.
    File(PathBuf),
    /// This variable of the environment.
    Variable(String),
    /// This flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// One thing that is wrong, said to the person who wrote the settings. It never holds a value that
/// may be secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem(String);

impl Problem {
    /// A problem with the value of a setting, or with the section, that was given at `origin`.
    pub(crate) fn new(path: &str, origin: &Origin, message: impl fmt::Display) -> Self {
        Self(format!("{path} ({origin}): {message}"))
    }

    /// A setting that nobody gave.
    pub(crate) fn missing(setting: &Setting) -> Self {
        Self(format!(
            "{}: has to be given, in the settings file or as {}. {}",
            setting.path,
            setting.variable(),
            setting.about
        ))
    }

    /// A variable that gives no setting.
    pub(crate) fn of_variable(name: &str, message: &str) -> Self {
        Self(format!("variable {name}: {message}"))
    }

    /// A settings file that is not read.
    pub(crate) fn of_file(error: &TomlFileError) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// All that is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub(crate) struct SettingsError(pub(crate) Vec<Problem>);

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("the settings have a problem:")?,
            count => write!(f, "the settings have {count} problems:")?,
        }
        for problem in &self.0 {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}
