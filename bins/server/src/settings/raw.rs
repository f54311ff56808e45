//! Values as they were written, and how each kind of setting reads them.

use std::time::Duration;

use super::duration;
use super::setting::{Kind, Setting};

/// A value as it was written. It may be a secret, hence no `Debug`.
pub(crate) enum Raw {
    /// In a file, where it has a type.
    Toml(toml::Value),
    /// In a variable or a flag, where everything is text.
    Text(String),
}

/// Why a value does not fit its setting; the message does not hold the value.
pub(crate) type Misfit = String;

impl Raw {
    /// What it is, for messages.
    fn what(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Toml(toml::Value::String(_)) => "a text",
            Self::Toml(toml::Value::Integer(_)) => "a whole number",
            Self::Toml(toml::Value::Float(_)) => "a number with a fraction",
            Self::Toml(toml::Value::Boolean(_)) => "true or false",
            Self::Toml(toml::Value::Datetime(_)) => "a date",
            Self::Toml(toml::Value::Array(_)) => "a list",
            Self::Toml(toml::Value::Table(_)) => "a table",
        }
    }

    fn misfit(&self, setting: &Setting) -> Misfit {
        let expected = setting.kind.expected();
        match self {
            Self::Text(text) | Self::Toml(toml::Value::String(text)) if text.is_empty() => {
                format!("is empty: write {expected}, or leave the setting out")
            }
            Self::Text(_) => format!("expected {expected}"),
            Self::Toml(_) => format!("expected {expected}, found {}", self.what()),
        }
    }

    /// A text that is not empty.
    pub(crate) fn text(&self, setting: &Setting) -> Result<&str, Misfit> {
        match self {
            Self::Text(text) | Self::Toml(toml::Value::String(text)) if !text.is_empty() => {
                Ok(text)
            }
            Self::Text(_) | Self::Toml(_) => Err(self.misfit(setting)),
        }
    }

    /// One of the texts of a [`Kind::Choice`].
    pub(crate) fn choice(&self, setting: &Setting) -> Result<&'static str, Misfit> {
        let text = self.text(setting)?;
        let Kind::Choice(names) = setting.kind else {
            return Err(self.misfit(setting));
        };
        let name = names.iter().find(|name| **name == text);
        name.copied()
            .ok_or_else(|| format!("`{text}` is not {}", setting.kind.expected()))
    }

    /// A list of texts.
    pub(crate) fn list(&self, setting: &Setting) -> Result<Vec<&str>, Misfit> {
        match self {
            Self::Text(text) => {
                let entries = text.split(',').map(str::trim);
                Ok(entries.filter(|entry| !entry.is_empty()).collect())
            }
            Self::Toml(toml::Value::Array(entries)) => {
                let texts = entries.iter().map(toml::Value::as_str);
                let texts: Option<Vec<_>> = texts.collect();
                texts.ok_or_else(|| {
                    format!("expected {}: not all are texts", setting.kind.expected())
                })
            }
            Self::Toml(_) => Err(self.misfit(setting)),
        }
    }

    /// Yes or no.
    pub(crate) fn switch(&self, setting: &Setting) -> Result<bool, Misfit> {
        match self {
            Self::Text(text) if text == "true" => Ok(true),
            Self::Text(text) if text == "false" => Ok(false),
            Self::Toml(toml::Value::Boolean(value)) => Ok(*value),
            Self::Text(_) | Self::Toml(_) => Err(self.misfit(setting)),
        }
    }

    /// A whole number within the limits of a [`Kind::Integer`].
    pub(crate) fn integer(&self, setting: &Setting) -> Result<i64, Misfit> {
        let number = match self {
            Self::Text(text) => text.parse().ok(),
            Self::Toml(value) => value.as_integer(),
        };
        let number = number.ok_or_else(|| self.misfit(setting))?;
        match setting.kind {
            Kind::Integer { least, most } if (least..=most).contains(&number) => Ok(number),
            _ => Err(format!("{number} is not {}", setting.kind.expected())),
        }
    }

    /// A span of time within the limits of a [`Kind::Duration`].
    pub(crate) fn duration(&self, setting: &Setting) -> Result<Duration, Misfit> {
        let span = match self {
            Self::Text(text) | Self::Toml(toml::Value::String(text)) => duration::parse(text),
            Self::Toml(value) => {
                let seconds = value.as_integer().and_then(|n| u64::try_from(n).ok());
                seconds.map(Duration::from_secs)
            }
        };
        let form = "seconds such as 90, or a text such as \"90s\", \"15m\", \"12h\" or \"30d\"";
        let span = span.ok_or_else(|| format!("{}: {form}", self.misfit(setting)))?;
        match setting.kind {
            Kind::Duration { least, most } if (least..=most).contains(&span.as_secs()) => Ok(span),
            _ => {
                let written = duration::in_words(span.as_secs());
                Err(format!("{written} is not {}", setting.kind.expected()))
            }
        }
    }
}
