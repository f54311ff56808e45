//! Numbers with labels whose values are all known when the program is compiled.
//!
//! Each set of labels has its place in an array of atomics: counting takes no lock and no memory,
//! and nothing that anybody sends can make one series more.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A label with few values.
pub trait Label: Copy + PartialEq + Debug + Send + Sync + 'static {
    /// Its name.
    const NAME: &'static str;
    /// Every value that it can have.
    const ALL: &'static [Self];
    /// A value as it is shown.
    fn value(self) -> &'static str;
}

/// The labels of a family of series: none, one, two or three.
pub trait LabelSet: Copy + Send + Sync + 'static {
    /// Every set of values there can be.
    fn all() -> Vec<Self>;
    /// The place of this one among them.
    fn place(self) -> Option<usize>;
    /// Names and values.
    fn pairs(self) -> Vec<(&'static str, &'static str)>;
}

impl LabelSet for () {
    fn all() -> Vec<Self> {
        vec![()]
    }

    fn place(self) -> Option<usize> {
        Some(0)
    }

    fn pairs(self) -> Vec<(&'static str, &'static str)> {
        Vec::new()
    }
}

impl<A: Label> LabelSet for A {
    fn all() -> Vec<Self> {
        A::ALL.to_vec()
    }

    fn place(self) -> Option<usize> {
        A::ALL.iter().position(|value| *value == self)
    }

    fn pairs(self) -> Vec<(&'static str, &'static str)> {
        vec![(A::NAME, self.value())]
    }
}

impl<A: Label, B: Label> LabelSet for (A, B) {
    fn all() -> Vec<Self> {
        let first = A::ALL.iter();
        let pairs = first.flat_map(|a| B::ALL.iter().map(move |b| (*a, *b)));
        pairs.collect()
    }

    fn place(self) -> Option<usize> {
        Some(self.0.place()? * B::ALL.len() + self.1.place()?)
    }

    fn pairs(self) -> Vec<(&'static str, &'static str)> {
        [self.0.pairs(), self.1.pairs()].concat()
    }
}

impl<A: Label, B: Label, C: Label> LabelSet for (A, B, C) {
    fn all() -> Vec<Self> {
        let first = <(A, B)>::all().into_iter();
        let triples = first.flat_map(|(a, b)| C::ALL.iter().map(move |c| (a, b, *c)));
        triples.collect()
    }

    fn place(self) -> Option<usize> {
        Some((self.0, self.1).place()? * C::ALL.len() + self.2.place()?)
    }

    fn pairs(self) -> Vec<(&'static str, &'static str)> {
        [(self.0, self.1).pairs(), self.2.pairs()].concat()
    }
}

/// One counter for each set of labels.
#[derive(Debug)]
pub struct Counters<L> {
    values: Box<[AtomicU64]>,
    labels: PhantomData<fn() -> L>,
}

impl<L: LabelSet> Default for Counters<L> {
    fn default() -> Self {
        Self {
            values: L::all().iter().map(|_labels| AtomicU64::new(0)).collect(),
            labels: PhantomData,
        }
    }
}

