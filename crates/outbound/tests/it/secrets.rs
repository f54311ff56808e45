//! Secrets from real files and from the environment of this process.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use authly_outbound::secrets::{EnvironmentSecrets, FileSecrets};
use authly_services::ports::{SecretError, SecretProvider};

/// A file that goes away with this value.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, content: &[u8], mode: u32) -> Self {
        let path =
            std::env::temp_dir().join(format!("authly-outbound-{}-{name}", std::process::id()));
        let written = fs::write(&path, content)
            .and_then(|()| fs::set_permissions(&path, Permissions::from_mode(mode)));
        assert!(written.is_ok(), "{written:?}");
        Self(path)
    }

    async fn read(&self) -> Result<String, SecretError> {
        let secret = FileSecrets.read(&self.0.to_string_lossy()).await?;
        Ok(secret.expose().to_owned())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[tokio::test]
async fn a_file_gives_its_text_without_the_last_line_break() {
    for (name, content) in [
        ("bare", "s3cret"),
        ("unix", "s3cret\n"),
        ("dos", "s3cret\r\n"),
    ] {
        let file = Scratch::new(name, content.as_bytes(), 0o600);
        assert_eq!(file.read().await.unwrap(), "s3cret");
    }
    let read_only = Scratch::new("read-only", b" s3cret ", 0o400);
    assert_eq!(read_only.read().await.unwrap(), " s3cret ");
}

#[tokio::test]
async fn a_file_that_others_may_read_is_refused() {
    for mode in [0o604, 0o640, 0o644, 0o660, 0o666] {
        let file = Scratch::new(&format!("mode-{mode:o}"), b"s3cret", mode);
        let answer = file.read().await;
        assert!(
            matches!(answer, Err(SecretError::TooOpen)),
            "{mode:o}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn a_missing_an_empty_and_a_binary_file_are_told_apart() {
    let missing = FileSecrets.read("no/such/file").await;
    assert!(matches!(missing, Err(SecretError::NotFound)));
    for (name, content) in [("empty", &b"\n"[..]), ("binary", &[0xff, 0xfe])] {
        let answer = Scratch::new(name, content, 0o600).read().await;
        assert!(matches!(answer, Err(SecretError::NotText)), "{answer:?}");
    }
    let folder = std::env::temp_dir().join(format!("authly-outbound-{}-dir", std::process::id()));
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    let answer = FileSecrets.read(&folder.to_string_lossy()).await;
    fs::remove_dir(&folder).unwrap();
    assert!(
        matches!(answer, Err(SecretError::Unreadable { .. })),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_variable_gives_its_value_and_an_unset_one_does_not_exist() {
    let name = EnvironmentSecrets.read("CARGO_PKG_NAME").await.unwrap();
    assert_eq!(name.expose(), "authly-outbound");
    for reference in ["AUTHLY_NO_SUCH_VARIABLE", "", "A=B"] {
        let answer = EnvironmentSecrets.read(reference).await;
        assert!(matches!(answer, Err(SecretError::NotFound)), "{reference}");
    }
}

#[test]
fn providers_are_named_as_in_the_settings() {
    assert_eq!(EnvironmentSecrets.name(), "env");
    assert_eq!(FileSecrets.name(), "file");
}
