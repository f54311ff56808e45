//! A value as people see it.

use clap::builder::styling::{AnsiColor, Style};

/// How a value strikes the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Neither good nor bad.
    Plain,
    /// As it should be.
    Good,
    /// Somebody should look at it.
    Bad,
}

impl Tone {
    pub(super) const fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
        }
    }
}

/// A value of a sheet or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(super) text: String,
    pub(super) tone: Tone,
}

impl Cell {
    /// A value that is neither good nor bad.
    pub(crate) fn plain(text: impl AsRef<str>) -> Self {
        Self::toned(text, Tone::Plain)
    }

    /// A value that is as it should be.
    pub(crate) fn good(text: impl AsRef<str>) -> Self {
        Self::toned(text, Tone::Good)
    }

    /// A value that somebody should look at.
    pub(crate) fn bad(text: impl AsRef<str>) -> Self {
        Self::toned(text, Tone::Bad)
    }

    /// Several values, which a list shows in one cell.
    pub(crate) fn all<T: AsRef<str>>(texts: &[T]) -> Self {
        let texts = texts.iter().map(AsRef::as_ref).collect::<Vec<_>>();
        Self::plain(texts.join(" "))
    }

    /// A value that may be absent: a hyphen where it is.
    pub(crate) fn maybe(text: Option<impl ToString>) -> Self {
        Self::plain(text.map_or_else(|| "-".to_owned(), |text| text.to_string()))
    }

    /// `yes` or `no`.
    pub(crate) fn yes_or_no(is_so: bool) -> Self {
        Self::plain(if is_so { "yes" } else { "no" })
    }

    /// The value as text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    fn toned(text: impl AsRef<str>, tone: Tone) -> Self {
        let text = printable(text.as_ref());
        Self { text, tone }
    }
}

/// A line without control characters, and without those that change the direction of what follows:
/// what a server sends must neither steer a terminal nor look like something else.
pub(crate) fn printable(line: &str) -> String {
    line.replace(steers, "\u{fffd}")
}

/// Whether a terminal obeys this character instead of showing it.
pub(super) fn steers(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
