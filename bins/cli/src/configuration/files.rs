//! The files of a configuration.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::entry::sorted;
use crate::failure::Failure;

/// The longest file, in bytes.
const MAX_FILE: u64 = 4 << 20;

/// A file that was read.
#[derive(Debug)]
pub(super) struct Read {
    /// Where it lies.
    pub(super) path: PathBuf,
    /// What it says.
    pub(super) members: Map<String, Value>,
}

/// Reads these files, and of folders those in them that end in `.yaml`, `.yml` or `.toml`, by name.
pub(super) fn read(named: &[PathBuf]) -> Result<Vec<Read>, Failure> {
    let mut files = Vec::new();
    for path in named {
        if path.is_dir() {
            files.extend(within(path)?);
        } else {
            files.push(path.clone());
        }
    }
    let mut all = Vec::new();
    let mut problems = Vec::new();
    for path in files {
        match read_one(&path) {
            Ok(members) => all.push(Read { path, members }),
            Err(why) => problems.push(format!("{}: {why}", path.display())),
        }
    }
    if problems.is_empty() {
        Ok(all)
    } else {
        Err(Failure::usage(problems.join("\n")))
    }
}

fn within(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable =
        |error| Failure::usage(format!("{} cannot be read: {error}", folder.display()));
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable)?.path();
        if notation(&path).is_some() && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        let folder = folder.display();
        let what = format!("there is no file that ends in .yaml, .yml or .toml in {folder}");
        return Err(Failure::usage(what));
    }
    Ok(files)
}

/// How a file is written.
#[derive(Debug, Clone, Copy)]
enum Notation {
    Yaml,
    Toml,
}

fn notation(path: &Path) -> Option<Notation> {
    match path.extension()?.to_str()? {
        "yaml" | "yml" => Some(Notation::Yaml),
        "toml" => Some(Notation::Toml),
        _ => None,
    }
}

fn read_one(path: &Path) -> Result<Map<String, Value>, String> {
    let notation = notation(path).ok_or("its name ends in none of .yaml, .yml and .toml")?;
    let unreadable = |error| format!("it cannot be read: {error}");
    if fs::metadata(path).map_err(unreadable)?.len() > MAX_FILE {
        return Err("it has more than 4 MiB".to_owned());
    }
    let text = fs::read_to_string(path).map_err(unreadable)?;
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    let value: Value = match notation {
        Notation::Yaml => serde_saphyr::from_str(&text).map_err(|error| error.to_string())?,
        Notation::Toml => toml::from_str(&text).map_err(|error| error.to_string())?,
    };
    match sorted(value) {
        Value::Object(members) => Ok(members),
        Value::Null => Ok(Map::new()),
        _ => Err("it has to consist of names with values".to_owned()),
    }
}