impl<L: LabelSet> Counters<L> {
    /// One more.
    pub fn add(&self, labels: L) {
        if let Some(value) = self.at(labels) {
            value.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many there were.
    #[must_use]
    pub fn get(&self, labels: L) -> u64 {
        self.at(labels)
            .map_or(0, |value| value.load(Ordering::Relaxed))
    }

    /// How many there were, if there were any.
    #[must_use]
    pub fn seen(&self, labels: L) -> Option<u64> {
        Some(self.get(labels)).filter(|count| *count > 0)
    }

    fn at(&self, labels: L) -> Option<&AtomicU64> {
        self.values.get(labels.place()?)
    }
}

/// The bounds of a histogram of durations, in seconds: what is quick is told apart, and what takes
/// longer than anybody waits is not.
const BOUNDS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

/// One histogram of durations for each set of labels.
#[derive(Debug)]
pub struct Durations<L> {
    series: Box<[Buckets]>,
    labels: PhantomData<fn() -> L>,
}

/// What fell between two bounds, the last being none; and the sum.
#[derive(Debug, Default)]
struct Buckets {
    counts: [AtomicU64; BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
}

impl<L: LabelSet> Default for Durations<L> {
    fn default() -> Self {
        Self {
            series: L::all().iter().map(|_labels| Buckets::default()).collect(),
            labels: PhantomData,
        }
    }
}

impl<L: LabelSet> Durations<L> {
    /// One more, which took this long.
    pub fn observe(&self, labels: L, took: Duration) {
        let Some(buckets) = labels.place().and_then(|place| self.series.get(place)) else {
            return;
        };
        let seconds = took.as_secs_f64();
        let bucket = BOUNDS.iter().position(|bound| seconds <= *bound);
        if let Some(count) = buckets.counts.get(bucket.unwrap_or(BOUNDS.len())) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        buckets
            .nanoseconds
            .fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// What there was, if there was anything.
    #[must_use]
    pub fn seen(&self, labels: L) -> Option<Distribution> {
        let buckets = self.series.get(labels.place()?)?;
        let counts = buckets
            .counts
            .iter()
            .map(|count| count.load(Ordering::Relaxed));
        let bounds = BOUNDS.into_iter().chain([f64::INFINITY]);
        let sum = Duration::from_nanos(buckets.nanoseconds.load(Ordering::Relaxed));
        let distribution = Distribution {
            buckets: bounds.zip(counts).collect(),
            sum,
        };
        (distribution.count() > 0).then_some(distribution)
    }
}

/// What a histogram holds at one moment.
#[derive(Debug)]
pub struct Distribution {
    /// Upper bounds in seconds, and how many fell between each and the one before.
    pub(super) buckets: Vec<(f64, u64)>,
    pub(super) sum: Duration,
}

impl Distribution {
    /// How many there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|(_bound, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Colour {
        Red,
        Green,
        /// Not among all: a mistake that must not break a request.
        Forgotten,
    }

    impl Label for Colour {
        const NAME: &'static str = "colour";
        const ALL: &'static [Self] = &[Self::Red, Self::Green];
        fn value(self) -> &'static str {
            match self {
                Self::Red => "red",
                Self::Green | Self::Forgotten => "green",
            }
        }
    }

    #[test]
    fn every_set_of_labels_has_a_place_of_its_own() {
        let all = <(Colour, Colour, Colour)>::all();
        let places: Vec<_> = all.iter().map(|labels| labels.place()).collect();
        let expected: Vec<_> = (0..8).map(Some).collect();
        assert_eq!(places, expected);
        let pairs = (Colour::Red, Colour::Green).pairs();
        assert_eq!(pairs, [("colour", "red"), ("colour", "green")]);
    }

    #[test]
    fn what_is_counted_is_counted_where_it_belongs() {
        let counters = Counters::<(Colour, Colour)>::default();
        counters.add((Colour::Red, Colour::Green));
        counters.add((Colour::Red, Colour::Green));
        counters.add((Colour::Forgotten, Colour::Red));
        assert_eq!(counters.get((Colour::Red, Colour::Green)), 2);
        let all = <(Colour, Colour)>::all().into_iter();
        assert_eq!(all.map(|labels| counters.get(labels)).sum::<u64>(), 2);
        assert_eq!(counters.seen((Colour::Green, Colour::Red)), None);
    }

    #[test]
    fn a_duration_falls_into_the_first_bucket_that_holds_it() {
        let durations = Durations::<()>::default();
        assert!(durations.seen(()).is_none());
        for milliseconds in [0, 1, 2, 60_000] {
            durations.observe((), Duration::from_millis(milliseconds));
        }
        let seen = durations.seen(()).unwrap();
        assert_eq!(seen.count(), 4);
        assert_eq!(seen.sum, Duration::from_millis(60_003));
        let filled: Vec<_> = seen.buckets.iter().filter(|(_, n)| *n > 0).collect();
        assert_eq!(filled, [&(0.001, 2), &(0.0025, 1), &(f64::INFINITY, 1)]);
    }
}
