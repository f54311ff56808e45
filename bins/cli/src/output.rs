//! The one place that prints: results to standard output, messages to standard error.

mod cell;
mod table;

use std::fmt::Write as _;
use std::io::{self, ErrorKind, IsTerminal, Write};

use clap::builder::styling::{AnsiColor, Style};
use serde::Serialize;

use self::cell::steers;
pub(crate) use self::cell::{Cell, printable};
use self::table::Width;
use crate::args::{Change, CommonArguments, Form};
use crate::exit::Exit;
use crate::failure::Failure;

/// Where results and messages go, and how they look there.
pub(crate) struct Output {
    form: Form,
    notes: Notes,
    results: Colours,
    messages: Colours,
    width: Width,
    reader: Reader,
}

/// Who gets the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// Somebody at a terminal.
    Person,
    /// A program, or a file.
    Program,
}

/// Whether colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colours {
    On,
    Off,
}

/// Whether more is said than results and failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notes {
    Said,
    Kept,
}

/// A result that is one thing with named values.
pub(crate) trait Sheet: Serialize {
    /// The names with their values, for the form for people.
    fn lines(&self) -> Vec<(&'static str, Cell)>;
}

/// One thing of a list.
pub(crate) trait Row: Serialize {
    /// The headings of the form for people.
    const HEADINGS: &'static [&'static str];

    /// The values below the headings, for the form for people.
    fn cells(&self) -> Vec<Cell>;
}

impl Output {
    /// Prints as the command line says; colours only where a person looks at a terminal.
    pub(crate) fn new(common: &CommonArguments) -> Self {
        let (results, messages) = (io::stdout(), io::stderr());
        Self {
            form: common.output,
            notes: if common.quiet {
                Notes::Kept
            } else {
                Notes::Said
            },
            results: Colours::on(&results),
            messages: Colours::on(&messages),
            width: if results.is_terminal() {
                let size = terminal_size::terminal_size_of(&results);
                size.map_or(Width::Free, |(width, _height)| Width::Terminal(width.0))
            } else {
                Width::Free
            },
            reader: if results.is_terminal() {
                Reader::Person
            } else {
                Reader::Program
            },
        }
    }

    /// Prints a result that is one thing.
    pub(crate) fn sheet(&self, sheet: &impl Sheet) -> Result<(), Failure> {
        match self.form {
            Form::Table => print(table::sheet(&sheet.lines(), self.results).as_bytes()),
            Form::Json | Form::Yaml => self.document(sheet),
        }
    }

    /// Prints a result that is a list; for programs it is an array.
    pub(crate) fn list<T: Row>(&self, rows: &[T]) -> Result<(), Failure> {
        match self.form {
            Form::Table => {
                let cells = rows.iter().map(Row::cells);
                let list = table::list(T::HEADINGS, cells, self.width, self.results);
                print(list.as_bytes())
            }
            Form::Json | Form::Yaml => self.document(&rows),
        }
    }

    fn document(&self, document: &impl Serialize) -> Result<(), Failure> {
        let text = match self.form {
            Form::Yaml => serde_saphyr::to_string(document).map_err(unwritable)?,
            Form::Json | Form::Table => {
                serde_json::to_string_pretty(document).map_err(unwritable)? + "\n"
            }
        };
        match self.reader {
            Reader::Person => print(harmless(&text).as_bytes()),
            Reader::Program => print(text.as_bytes()),
        }
    }

    /// Prints a result that is a text for people, and a document for programs.
    pub(crate) fn text(&self, text: &str, document: &impl Serialize) -> Result<(), Failure> {
        match self.form {
            Form::Table => print(text.as_bytes()),
            Form::Json | Form::Yaml => self.document(document),
        }
    }

    /// Whether results are for people.
    pub(crate) fn is_for_people(&self) -> bool {
        self.form == Form::Table
    }

    /// Prints one line of a result that goes on: a document for programs, its cells for people. Answers
    /// whether somebody still listens.
    pub(crate) fn line<T: Row>(&self, row: &T) -> Result<bool, Failure> {
        match self.form {
            Form::Table => {
                let cells = row.cells();
                let cells: Vec<_> = cells.iter().map(Cell::text).collect();
                write_line(&cells.join("  "))
            }
            Form::Json | Form::Yaml => Self::json_line(row),
        }
    }

    /// Prints a document as one line of JSON. Answers whether somebody still listens.
    pub(crate) fn json_line(document: &impl Serialize) -> Result<bool, Failure> {
        write_line(&serde_json::to_string(document).map_err(unwritable)?)
    }

    /// Prints a script as it is, whatever the form of results.
    pub(crate) fn script(script: &[u8]) -> Result<(), Failure> {
        print(script)
    }

    /// Says something that is no result, unless nothing is wanted but results.
    pub(crate) fn note(&self, message: &str) {
        if self.notes == Notes::Said {
            say(message, Style::new(), "");
        }
    }

    /// Says what the person has to do now, which is no note that they could do without.
    pub(crate) fn ask(message: &str) {
        say(message, Style::new(), "");
    }

    /// Says what was done, or would have been: "deleted the client reports".
    pub(crate) fn done(&self, change: Change, what: &str) {
        let would = if change.dry_run {
            "dry run, nothing was changed; it would have "
        } else {
            ""
        };
        self.note(&format!("{would}{what}"));
    }

    /// Says what should be looked at, though the command goes on.
    pub(crate) fn warn(&self, message: &str) {
        say(message, self.style(AnsiColor::Yellow), "warning: ");
    }

    /// Says what failed.
    pub(crate) fn complain(&self, message: &str) {
        say(message, self.style(AnsiColor::Red), "");
    }

    fn style(&self, colour: AnsiColor) -> Style {
        match self.messages {
            Colours::On => colour.on_default().bold(),
            Colours::Off => Style::new(),
        }
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

/// A document without characters that steer a terminal. JSON leaves those from U+007F on as they are;
/// as escapes they mean the same there.
fn harmless(document: &str) -> String {
    let mut text = String::with_capacity(document.len());
    for letter in document.chars() {
        if letter != '\n' && steers(letter) {
            let _ = write!(text, "\\u{:04x}", u32::from(letter));
        } else {
            text.push(letter);
        }
    }
    text
}

/// Writes to standard error.
fn say(message: &str, style: Style, kind: &str) {
    let message = message.lines().map(printable).collect::<Vec<_>>();
    let message = message.join("\n");
    // Where even messages cannot be written, the exit status is all there is.
    let _ = writeln!(io::stderr(), "{style}authly:{style:#} {kind}{message}");
}

/// Writes to standard output. Nobody may be listening any more, which is no failure.
fn print(text: &[u8]) -> Result<(), Failure> {
    let mut results = io::stdout().lock();
    match results.write_all(text).and_then(|()| results.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(unwritable(error)),
        _ => Ok(()),
    }
}

/// Writes a line to standard output. Answers whether somebody still listens.
fn write_line(line: &str) -> Result<bool, Failure> {
    let mut results = io::stdout().lock();
    match writeln!(results, "{line}").and_then(|()| results.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(unwritable(error)),
    }
}

fn unwritable(error: impl std::error::Error) -> Failure {
    Failure::refused(format!("the result cannot be written: {error}"))
}
