//! Values as they were given, and how each kind of setting reads them.

use std::time::Duration;

use super::duration;
use super::setting::Kind;

/// Why a value does not fit its setting, in words that follow its name.
pub type Misfit = String;

/// A value as it was given, before anybody knows whether it fits. It may be a secret, hence no `Debug`.
#[derive(Clone)]
pub enum Given<'v> {
    /// In a variable, a flag or an argument, where everything is text.
    Untyped(&'v str),
    /// A text, where values have types: in a file, or in JSON.
    Text(&'v str),
    /// A whole number.
    Integer(i64),
    /// Yes or no.
    Switch(bool),
    /// A list; `None` stands for an entry that is no text.
    List(Vec<Option<&'v str>>),
    /// Something that no setting takes, in words that follow "found".
    Other(&'static str),
}

impl<'v> Given<'v> {
    /// What it is, for messages.
    const fn what(&self) -> &'static str {
        match self {
            Self::Untyped(_) | Self::Text(_) => "a text",
            Self::Integer(_) => "a whole number",
            Self::Switch(_) => "true or false",
            Self::List(_) => "a list",
            Self::Other(what) => what,
        }
    }

    fn misfit(&self, kind: Kind) -> Misfit {
        let expected = kind.expected();
        match self {
            Self::Untyped("") | Self::Text("") => {
                format!("is empty: write {expected}, or leave the setting out")
            }
            Self::Untyped(_) => format!("expected {expected}"),
            _ => format!("expected {expected}, found {}", self.what()),
        }
    }

    /// A text that is not empty.
    ///
    /// # Errors
    /// When it is something else.
    pub fn text(&self, kind: Kind) -> Result<&'v str, Misfit> {
        match self {
            Self::Untyped(text) | Self::Text(text) if !text.is_empty() => Ok(text),
            _ => Err(self.misfit(kind)),
        }
    }

    /// One of the texts of a [`Kind::Choice`].
    ///
    /// # Errors
    /// When it is something else.
    pub fn choice(&self, kind: Kind) -> Result<&'static str, Misfit> {
        let text = self.text(kind)?;
        let Kind::Choice(names) = kind else {
            return Err(self.misfit(kind));
        };
        let name = names.iter().find(|name| **name == text);
        name.copied()
            .ok_or_else(|| format!("`{text}` is not {}", kind.expected()))
    }

    /// A list of texts.
    ///
    /// # Errors
    /// When it is something else.
    pub fn list(&self, kind: Kind) -> Result<Vec<&'v str>, Misfit> {
        match self {
            Self::Untyped(text) => {
                let entries = text.split(',').map(str::trim);
                Ok(entries.filter(|entry| !entry.is_empty()).collect())
            }
            Self::List(entries) => {
                let texts: Option<Vec<_>> = entries.iter().copied().collect();
                texts.ok_or_else(|| format!("expected {}: not all are texts", kind.expected()))
            }
            _ => Err(self.misfit(kind)),
        }
    }

    /// Yes or no.
    ///
    /// # Errors
    /// When it is something else.
    pub fn switch(&self, kind: Kind) -> Result<bool, Misfit> {
        match self {
            Self::Untyped("true") => Ok(true),
            Self::Untyped("false") => Ok(false),
            Self::Switch(value) => Ok(*value),
            _ => Err(self.misfit(kind)),
        }
    }

    /// A whole number within the limits of a [`Kind::Integer`].
    ///
    /// # Errors
    /// When it is something else, or beyond them.
    pub fn integer(&self, kind: Kind) -> Result<i64, Misfit> {
        let number = match self {
            Self::Untyped(text) => text.parse().ok(),
            Self::Integer(number) => Some(*number),
            _ => None,
        };
        let number = number.ok_or_else(|| self.misfit(kind))?;
        match kind {
            Kind::Integer { least, most } if (least..=most).contains(&number) => Ok(number),
            _ => Err(format!("{number} is not {}", kind.expected())),
        }
    }

    /// A span of time within the limits of a [`Kind::Duration`].
    ///
    /// # Errors
    /// When it is something else, or beyond them.
    pub fn duration(&self, kind: Kind) -> Result<Duration, Misfit> {
        let span = match self {
            Self::Untyped(text) | Self::Text(text) => duration::parse(text),
            Self::Integer(number) => u64::try_from(*number).ok().map(Duration::from_secs),
            _ => None,
        };
        let form = "seconds such as 90, or a text such as \"90s\", \"15m\", \"12h\" or \"30d\"";
        let span = span.ok_or_else(|| format!("{}: {form}", self.misfit(kind)))?;
        match kind {
            Kind::Duration { least, most } if (least..=most).contains(&span.as_secs()) => Ok(span),
            _ => {
                let written = duration::in_words(span.as_secs());
                Err(format!("{written} is not {}", kind.expected()))
            }
        }
    }
}
