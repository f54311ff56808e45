//! What is written about the settings elsewhere agrees with their declaration.

use pretty_assertions::assert_eq;

use super::super::show::default_value;
use super::*;

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join(path)).unwrap()
}

/// The row of a setting in the documentation.
fn row(setting: &Setting) -> String {
    let default = match setting.default {
        DefaultValue::Is(text) => format!("`{}`", default_value(text, setting.kind)),
        DefaultValue::Words(words) => words.to_owned(),
        DefaultValue::Required(words) => format!("has to be given; in embedded mode {words}"),
    };
    format!("| `{}` | {default} | {} |", setting.path, setting.about)
}

#[test]
fn the_documentation_has_a_row_for_each_setting_and_no_other() {
    let document = read("docs/configuration.md");
    let (_, settings) = document.split_once("\n## Settings\n").unwrap();
    let rows: Vec<_> = settings
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    let expected: Vec<_> = declared().map(row).collect();
    let missing: Vec<_> = expected
        .iter()
        .filter(|row| !rows.contains(&row.as_str()))
        .collect();
    assert!(missing.is_empty(), "these rows are missing: {missing:#?}");
    assert_eq!(rows.len(), expected.len(), "there are rows of no setting");
}

/// The example with every setting that it only mentions: `#name = value`, without a space.
fn example_in_full() -> String {
    let example = read("deploy/server.example.toml");
    let lines = example.lines().map(|line| match line.strip_prefix('#') {
        Some(rest) if !rest.starts_with(' ') => rest.to_owned() + "\n",
        _ => line.to_owned() + "\n",
    });
    lines.collect()
}

#[tokio::test]
async fn the_example_has_no_problem_but_that_its_files_are_elsewhere() {
    for (name, text) in [
        ("example", read("deploy/server.example.toml")),
        ("example-in-full", example_in_full()),
    ] {
        let file = Scratch::new(name, 0o644, &text);
        let layers = Layers::gather(sources(Some(&file.0), &[]));
        let said = problems(&layers).await;
        let elsewhere = |line: &&String| {
            let places = [": there is no such secret", "(os error 2)"];
            !places.iter().any(|place| line.ends_with(place))
        };
        assert_eq!(said.iter().find(elsewhere), None);
    }
}

#[test]
fn the_example_mentions_every_setting_with_its_default() {
    let text = example_in_full();
    let file = Scratch::new("example-defaults", 0o644, &text);
    let layers = Layers::gather(sources(Some(&file.0), &[]));
    for setting in declared() {
        assert!(layers.entry(setting).is_some(), "{}", setting.path);
        if let DefaultValue::Is(text) = setting.default {
            let default = default_value(text, setting.kind);
            let line = format!("{} = {default}  # file {}", setting.path, file.path());
            let shown = show(&layers);
            assert!(shown.lines().any(|shown| shown == line), "{line}");
        }
    }
}

#[tokio::test]
async fn every_default_fits_its_setting() {
    for setting in declared() {
        if let DefaultValue::Is(text) = setting.default {
            let said = problems(&with(&[(&setting.variable(), text)])).await;
            assert_eq!(said, Vec::<String>::new());
        }
    }
}
