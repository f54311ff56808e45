//! Reads typed values from the layers and keeps every problem, so that one pass reports all.
//!
//! A value with a problem reads as the setting's default: reading goes on, and the settings are
//! never handed out.

use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use authly_domain::secret::SecretText;
use authly_domain::settings::{Given, Misfit};

use super::layers::{Layers, Mode};
use super::problem::{Origin, Problem};
use super::secrets::Secrets;
use super::setting::{DefaultValue, Setting};

pub(crate) struct Reader<'l> {
    layers: &'l Layers,
    secrets: Secrets,
    problems: Vec<Problem>,
}

impl<'l> Reader<'l> {
    /// Begins with the secrets that were read and what was wrong until here.
    pub(crate) fn new(layers: &'l Layers, secrets: Secrets, problems: Vec<Problem>) -> Self {
        Self {
            layers,
            secrets,
            problems,
        }
    }

    /// Where the database comes from.
    pub(crate) fn mode(&self) -> &'l Mode {
        &self.layers.mode
    }

    /// Whether somebody gave the setting.
    pub(crate) fn is_given(&self, setting: &Setting) -> bool {
        self.layers.entry(setting).is_some()
    }

    /// Notes a problem with a setting.
    pub(crate) fn refuse(&mut self, setting: &Setting, message: impl Display) {
        let entry = self.layers.entry(setting);
        let origin = entry.map_or(&Origin::Default, |entry| &entry.origin);
        self.problems
            .push(Problem::new(setting.path, origin, message));
    }

    /// Everything that was wrong.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    /// A text that `T` parses.
    pub(crate) fn parsed<T: FromStr<Err: Display>>(&mut self, setting: &Setting) -> Option<T> {
        self.value(setting, |given| {
            let text = given.text(setting.kind)?;
            text.parse()
                .map_err(|error: T::Err| format!("`{text}`: {error}"))
        })
    }

    /// A path.
    pub(crate) fn path(&mut self, setting: &Setting) -> Option<PathBuf> {
        self.value(setting, |given| given.text(setting.kind).map(PathBuf::from))
    }

    /// One of the names that the setting offers.
    pub(crate) fn choice(&mut self, setting: &Setting) -> Option<&'static str> {
        self.value(setting, |given| given.choice(setting.kind))
    }

    /// A list whose entries `T` parses.
    pub(crate) fn list<T: FromStr<Err: Display>>(&mut self, setting: &Setting) -> Vec<T> {
        let list = self.value(setting, |given| {
            let entries = given.list(setting.kind)?.into_iter();
            let parsed = entries.map(|entry| {
                let parsed = entry.parse();
                parsed.map_err(|error: T::Err| format!("`{entry}`: {error}"))
            });
            parsed.collect()
        });
        list.unwrap_or_default()
    }

    /// Yes or no.
    pub(crate) fn switch(&mut self, setting: &Setting) -> bool {
        self.optional_switch(setting).unwrap_or_default()
    }

    /// Yes or no, or neither.
    pub(crate) fn optional_switch(&mut self, setting: &Setting) -> Option<bool> {
        self.value(setting, |given| given.switch(setting.kind))
    }

    /// A whole number.
    pub(crate) fn integer<T>(&mut self, setting: &Setting) -> T
    where
        T: TryFrom<i64, Error: Display> + Default,
    {
        self.optional_integer(setting).unwrap_or_default()
    }

    /// A whole number that may be left out.
    pub(crate) fn optional_integer<T: TryFrom<i64, Error: Display>>(
        &mut self,
        setting: &Setting,
    ) -> Option<T> {
        self.value(setting, |given| {
            let number = T::try_from(given.integer(setting.kind)?);
            number.map_err(|error: T::Error| error.to_string())
        })
    }

    /// A span of time.
    pub(crate) fn duration(&mut self, setting: &Setting) -> Duration {
        self.optional_duration(setting).unwrap_or_default()
    }

    /// A span of time that may be left out.
    pub(crate) fn optional_duration(&mut self, setting: &Setting) -> Option<Duration> {
        self.value(setting, |given| given.duration(setting.kind))
    }

    /// A secret. One that was given and could not be read has been reported already.
    pub(crate) fn secret(&mut self, setting: &Setting) -> Option<SecretText> {
        let secret = self.secrets.remove(setting.path);
        if secret.is_none() && !self.is_given(setting) {
            self.miss(setting);
        }
        secret
    }

    fn value<T>(
        &mut self,
        setting: &Setting,
        read: impl Fn(Given) -> Result<T, Misfit>,
    ) -> Option<T> {
        match self
            .layers
            .entry(setting)
            .map(|entry| read(entry.raw.given()))
        {
            Some(Ok(value)) => return Some(value),
            Some(Err(misfit)) => self.refuse(setting, misfit),
            None => self.miss(setting),
        }
        match setting.default {
            DefaultValue::Is(text) => read(Given::Untyped(text)).ok(),
            DefaultValue::Words(_) | DefaultValue::Required(_) => None,
        }
    }

    fn miss(&mut self, setting: &Setting) {
        if matches!(setting.default, DefaultValue::Required(_)) && *self.mode() == Mode::Standard {
            self.problems.push(Problem::missing(setting));
        }
    }
}
