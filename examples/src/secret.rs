//! Where a client's secret comes from: never from the command line, which every user of the machine
//! can read.

use std::io;
use std::path::{Path, PathBuf};

use openidconnect::ClientSecret;

/// The environment variable that holds the secret.
const VARIABLE: &str = "CLIENT_SECRET";

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read.
    #[error("the client secret cannot be read from {}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The variable holds what is no text.
    #[error("the variable {VARIABLE} is not UTF-8")]
    NotText,
}

/// The secret in `file` where one is named, else in the variable `CLIENT_SECRET`; `None` where
/// neither is there. A line end after it does not count.
///
/// # Errors
/// What is there cannot be read.
pub fn client_secret(file: Option<&Path>) -> Result<Option<ClientSecret>, SecretError> {
    let text = match file {
        Some(path) => Some(read(path)?),
        None => std::env::var_os(VARIABLE)
            .map(|value| value.into_string().map_err(|_value| SecretError::NotText))
            .transpose()?,
    };
    let text = text.as_deref().map(str::trim_end);
    Ok(text
        .filter(|text| !text.is_empty())
        .map(|text| ClientSecret::new(text.to_owned())))
}

fn read(path: &Path) -> Result<String, SecretError> {
    std::fs::read_to_string(path).map_err(|source| SecretError::File {
        path: path.to_owned(),
        source,
    })
}
