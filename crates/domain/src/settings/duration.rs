//! Spans of time as settings have them: whole seconds, or a number with its unit.

use std::time::Duration;

/// The units and their seconds, the longest first.
const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// Reads `90`, `90s`, `15m`, `12h` or `30d`.
#[must_use]
pub fn parse(text: &str) -> Option<Duration> {
    let split = UNITS
        .iter()
        .find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, *seconds)));
    let (number, unit) = split.unwrap_or((text, 1));
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds = number.parse::<u64>().ok()?.checked_mul(unit)?;
    Some(Duration::from_secs(seconds))
}

/// The shortest way to write so many seconds: `15m` for 900.
#[must_use]
pub fn in_words(seconds: u64) -> String {
    let fitting = UNITS
        .iter()
        .find(|(_, length)| seconds >= *length && seconds.is_multiple_of(*length));
    let (unit, length) = fitting.unwrap_or(&("s", 1));
    format!("{}{unit}", seconds / length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_span_is_seconds_or_a_number_with_its_unit() {
        for (text, seconds) in [
            ("0", 0),
            ("90", 90),
            ("90s", 90),
            ("15m", 900),
            ("12h", 43_200),
            ("30d", 2_592_000),
        ] {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "", "s", "-1", "+1", "1.5h", "15 m", "15min", "1h30m", "1D", "٣s",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse("18446744073709551615d"), None);
    }

    #[test]
    fn a_span_is_written_in_its_longest_whole_unit() {
        let written = [0, 1, 90, 900, 43_200, 2_592_000].map(in_words);
        assert_eq!(written, ["0s", "1s", "90s", "15m", "12h", "30d"]);
    }

    proptest! {
        #[test]
        fn a_span_reads_back_as_it_is_written(seconds: u64) {
            prop_assert_eq!(parse(&in_words(seconds)), Some(Duration::from_secs(seconds)));
        }

        #[test]
        fn a_number_with_its_unit_is_so_many_times_the_unit(
            number: u64,
            (unit, length) in prop::sample::select(vec![("", 1), ("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)]),
            odd in "[ a-zA-Z+.-]{1,2}",
        ) {
            let expected = number.checked_mul(length).map(Duration::from_secs);
            prop_assert_eq!(parse(&format!("{number}{unit}")), expected);
            let known = ["s", "m", "h", "d"].contains(&odd.as_str()) && unit.is_empty();
            let (after, before) = (format!("{number}{unit}{odd}"), format!("{odd}{number}"));
            prop_assert!(known || parse(&after).is_none());
            prop_assert!(parse(&before).is_none());
        }
    }
}
