//! A person's folder for settings, with the profiles of their logins.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::authly;

/// The folder of somebody who has never logged in.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Where a profile is kept.
    pub(crate) fn profile_path(&self, name: &str) -> PathBuf {
        let folder = self.path().join("authly/profiles");
        folder.join(format!("{name}.json"))
    }

    /// Keeps a profile, as `authly` does.
    pub(crate) fn keep(&self, name: &str, profile: &Value) {
        let path = self.profile_path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, profile.to_string()).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    }

    /// The program with these arguments, for this person.
    pub(crate) fn authly(&self, arguments: &[&str]) -> Command {
        let mut command = authly(arguments);
        command.env("XDG_CONFIG_HOME", self.path());
        command
    }
}
