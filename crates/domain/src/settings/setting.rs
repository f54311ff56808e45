//! A setting as it is declared: the one place that says how it is written, what holds without it,
//! and what it does. Refusals, lists and the documentation are made from this.

use super::duration;

/// The beginning of the variables that are settings.
pub const VARIABLE_PREFIX: &str = "AUTHLY_";

/// A declared setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its name with its section, such as `listen.address`.
    pub path: &'static str,
    /// How it is written.
    pub kind: Kind,
    /// What holds without it.
    pub default: DefaultValue,
    /// What it does, in whole sentences.
    pub about: &'static str,
}

/// How a setting is written.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A text of the form that is named.
    Text(&'static str),
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A list of texts of the form that is named; with commas between them in a variable.
    List(&'static str),
    /// `true` or `false`.
    Switch,
    /// A whole number between these two.
    Integer {
        /// The least.
        least: i64,
        /// The most.
        most: i64,
    },
    /// A span of time between these two numbers of seconds.
    Duration {
        /// The least.
        least: u64,
        /// The most.
        most: u64,
    },
    /// A text that nobody may see, or where to read it.
    Secret(&'static str),
}

/// What holds where a setting is not given.
#[derive(Debug, Clone, Copy)]
pub enum DefaultValue {
    /// This value, as a variable would hold it.
    Is(&'static str),
    /// Nothing, or what is worked out from something else; in words.
    Words(&'static str),
    /// The setting has to be given, but for embedded mode, which has what the words say.
    Required(&'static str),
}

/// A value of a setting that nobody has to keep secret, as it is stored and shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// Yes or no.
    Switch(bool),
    /// A whole number.
    Number(i64),
    /// A text; a span of time is one, such as `15m`.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
}

impl Setting {
    /// The name of the variable that gives it: `AUTHLY_LISTEN__ADDRESS`.
    #[must_use]
    pub fn variable(&self) -> String {
        let levels = self.path.replace('.', "__");
        format!("{VARIABLE_PREFIX}{}", levels.to_uppercase())
    }

    /// The section that it belongs to; empty for those at the top.
    #[must_use]
    pub fn section(&self) -> &'static str {
        self.path.split_once('.').map_or("", |(section, _)| section)
    }
}

impl Kind {
    /// How it is written, in words that follow "expected".
    #[must_use]
    pub fn expected(self) -> String {
        match self {
            Self::Text(form) | Self::Secret(form) => form.to_owned(),
            Self::Choice(names) => {
                let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
                format!("one of {}", quoted.join(", "))
            }
            Self::List(form) => format!("a list, each entry {form}"),
            Self::Switch => "`true` or `false`".to_owned(),
            Self::Integer { least, most } => format!("a whole number from {least} to {most}"),
            Self::Duration { least, most } => format!(
                "a span of time from {} to {}",
                duration::in_words(least),
                duration::in_words(most)
            ),
        }
    }
}
