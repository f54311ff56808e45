//! Where the log goes, and in which form.

use std::io::{self, IsTerminal};

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Layer, registry};

use crate::settings::{LogFormat, LogSettings};

/// Begins to log to standard error, so that what is said at the start stays apart.
///
/// Records of the `log` crate, which some libraries still use, are not taken over: what matters of
/// them comes back as an error, and they would put file names on every line.
///
/// # Errors
/// When something logs already.
pub(crate) fn start(settings: &LogSettings) -> anyhow::Result<()> {
    let colour = if io::stderr().is_terminal() {
        Colour::Ansi
    } else {
        Colour::Plain
    };
    let subscriber = subscriber(settings.format, settings.level.filter(), colour, io::stderr);
    tracing::subscriber::set_global_default(subscriber)?;
    Ok(())
}

/// Whether text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colour {
    Ansi,
    Plain,
}

fn subscriber(
    format: LogFormat,
    level: EnvFilter,
    colour: Colour,
    writer: impl for<'w> MakeWriter<'w> + Send + Sync + 'static,
) -> impl Subscriber + Send + Sync {
    registry()
        .with(level)
        .with(filter_fn(|metadata| !is_chatter(metadata)))
        .with(lines(format, colour, writer))
}

/// What the HTTP library says of its own start, which we say ourselves; and of requests that it could
/// not read, at a level at which anybody who sends rubbish could fill the log.
fn is_chatter(metadata: &Metadata<'_>) -> bool {
    let starts = metadata.target().starts_with("actix_server") && *metadata.level() == Level::INFO;
    starts || metadata.target().starts_with("actix_http")
}

fn lines<S: Subscriber + for<'s> LookupSpan<'s>>(
    format: LogFormat,
    colour: Colour,
    writer: impl for<'w> MakeWriter<'w> + Send + Sync + 'static,
) -> Box<dyn Layer<S> + Send + Sync> {
    let lines = fmt::layer().with_writer(writer);
    match format {
        LogFormat::Text => lines.with_ansi(colour == Colour::Ansi).boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex, PoisonError};

    use pretty_assertions::assert_eq;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            lines.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: LogFormat) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let level = EnvFilter::new("info");
        let subscriber = subscriber(format, level, Colour::Plain, move || writer.clone());
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::info_span!("request", request_id = "r-1");
            let _entered = span.enter();
            tracing::info!(client.id = "notes", "a client was refused");
            tracing::debug!("too fine");
        });
        let bytes = lines.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_json_line_is_one_object_with_its_request() {
        let logged = logged(LogFormat::Json);
        let line: serde_json::Value = serde_json::from_str(logged.trim_end()).unwrap();
        assert_eq!(line["message"], "a client was refused");
        assert_eq!(line["client.id"], "notes");
        assert_eq!(line["span"]["request_id"], "r-1");
    }

    #[test]
    fn a_text_line_names_its_request_and_has_no_colour_in_a_file() {
        let logged = logged(LogFormat::Text);
        assert!(logged.contains("request{request_id=\"r-1\"}"), "{logged}");
        assert!(!logged.contains('\u{1b}') && !logged.contains("too fine"));
    }
}
