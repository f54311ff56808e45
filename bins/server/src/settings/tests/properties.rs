//! What holds for all settings, told on made-up ones.

use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::*;

/// A text that stands nowhere by chance.
const SECRET: &str = "s3cr3t-that-nobody-may-see";

/// The name of a setting or section, or nearly.
fn name() -> impl Strategy<Value = String> {
    let names: Vec<_> = declared().map(|setting| setting.path.to_owned()).collect();
    prop_oneof![9 => prop::sample::select(names), 1 => "[a-z_]{1,8}(\\.[a-z_]{1,8})?"]
}

/// A value as TOML has it.
fn value() -> impl Strategy<Value = toml::Value> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(toml::Value::from),
        (-5_i64..100_000).prop_map(toml::Value::from),
        any::<bool>().prop_map(toml::Value::from),
        any::<f64>().prop_map(toml::Value::from),
        "\\PC{0,12}".prop_map(toml::Value::from),
        "[0-9]{1,25}[smhd]?".prop_map(toml::Value::from),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(toml::Value::from),
            prop::collection::btree_map("value|[a-z]{1,5}", inner, 0..3)
                .prop_map(|table| toml::Value::Table(table.into_iter().collect())),
        ]
    })
}

/// The settings as a file.
fn document(settings: &[(String, toml::Value)]) -> String {
    let mut document = toml::Table::new();
    for (name, value) in settings {
        let (section, name) = name.split_once('.').unwrap_or(("", name));
        let table = match section {
            "" => Some(&mut document),
            section => document
                .entry(section)
                .or_insert_with(|| toml::Table::new().into())
                .as_table_mut(),
        };
        if let Some(table) = table {
            table.insert(name.to_owned(), value.clone());
        }
    }
    document.to_string()
}

fn read(layers: &Layers) -> Result<Settings, String> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().unwrap();
    let settings = runtime.block_on(Settings::read(layers));
    settings.map_err(|error| error.to_string())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn settings_are_taken_or_everything_that_is_wrong_is_said_on_lines_of_their_own(
        settings in prop::collection::vec((name(), value()), 0..6),
        variables in prop::collection::vec((name(), "\\PC{0,12}"), 0..4),
    ) {
        let file = Scratch::new("properties", 0o600, &document(&settings));
        let variables: Vec<_> = variables
            .iter()
            .map(|(name, value)| (format!("AUTHLY_{}", name.to_uppercase().replace('.', "__")), value))
            .collect();
        let pairs: Vec<_> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let layers = Layers::gather(sources(Some(Path::new(file.path())), &pairs));
        let _shown = show(&layers);
        if let Err(problems) = read(&layers) {
            prop_assert!(problems.lines().count() > 1, "{}", problems);
        }
    }

    #[test]
    fn no_secret_is_shown_however_it_is_given_and_whatever_else_is_wrong(
        settings in prop::collection::vec((name(), value()), 0..6),
        before in "\\PC{0,6}",
        form in 0..3,
        in_variable: bool,
    ) {
        let secret = format!("{before}{SECRET}");
        let paths = declared().filter(|setting| matches!(setting.kind, Kind::Secret(_)));
        let mut settings = settings;
        let mut variables = Vec::new();
        for setting in paths {
            let table = |part: &str| toml::Table::from_iter([(part.to_owned(), secret.as_str().into())]);
            let value = match form {
                0 => secret.as_str().into(),
                1 => table("value").into(),
                _ => toml::Value::from(vec![secret.as_str()]),
            };
            if in_variable {
                variables.push((setting.variable(), secret.clone()));
            } else {
                settings.push((setting.path.to_owned(), value));
            }
        }
        let file = Scratch::new("secrets-in-properties", 0o600, &document(&settings));
        let pairs: Vec<_> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let layers = Layers::gather(sources(Some(Path::new(file.path())), &pairs));
        let shown = show(&layers);
        prop_assert!(!shown.contains(SECRET), "{}", shown);
        if let Err(problems) = read(&layers) {
            prop_assert!(!problems.contains(SECRET), "{}", problems);
        }
    }
}

#[test]
fn a_variable_goes_before_the_file_for_every_number() {
    let numbers = declared().filter(|setting| matches!(setting.kind, Kind::Integer { .. }));
    for setting in numbers {
        let Kind::Integer { least, most } = setting.kind else {
            continue;
        };
        let text = document(&[(setting.path.to_owned(), least.into())]);
        let file = Scratch::new("before", 0o600, &text);
        let variable = setting.variable();
        let given = most.to_string();
        let layers = Layers::gather(sources(
            Some(Path::new(file.path())),
            &[(variable.as_str(), given.as_str())],
        ));
        let entry = layers.entry(setting).unwrap();
        assert_eq!(
            entry.raw.given().integer(setting.kind),
            Ok(most),
            "{}",
            setting.path
        );
    }
}
