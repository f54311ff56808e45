//! Files of TOML that may hold secrets: what is wrong with one is said without any text of it.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exposure {
    /// Its owner.
    Private,
    /// Others too.
    OpenToOthers,
}

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub(crate) struct TomlFileError {
    path: PathBuf,
    /// Line and column, from 1.
    place: Option<(usize, usize)>,
    message: String,
}

impl fmt::Display for TomlFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "file {}", self.path.display())?;
        if let Some((line, column)) = self.place {
            write!(f, ", line {line}, column {column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Reads a file, and says who else may.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<(T, Exposure), TomlFileError> {
    let (text, exposure) = open(path).map_err(|error| TomlFileError {
        path: path.to_owned(),
        place: None,
        message: format!("cannot be read: {error}"),
    })?;
    let content = toml::from_str(&text).map_err(|error| malformed(path, &text, &error))?;
    Ok((content, exposure))
}

fn open(path: &Path) -> std::io::Result<(String, Exposure)> {
    let mut file = File::open(path)?;
    let exposure = exposure(&file.metadata()?);
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok((text, exposure))
}

#[cfg(unix)]
fn exposure(metadata: &std::fs::Metadata) -> Exposure {
    use std::os::unix::fs::PermissionsExt;
    if metadata.permissions().mode() & 0o077 != 0 {
        Exposure::OpenToOthers
    } else {
        Exposure::Private
    }
}

#[cfg(not(unix))]
fn exposure(_metadata: &std::fs::Metadata) -> Exposure {
    Exposure::Private
}

fn malformed(path: &Path, text: &str, error: &toml::de::Error) -> TomlFileError {
    let before = error.span().and_then(|span| text.get(..span.start));
    let place = before.map(|before| {
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        (line, column)
    });
    TomlFileError {
        path: path.to_owned(),
        place,
        message: without_value(error.message()).replace('\n', ", "),
    }
}

/// The message without the value that it quotes: "invalid type: integer `1`, expected a string".
fn without_value(message: &str) -> String {
    let is_about_a_value = ["invalid type: ", "invalid value: "]
        .iter()
        .any(|beginning| message.starts_with(beginning));
    match message.rsplit_once(", expected ") {
        Some((found, expected)) if is_about_a_value => {
            let kind = found.split(['`', '"']).next().unwrap_or_default();
            format!("{}, expected {expected}", kind.trim_end())
        }
        _ => message.to_owned(),
    }
}
