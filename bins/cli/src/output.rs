//! The one place that prints: results to standard output, messages to standard error.

use std::io::{self, ErrorKind, IsTerminal, Write};

use clap::builder::styling::{AnsiColor, Style};
use serde::Serialize;

use crate::args::Form;
use crate::exit::{Exit, Failure};

/// Where results and messages go, and how they look there.
pub(crate) struct Output {
    form: Form,
    results: Colours,
    messages: Colours,
}

/// Whether colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colours {
    On,
    Off,
}

/// A value of a sheet.
#[derive(Debug)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// A value that is neither good nor bad.
    pub(crate) fn plain(text: &str) -> Self {
        Self::styled(text, Style::new())
    }

    /// A value that is as it should be.
    pub(crate) fn good(text: &str) -> Self {
        Self::styled(text, AnsiColor::Green.on_default())
    }

    /// A value that somebody should look at.
    pub(crate) fn bad(text: &str) -> Self {
        Self::styled(text, AnsiColor::Red.on_default().bold())
    }

    fn styled(text: &str, style: Style) -> Self {
        let text = printable(text);
        Self { text, style }
    }
}

/// A result that is one thing with named values.
pub(crate) trait Sheet: Serialize {
    /// The names with their values, for the form for people.
    fn lines(&self) -> Vec<(&'static str, Cell)>;
}

impl Output {
    /// Prints results in this form; colours only where a person looks at a terminal.
    pub(crate) fn new(form: Form) -> Self {
        Self {
            form,
            results: Colours::on(&io::stdout()),
            messages: Colours::on(&io::stderr()),
        }
    }

    /// Prints a result.
    pub(crate) fn sheet(&self, sheet: &impl Sheet) -> Result<(), Failure> {
        let text = match self.form {
            Form::Table => columns(&sheet.lines(), self.results),
            Form::Json => serde_json::to_string_pretty(sheet).map_err(unwritable)? + "\n",
            Form::Yaml => serde_saphyr::to_string(sheet).map_err(unwritable)?,
        };
        print(text.as_bytes())
    }

    /// Prints a script as it is, whatever the form of results.
    pub(crate) fn script(script: &[u8]) -> Result<(), Failure> {
        print(script)
    }

    /// Says what failed.
    pub(crate) fn complain(&self, message: &str) {
        let style = match self.messages {
            Colours::On => AnsiColor::Red.on_default().bold(),
            Colours::Off => Style::new(),
        };
        let message = message.lines().map(printable).collect::<Vec<_>>();
        let message = message.join("\n");
        // Where even messages cannot be written, the exit status is all there is.
        let _ = writeln!(io::stderr(), "{style}authly:{style:#} {message}");
    }

    /// Says what clap has to say: help and version as results, anything else as a usage error.
    pub(crate) fn explain(explanation: &clap::Error) -> Exit {
        let printed = explanation.print();
        match (explanation.use_stderr(), printed) {
            (true, _) => Exit::Usage,
            (false, Err(error)) if error.kind() != ErrorKind::BrokenPipe => Exit::Refused,
            (false, _) => Exit::Ok,
        }
    }
}

impl Colours {
    fn on(place: &impl IsTerminal) -> Self {
        // no-color.org: any value but the empty one switches colours off.
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if place.is_terminal() && !unwanted {
            Self::On
        } else {
            Self::Off
        }
    }
}

fn columns(lines: &[(&'static str, Cell)], colours: Colours) -> String {
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines = lines
        .iter()
        .map(|(name, Cell { text, style })| match colours {
            Colours::On => format!("{name:width$}  {style}{text}{style:#}\n"),
            Colours::Off => format!("{name:width$}  {text}\n"),
        });
    lines.collect()
}

/// A line without control characters: what a server sends must not steer a terminal.
fn printable(line: &str) -> String {
    line.replace(char::is_control, "\u{fffd}")
}

/// Writes to standard output. Nobody may be listening any more, which is no failure.
fn print(text: &[u8]) -> Result<(), Failure> {
    let mut results = io::stdout().lock();
    match results.write_all(text).and_then(|()| results.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(unwritable(error)),
        _ => Ok(()),
    }
}

fn unwritable(error: impl std::error::Error) -> Failure {
    Failure::refused(format!("the result cannot be written: {error}"))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn lines() -> Vec<(&'static str, Cell)> {
        vec![("status", Cell::good("up")), ("keys", Cell::bad("down"))]
    }

    #[test]
    fn values_stand_below_each_other() {
        assert_eq!(
            columns(&lines(), Colours::Off),
            "status  up\nkeys    down\n"
        );
    }

    #[test]
    fn a_terminal_shows_good_and_bad_in_colours() {
        assert_eq!(
            columns(&lines(), Colours::On),
            "status  \u{1b}[32mup\u{1b}[0m\nkeys    \u{1b}[1m\u{1b}[31mdown\u{1b}[0m\n"
        );
    }

    #[test]
    fn what_a_server_sends_does_not_steer_the_terminal() {
        let lines = [("version", Cell::plain("\u{1b}[2J0.1\u{7}\u{9b}1m"))];
        assert_eq!(
            columns(&lines, Colours::Off),
            "version  \u{fffd}[2J0.1\u{fffd}\u{fffd}1m\n"
        );
    }
}
