//! What Rust code says to people: a key of the texts, never the words themselves.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

/// A text in whichever language the page is in: its key in `templates/texts/`, and its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Text {
    key: &'static str,
    arguments: BTreeMap<&'static str, Argument>,
}

/// What a text can be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Argument {
    /// Chooses between forms of a word, and is shown.
    Number(u64),
    /// Chooses between variants.
    Name(&'static str),
}

impl Text {
    /// The text of this key.
    pub(crate) const fn key(key: &'static str) -> Self {
        Self {
            key,
            arguments: BTreeMap::new(),
        }
    }

    /// Tells it a number.
    pub(crate) fn with(mut self, name: &'static str, number: u64) -> Self {
        self.arguments.insert(name, Argument::Number(number));
        self
    }

    /// Tells it a name.
    pub(crate) fn with_name(mut self, name: &'static str, value: &'static str) -> Self {
        self.arguments.insert(name, Argument::Name(value));
        self
    }

    /// How long ago something was, rounded down: `unit` is `moments`, `minutes`, `hours` or `days`,
    /// `count` is how many.
    pub(crate) fn ago(span: Duration) -> Self {
        let seconds = span.as_secs();
        let (unit, count) = match seconds {
            ..60 => ("moments", seconds),
            60..3_600 => ("minutes", seconds / 60),
            3_600..86_400 => ("hours", seconds / 3_600),
            _ => ("days", seconds / 86_400),
        };
        Text::key("ago")
            .with_name("unit", unit)
            .with("count", count)
    }

    /// Tells it a span of time as people say it, rounded up: `unit` is `seconds`, `minutes` or
    /// `hours`, `count` is how many.
    pub(crate) fn with_wait(self, wait: Duration) -> Self {
        let begun = u64::from(wait.subsec_nanos() > 0);
        let seconds = wait.as_secs().saturating_add(begun);
        let (unit, count) = match seconds.max(1) {
            seconds @ ..=90 => ("seconds", seconds),
            seconds @ ..=5_400 => ("minutes", seconds.div_ceil(60)),
            seconds => ("hours", seconds.div_ceil(3_600)),
        };
        self.with_name("unit", unit).with("count", count)
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn what_has_been_is_said_in_the_largest_unit_that_is_full() {
        for (seconds, unit, count) in [
            (0, "moments", 0),
            (59, "moments", 59),
            (60, "minutes", 1),
            (3_599, "minutes", 59),
            (3_600, "hours", 1),
            (86_399, "hours", 23),
            (86_400, "days", 1),
            (864_000, "days", 10),
        ] {
            let text = Text::ago(Duration::from_secs(seconds));
            assert_eq!(text.arguments["unit"], Argument::Name(unit), "{seconds}");
            assert_eq!(
                text.arguments["count"],
                Argument::Number(count),
                "{seconds}"
            );
        }
    }

    #[test]
    fn a_wait_is_said_in_the_unit_that_people_would_choose_and_never_too_short() {
        for (wait, unit, count) in [
            (Duration::ZERO, "seconds", 1),
            (Duration::from_millis(1_500), "seconds", 2),
            (Duration::from_secs(90), "seconds", 90),
            (Duration::from_secs(91), "minutes", 2),
            (Duration::from_mins(15), "minutes", 15),
            (Duration::from_secs(899), "minutes", 15),
            (Duration::from_mins(90), "minutes", 90),
            (Duration::from_mins(91), "hours", 2),
            (Duration::MAX, "hours", u64::MAX.div_ceil(3_600)),
        ] {
            let text = Text::key("key").with_wait(wait);
            assert_eq!(text.arguments["unit"], Argument::Name(unit), "{wait:?}");
            assert_eq!(text.arguments["count"], Argument::Number(count), "{wait:?}");
        }
    }
}
