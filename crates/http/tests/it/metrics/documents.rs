//! What is written about metrics agrees with what is shown.

use std::path::Path;

use authly_testing::TestApp;
use pretty_assertions::assert_eq;

use super::serving::Serving;
use super::table::TABLE;

fn document(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(path)).unwrap()
}

#[tokio::test]
async fn the_documentation_has_a_row_for_each_family_and_no_other() {
    let app = TestApp::start().await;
    let shown = Serving::metrics(&app.deps).read().await;
    let expected: Vec<_> = TABLE
        .iter()
        .map(|row| {
            let labels = row.labels.iter().filter(|(label, _)| *label != "le");
            let labels: Vec<_> = labels.map(|(label, _)| format!("`{label}`")).collect();
            let (name, kind, labels) = (row.name, row.kind, labels.join(", "));
            format!("| `{name}` | {kind} | {labels} | {} |", shown[name].help)
        })
        .collect();
    let document = document("docs/metrics.md");
    let rows = document.lines().filter(|line| line.starts_with("| `"));
    // The last column says what to watch for.
    let rows: Vec<_> = rows
        .filter_map(|row| Some(format!("{} |", row.rsplit_once(" | ")?.0)))
        .collect();
    let missing: Vec<_> = expected.iter().filter(|row| !rows.contains(row)).collect();
    assert!(missing.is_empty(), "these rows are missing: {missing:#?}");
    assert_eq!(rows.len(), expected.len(), "there are rows of no metric");
}

#[test]
fn every_value_of_a_label_is_documented() {
    let document = document("docs/metrics.md");
    for row in TABLE {
        for (label, values) in row
            .labels
            .iter()
            .filter(|(label, _)| !["version", "le"].contains(label))
        {
            for value in *values {
                let word = format!("`{value}`");
                assert!(document.contains(&word), "{label} {value} of {}", row.name);
            }
        }
    }
}

#[test]
fn the_examples_of_alerts_ask_for_what_there_is() {
    let alerts = document("deploy/prometheus/alerts.yml");
    let is_name = |text: char| text.is_ascii_alphanumeric() || text == '_';
    let words = alerts.split(|letter| !is_name(letter));
    let metrics: Vec<_> = words
        .filter(|word| word.starts_with("authly_") || word.starts_with("process_"))
        .collect();
    assert!(metrics.len() > 10, "{metrics:?}");
    for metric in metrics {
        let known = TABLE.iter().any(|row| {
            let suffix = metric.strip_prefix(row.name);
            match suffix {
                Some("") => row.kind != "histogram",
                Some("_bucket" | "_sum" | "_count") => row.kind == "histogram",
                _ => false,
            }
        });
        assert!(known, "{metric} is no metric");
    }
}
