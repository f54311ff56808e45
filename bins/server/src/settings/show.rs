//! The settings that hold, as TOML, each with where it came from; secrets are masked.

use super::SECTIONS;
use super::layers::{Entry, Layers, Mode};
use super::raw::Raw;
use super::setting::{DefaultValue, Kind, Setting};

/// Stands for a secret.
const MASK: &str = "\"********\"";

/// All settings, one on each line.
pub(crate) fn show(layers: &Layers) -> String {
    let sections = SECTIONS.into_iter().map(|section| {
        let lines = section.iter().map(|setting| line(layers, setting) + "\n");
        lines.collect::<String>()
    });
    sections.collect::<Vec<_>>().join("\n")
}

fn line(layers: &Layers, setting: &Setting) -> String {
    let path = setting.path;
    if let Some(Entry { raw, origin, .. }) = layers.entry(setting) {
        return format!("{path} = {}  # {origin}", written(raw, setting.kind));
    }
    match setting.default {
        DefaultValue::Is(text) => {
            format!("{path} = {}  # default", default_value(text, setting.kind))
        }
        DefaultValue::Words(words) => format!("# {path}: {words}  # default"),
        DefaultValue::Required(_) if layers.mode == Mode::Standard => {
            format!("# {path}: has to be given")
        }
        DefaultValue::Required(words) => format!("# {path}: {words}  # embedded mode"),
    }
}

/// A default as a settings file would have it.
pub(super) fn default_value(text: &str, kind: Kind) -> String {
    written(&Raw::Text(text.to_owned()), kind)
}

/// A value as a settings file would have it.
fn written(raw: &Raw, kind: Kind) -> String {
    match (kind, raw) {
        (Kind::Secret(_), Raw::Toml(toml::Value::Table(table))) => reference(table),
        (Kind::Secret(_), _) => MASK.to_owned(),
        (Kind::Switch | Kind::Integer { .. } | Kind::Duration { .. }, Raw::Text(text))
            if text.parse::<bool>().is_ok() || text.parse::<u64>().is_ok() =>
        {
            text.clone()
        }
        (Kind::List(_), Raw::Text(text)) => {
            let entries = text.split(',').map(str::trim);
            let entries = entries.filter(|entry| !entry.is_empty()).map(quoted);
            format!("[{}]", entries.collect::<Vec<_>>().join(", "))
        }
        (_, Raw::Text(text)) => quoted(text),
        (_, Raw::Toml(value)) => value.to_string(),
    }
}

/// Where a secret is; the secret itself is masked, and so is all that cannot be told from one.
fn reference(table: &toml::Table) -> String {
    let mut entries = table.iter();
    match (entries.next(), entries.next()) {
        (Some((part, toml::Value::String(text))), None) if part == "file" || part == "env" => {
            format!("{{ {part} = {} }}", quoted(text))
        }
        _ => MASK.to_owned(),
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
