//! Looks again and again, and holds what has changed against what was done.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use authly_http::Deps;

use super::format::Shown;
use super::serving::Serving;

/// Families of counters that move with whatever is done; what they count exactly is held where it
/// matters.
const RESTLESS: [&str; 3] = [
    "authly_http_requests_total",
    "authly_database_round_trips_total",
    "process_cpu_seconds_total",
];

/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_mins(1);

/// Somebody who looks at the metrics of a server.
pub(crate) struct Watch {
    serving: Serving,
    first: Shown,
    last: Shown,
    /// The families of which something was seen to change.
    pub(crate) touched: BTreeSet<String>,
}

impl Watch {
    pub(crate) async fn of(deps: &Deps) -> Self {
        let serving = Serving::metrics(deps);
        let last = serving.read().await;
        Self {
            serving,
            first: last.clone(),
            last,
            touched: BTreeSet::new(),
        }
    }

    /// The value of a series at the last look; 0 where there is none.
    pub(crate) fn value(&self, series: &str) -> f64 {
        value(&self.last, series)
    }

    /// Holds that since the last look these series have changed by this much, and that nothing else
    /// was counted.
    pub(crate) async fn moved(&mut self, expected: &[(&str, f64)]) {
        let now = self.serving.read().await;
        let expected: BTreeMap<&str, f64> = expected.iter().copied().collect();
        let mut found = BTreeMap::new();
        for (name, family) in &now {
            for sample in &family.samples {
                let series = sample.series.as_str();
                let change = sample.value - value(&self.last, series);
                let asked = expected.contains_key(series);
                let counted = family.kind == "counter" && !RESTLESS.contains(&name.as_str());
                if change != 0.0 && (asked || counted) {
                    found.insert(series, change);
                    self.touched.insert(name.clone());
                }
            }
        }
        assert_eq!(found, expected);
        self.last = now;
    }

    /// Looks until `series` is as wanted, doing `between` after each look in vain.
    pub(crate) async fn until(
        &mut self,
        series: &str,
        wanted: impl Fn(f64) -> bool,
        mut between: impl AsyncFnMut(),
    ) {
        let patience = Instant::now() + PATIENCE;
        let (before, first) = (self.value(series), value(&self.first, series));
        loop {
            let now = self.serving.read().await;
            let value = value(&now, series);
            if wanted(value) {
                if value != before || value != first {
                    self.touched.insert(family_of(&now, series));
                }
                self.last = now;
                return;
            }
            assert!(Instant::now() < patience, "{series} stays at {value}");
            between().await;
        }
    }
}

fn value(shown: &Shown, series: &str) -> f64 {
    let mut samples = shown.values().flat_map(|family| &family.samples);
    let found = samples.find(|sample| sample.series == series);
    found.map_or(0.0, |sample| sample.value)
}

fn family_of(shown: &Shown, series: &str) -> String {
    let holds = |(_, family): &(&String, &super::format::Family)| {
        family.samples.iter().any(|sample| sample.series == series)
    };
    let found = shown.iter().find(holds);
    found.expect("the series is shown").0.clone()
}
