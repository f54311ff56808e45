//! Settings that are secrets: where each is, and reading it from there.

use std::collections::BTreeMap;
use std::error::Error as _;

use authly_domain::secret::SecretText;
use authly_domain::settings::Misfit;
use authly_outbound::secrets::{EnvironmentSecrets, FileSecrets};
use authly_services::ports::{SecretError, SecretProvider};

use super::declared;
use super::layers::{Entry, Layers};
use super::problem::Problem;
use super::raw::Raw;
use super::setting::{Kind, Setting};
use crate::toml_file::Exposure;

/// The part that holds the secret itself, as in `{ value = "…" }`.
const VALUE: &str = "value";

/// Who can be asked for a secret.
const PROVIDERS: [&dyn SecretProvider; 2] = [&FileSecrets, &EnvironmentSecrets];

/// The secrets that were read, by the path of their setting.
pub(crate) type Secrets = BTreeMap<&'static str, SecretText>;

/// Where a secret is.
pub(crate) enum Place<'r> {
    /// Here.
    Here(&'r str),
    /// With a provider, under this reference.
    With(&'static dyn SecretProvider, &'r str),
}

/// The names that may stand in the table of a secret.
pub(crate) fn parts() -> Vec<&'static str> {
    let providers = PROVIDERS.iter().map(|provider| provider.name());
    [VALUE].into_iter().chain(providers).collect()
}

/// Where a secret is, as it was written: a text is the secret itself, a table says where to look.
pub(crate) fn place<'r>(raw: &'r Raw, setting: &Setting) -> Result<Place<'r>, Misfit> {
    let Raw::Toml(toml::Value::Table(table)) = raw else {
        return raw.given().text(setting.kind).map(Place::Here);
    };
    let form = format!(
        "expected a text or one of {}",
        parts()
            .iter()
            .map(|part| format!("{{ {part} = \"…\" }}"))
            .collect::<Vec<_>>()
            .join(", ")
    );
    let mut entries = table.iter();
    let (Some((part, value)), None) = (entries.next(), entries.next()) else {
        return Err(form);
    };
    let provider = PROVIDERS.iter().find(|provider| provider.name() == part);
    match (value.as_str(), provider) {
        (Some(""), _) => Err(format!("`{part}` is empty")),
        (Some(text), None) if part == VALUE => Ok(Place::Here(text)),
        (Some(text), Some(provider)) => Ok(Place::With(*provider, text)),
        (_, _) => Err(form),
    }
}

/// Reads every secret that was given, and says which of them cannot be.
pub(crate) async fn read(layers: &Layers) -> (Secrets, Vec<Problem>) {
    let mut secrets = Secrets::new();
    let mut problems = Vec::new();
    for setting in declared().filter(|setting| matches!(setting.kind, Kind::Secret(_))) {
        let Some(entry) = layers.entry(setting) else {
            continue;
        };
        match read_one(entry, setting).await {
            Ok(secret) => {
                secrets.insert(setting.path, secret);
            }
            Err(misfit) => problems.push(Problem::new(setting.path, &entry.origin, misfit)),
        }
    }
    (secrets, problems)
}

async fn read_one(entry: &Entry, setting: &Setting) -> Result<SecretText, Misfit> {
    match place(&entry.raw, setting)? {
        Place::Here(_) if entry.exposure == Exposure::OpenToOthers => Err(
            "is a secret in a settings file that others may read: `chmod 600` that file, \
             or keep the secret in a file of its own and write { file = \"…\" }"
                .to_owned(),
        ),
        Place::Here(text) => Ok(SecretText::new(text.to_owned())),
        Place::With(provider, reference) => {
            let secret = provider.read(reference).await;
            secret.map_err(|error| describe(provider.name(), reference, &error))
        }
    }
}

fn describe(provider: &str, reference: &str, error: &SecretError) -> Misfit {
    let cause = error
        .source()
        .map_or_else(String::new, |cause| format!(": {cause}"));
    format!("{provider} `{reference}`: {error}{cause}")
}
