//! Secrets from the environment and from files.

use std::fs::File;
use std::io::{self, Read};

use authly_domain::secret::SecretText;
use authly_services::ports::{SecretError, SecretFuture, SecretProvider};

/// The most bytes that are read of a file: no secret is larger.
const MAX_BYTES: u64 = 64 * 1024;

/// Reads secrets from the environment: a reference is the name of a variable.
#[derive(Debug, Clone, Copy, Default)]
pub struct EnvironmentSecrets;

impl SecretProvider for EnvironmentSecrets {
    fn name(&self) -> &'static str {
        "env"
    }

    fn read<'a>(&'a self, reference: &'a str) -> SecretFuture<'a> {
        Box::pin(async move {
            // The system cannot be asked for such names.
            if reference.is_empty() || reference.contains(['=', '\0']) {
                return Err(SecretError::NotFound);
            }
            let value = std::env::var_os(reference).ok_or(SecretError::NotFound)?;
            secret(value.into_encoded_bytes())
        })
    }
}

/// Reads secrets from files: a reference is a path. Only the owner may have access to the file; the
/// line break at its end does not belong to the secret.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileSecrets;

impl SecretProvider for FileSecrets {
    fn name(&self) -> &'static str {
        "file"
    }

    fn read<'a>(&'a self, reference: &'a str) -> SecretFuture<'a> {
        let path = reference.to_owned();
        Box::pin(async move {
            let reading = tokio::task::spawn_blocking(move || read_file(&path)).await;
            reading.unwrap_or_else(|lost| Err(unreadable(io::Error::other(lost))))
        })
    }
}

fn read_file(path: &str) -> Result<SecretText, SecretError> {
    let file = File::open(path).map_err(unreadable)?;
    // The file that was opened is asked, not the path, which may lead elsewhere by now.
    let metadata = file.metadata().map_err(unreadable)?;
    if is_open_to_others(&metadata) {
        return Err(SecretError::TooOpen);
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    secret(bytes)
}

#[cfg(unix)]
fn is_open_to_others(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_metadata: &std::fs::Metadata) -> bool {
    false
}

fn secret(bytes: Vec<u8>) -> Result<SecretText, SecretError> {
    let mut text = String::from_utf8(bytes).map_err(|_error| SecretError::NotText)?;
    text.truncate(text.trim_end_matches(['\r', '\n']).len());
    if text.is_empty() {
        return Err(SecretError::NotText);
    }
    Ok(SecretText::new(text))
}

fn unreadable(source: io::Error) -> SecretError {
    if source.kind() == io::ErrorKind::NotFound {
        SecretError::NotFound
    } else {
        SecretError::Unreadable { source }
    }
}
