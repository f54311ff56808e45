//! `[log]`: what is logged, and in which form.

use std::str::FromStr;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use super::reader::Reader;
use super::setting::{DefaultValue, Kind, Setting};

const FORMAT: Setting = Setting {
    path: "log.format",
    kind: Kind::Choice(&["text", "json"]),
    default: DefaultValue::Is("text"),
    about: "`text` for people, `json` for programs: one object on each line.",
};
const LEVEL: Setting = Setting {
    path: "log.level",
    kind: Kind::Text("a level such as `info`, or directives such as `info,authly_http=debug`"),
    default: DefaultValue::Is("info"),
    about: "What is logged: `error`, `warn`, `info`, `debug` or `trace`, also for single modules, \
            as in `info,authly_http=debug`.",
};

pub(super) const SETTINGS: &[Setting] = &[FORMAT, LEVEL];

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What is logged: directives that have been checked.
#[derive(Debug)]
pub(crate) struct LogLevel(String);

impl LogLevel {
    /// The filter that the directives describe.
    pub(crate) fn filter(&self) -> EnvFilter {
        EnvFilter::new(&self.0)
    }
}

/// How the server logs.
#[derive(Debug)]
pub(crate) struct LogSettings {
    pub(crate) format: LogFormat,
    pub(crate) level: LogLevel,
}

impl LogSettings {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let format = match reader.choice(&FORMAT) {
            Some("json") => LogFormat::Json,
            Some(_) | None => LogFormat::Text,
        };
        let level = reader.parsed(&LEVEL)?;
        Some(Self { format, level })
    }
}

impl FromStr for LogLevel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // A word alone would be taken for a module, and everything else would be silent.
        let words = text.split(',').filter(|part| !part.contains(['=', '[']));
        for word in words {
            LevelFilter::from_str(word.trim()).map_err(|_error| {
                format!(
                    "`{word}` is not a level: write error, warn, info, debug, trace or off, and \
                     for a module authly_http=debug"
                )
            })?;
        }
        EnvFilter::from_str(text).map_err(|error| error.to_string())?;
        Ok(Self(text.to_owned()))
    }
}
