//! Time as a value: domain rules take `now`, only the edges ask a [`Clock`].

use std::time::Duration;

use time::OffsetDateTime;

/// A moment in UTC with microsecond precision, as PostgreSQL keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(OffsetDateTime);

impl Timestamp {
    /// Cuts a date-time to microseconds, so that a stored value reads back equal.
    #[must_use]
    pub fn from_date_time(raw: OffsetDateTime) -> Self {
        let raw = raw.to_offset(time::UtcOffset::UTC);
        let micros = raw.microsecond();
        Self(raw.replace_microsecond(micros).unwrap_or(raw))
    }

    /// The moment this many seconds after 1970-01-01T00:00:00Z; `None` where the calendar ends.
    #[must_use]
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        OffsetDateTime::from_unix_timestamp(seconds).ok().map(Self)
    }

    /// As a date-time in UTC, for columns.
    #[must_use]
    pub const fn as_date_time(&self) -> OffsetDateTime {
        self.0
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, as JWT claims carry time (RFC 7519 `NumericDate`).
    #[must_use]
    pub const fn unix_seconds(&self) -> i64 {
        self.0.unix_timestamp()
    }

    /// Whole milliseconds since 1970-01-01T00:00:00Z; 0 before it.
    #[must_use]
    pub fn unix_milliseconds(&self) -> u64 {
        u64::try_from(self.0.unix_timestamp_nanos() / 1_000_000).unwrap_or(0)
    }

    /// This moment and `span` more; stays at the calendar's end instead of overflowing.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        let span = time::Duration::try_from(span).unwrap_or(time::Duration::MAX);
        Self::from_date_time(self.0.saturating_add(span))
    }

    /// This moment less `span`; stays at the calendar's beginning instead of overflowing.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        let span = time::Duration::try_from(span).unwrap_or(time::Duration::MAX);
        Self::from_date_time(self.0.saturating_sub(span))
    }

    /// How long after `earlier` this is; zero when it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::try_from(self.0 - earlier.0).unwrap_or(Duration::ZERO)
    }
}

/// What tells the time.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that asks the machine"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::from_date_time(OffsetDateTime::now_utc())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_cut_to_the_microseconds_a_column_keeps() {
        let raw = OffsetDateTime::from_unix_timestamp_nanos(1_000_000_123_456_789).unwrap();
        let cut = Timestamp::from_date_time(raw).as_date_time();
        assert_eq!(cut.nanosecond(), 123_456_000);
    }

    #[test]
    fn adding_a_huge_span_stays_in_the_calendar() {
        let now = Timestamp::from_unix_seconds(1_000_000_000).unwrap();
        assert!(now.plus(Duration::MAX) > now);
        assert_eq!(now.since(now.plus(Duration::from_secs(1))), Duration::ZERO);
    }
}
