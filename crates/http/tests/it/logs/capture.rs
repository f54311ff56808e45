//! Keeps what the program logs, of all tests of this process: there is one log for all.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::ThreadId;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

thread_local! {
    /// The spans that this thread is in, the innermost last.
    static ENTERED: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// A line of the log.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) level: &'static str,
    /// Message and fields, of the spans around it too.
    pub(super) text: String,
    /// The thread that wrote it: of a server, or a test's own.
    pub(super) thread: ThreadId,
}

/// The log of the process.
#[derive(Clone, Default)]
pub(super) struct Capture(Arc<Kept>);

#[derive(Default)]
struct Kept {
    lines: Mutex<Vec<Line>>,
    /// The fields of each span, those of the spans around it included.
    spans: Mutex<HashMap<u64, String>>,
    last_span: AtomicU64,
}

impl Capture {
    /// The log, kept from the first call on.
    pub(super) fn of_process() -> Self {
        static CAPTURE: OnceLock<Capture> = OnceLock::new();
        let begin = || {
            let capture = Self::default();
            let set = tracing::subscriber::set_global_default(capture.clone());
            set.expect("nothing else takes the log");
            capture
        };
        CAPTURE.get_or_init(begin).clone()
    }

    /// Every line so far.
    pub(super) fn lines(&self) -> Vec<Line> {
        self.0.lines.lock().unwrap().clone()
    }

    /// The lines about the request with this number.
    pub(super) fn lines_of(&self, request: &str) -> Vec<Line> {
        let number = format!("request.id={request}");
        let mut lines = self.lines();
        lines.retain(|line| line.text.contains(&number));
        lines
    }

    /// The fields of a span, or of the one that this thread is in.
    fn fields_of(&self, span: Option<u64>) -> String {
        let innermost = || ENTERED.with_borrow(|entered| entered.last().copied());
        let spans = self.0.spans.lock().unwrap();
        let span = span.or_else(innermost);
        let fields = span.and_then(|span| spans.get(&span));
        fields.cloned().unwrap_or_default()
    }
}

/// Writes fields as `name=value`.
struct Fields(String);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        write!(self.0, "{}={value} ", field.name()).unwrap();
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{}={value:?} ", field.name()).unwrap();
    }
}

impl Subscriber for Capture {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("authly")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = self.0.last_span.fetch_add(1, Ordering::Relaxed) + 1;
        let around = self.fields_of(span.parent().map(Id::into_u64));
        let mut fields = Fields(around);
        span.record(&mut fields);
        self.0.spans.lock().unwrap().insert(id, fields.0);
        Id::from_u64(id)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut fields = Fields(String::new());
        values.record(&mut fields);
        let mut spans = self.0.spans.lock().unwrap();
        spans
            .entry(span.into_u64())
            .or_default()
            .push_str(&fields.0);
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(self.fields_of(event.parent().map(Id::into_u64)));
        event.record(&mut fields);
        let line = Line {
            level: event.metadata().level().as_str(),
            text: fields.0,
            thread: std::thread::current().id(),
        };
        self.0.lines.lock().unwrap().push(line);
    }

    fn enter(&self, span: &Id) {
        ENTERED.with_borrow_mut(|entered| entered.push(span.into_u64()));
    }

    fn exit(&self, span: &Id) {
        let id = span.into_u64();
        ENTERED.with_borrow_mut(|entered| {
            if let Some(at) = entered.iter().rposition(|one| *one == id) {
                entered.remove(at);
            }
        });
    }
}
