//! The text format of Prometheus (version 0.0.4), read strictly.

use std::collections::BTreeMap;

/// A family of series.
#[derive(Debug, Clone, Default)]
pub(crate) struct Family {
    pub(crate) help: String,
    pub(crate) kind: String,
    pub(crate) samples: Vec<Sample>,
}

/// One line with a value.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    /// The name, with the suffix that a histogram gives it.
    pub(crate) name: String,
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) value: f64,
    /// Name and labels as they stand there.
    pub(crate) series: String,
}

/// Everything that was shown, by the names of families.
pub(crate) type Shown = BTreeMap<String, Family>;

/// Reads a text, and fails where it is not exactly as it has to be: each family once, with its help
/// and type before its samples, names and values well formed, no series twice.
pub(crate) fn read(text: &str) -> Shown {
    assert!(text.ends_with('\n'), "the last line is not ended");
    let mut shown = Shown::new();
    let mut present = String::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a help has a text");
            assert!(is_name(name), "{line}");
            assert!(help.len() > 10 && help.ends_with('.'), "{line}");
            let help = help.to_owned();
            let family = Family {
                help,
                ..Family::default()
            };
            assert!(
                shown.insert(name.to_owned(), family).is_none(),
                "{line}: twice"
            );
            name.clone_into(&mut present);
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a type is named");
            assert_eq!(name, present, "{line}: the help comes before, and once");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            let family = shown.get_mut(name).expect("it has its help");
            assert_eq!(family.kind, "", "{line}: twice");
            kind.clone_into(&mut family.kind);
        } else {
            let sample = sample(line);
            let family = shown.get_mut(&present).expect("help and type come first");
            assert!(
                belongs(&sample, &present, &family.kind),
                "{line} below {present}"
            );
            let known = family.samples.iter();
            assert!(
                known.clone().all(|one| one.series != sample.series),
                "{line}: twice"
            );
            family.samples.push(sample);
        }
    }
    for (name, family) in &shown {
        check(name, family);
    }
    shown
}

/// What the rules for names say (Prometheus, "Metric and label naming").
fn check(name: &str, family: &Family) {
    let ours = name.starts_with("authly_") || name.starts_with("process_");
    assert!(ours, "{name}: whose is it?");
    assert_eq!(family.kind == "counter", name.ends_with("_total"), "{name}");
    for unit in [
        "milli", "micro", "minutes", "hours", "_ms", "kilo", "percent",
    ] {
        assert!(
            !name.contains(unit),
            "{name}: units are seconds, bytes, ratios"
        );
    }
    if family.kind == "histogram" {
        check_histograms(name, family);
    } else {
        let whole = family.samples.iter().all(|sample| sample.value >= 0.0);
        assert!(whole, "{name}: {:?}", family.samples);
    }
}

/// Buckets grow with their bounds, and the last holds everything.
fn check_histograms(name: &str, family: &Family) {
    let mut bucket = (f64::NEG_INFINITY, 0.0);
    for sample in &family.samples {
        match sample.name.strip_prefix(name) {
            Some("_bucket") => {
                let (label, bound) = sample.labels.last().expect("a bucket has a bound");
                assert_eq!(label, "le");
                let bound = number(bound);
                assert!(bound > bucket.0 && sample.value >= bucket.1, "{sample:?}");
                bucket = (bound, sample.value);
            }
            Some("_count") => {
                assert_eq!(bucket, (f64::INFINITY, sample.value), "{sample:?}");
                bucket = (f64::NEG_INFINITY, 0.0);
            }
            _ => assert!(sample.value >= 0.0, "{sample:?}"),
        }
    }
}

fn belongs(sample: &Sample, family: &str, kind: &str) -> bool {
    match sample.name.strip_prefix(family) {
        Some("") => kind != "histogram",
        Some("_bucket" | "_sum" | "_count") => kind == "histogram",
        _ => false,
    }
}

fn sample(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').expect("a sample has a value");
    let (name, labels) = match series.split_once('{') {
        Some((name, rest)) => (name, rest.strip_suffix('}').expect("the bracket is closed")),
        None => (series, ""),
    };
    assert!(is_name(name), "{line}");
    Sample {
        name: name.to_owned(),
        labels: labels_of(labels),
        value: number(value),
        series: series.to_owned(),
    }
}

/// `name="value",…`; a value is a text in which quotes, backslashes and line ends are escaped. Ours
/// hold nothing that would have to be.
fn labels_of(text: &str) -> Vec<(String, String)> {
    let mut labels: Vec<(String, String)> = Vec::new();
    let parts = text.split_terminator("\",").filter(|part| !part.is_empty());
    for part in parts {
        let (name, value) = part.split_once("=\"").expect("a label has a value");
        let value = value.strip_suffix('"').unwrap_or(value);
        assert!(is_name(name) && !name.contains(':'), "{text}");
        assert!(
            !value.is_empty() && !value.contains(['"', '\\', '\n']),
            "{text}"
        );
        assert!(labels.iter().all(|(other, _)| other != name), "{text}");
        labels.push((name.to_owned(), value.to_owned()));
    }
    labels
}

fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':');
    text.bytes().all(allowed) && text.starts_with(|first: char| !first.is_ascii_digit())
}

fn number(text: &str) -> f64 {
    match text {
        "+Inf" => f64::INFINITY,
        _ => text
            .parse()
            .unwrap_or_else(|_error| panic!("{text} is no number")),
    }
}

#[test]
#[should_panic(expected = "twice")]
fn a_series_that_is_there_twice_is_noticed() {
    read(
        "# HELP authly_x_total Some help here.\n# TYPE authly_x_total counter\n\
          authly_x_total{a=\"b\"} 1\nauthly_x_total{a=\"b\"} 2\n",
    );
}

#[test]
#[should_panic(expected = "help and type come first")]
fn a_sample_without_help_is_noticed() {
    read("authly_x_total 1\n");
}
