//! An administrator's desk: a server in this process, and the program with a login to it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use authly_testing::TestApp;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Ended, authly, end_of};

pub(crate) struct Desk {
    pub(crate) app: TestApp,
    home: TempDir,
}

impl Desk {
    /// Somebody who may do everything has logged in.
    pub(crate) async fn new() -> Self {
        let app = TestApp::start().await;
        let root = app.administrator("root").await;
        let home = TempDir::new().unwrap();
        let path = home.path().join("authly/profiles/default.json");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let profile = json!({
            "server": app.url(""),
            "client_id": "authly-cli",
            "access_token": root.token,
            "expires_at": "2096-01-01T00:00:00Z",
            "scope": "openid",
        });
        fs::write(&path, profile.to_string()).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        Self { app, home }
    }

    /// A command, to be run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = authly(arguments);
        command.env("XDG_CONFIG_HOME", self.home.path());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        let mut command = self.command(arguments);
        tokio::task::block_in_place(|| end_of(&mut command))
    }

    /// Runs a command that succeeds, and says nothing but its result.
    pub(crate) fn result(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(
            (ended.status, ended.messages.as_str()),
            (0, ""),
            "{arguments:?}"
        );
        ended.results
    }

    /// Runs a command that succeeds, for its result as JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let arguments = [arguments, &["--output", "json"]].concat();
        let ended = self.run(&arguments);
        assert_eq!(ended.status, 0, "{arguments:?}: {}", ended.messages);
        serde_json::from_str(&ended.results).unwrap()
    }
}
