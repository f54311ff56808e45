//! A throw-away server, started as a newcomer would.

use std::process::Command;

use authly_testing::TestDatabase;
use authly_testing::address::free_address;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

use crate::program::{Program, binary, folder};

/// Settings under which a login takes no time.
pub(crate) const QUICK: &[(&str, &str)] = &[("AUTHLY_PASSWORDS__BCRYPT_COST", "4")];

/// A running `authly-server --embedded`. Dropping it stops it.
pub(crate) struct Server {
    /// Stopped before its folder goes.
    _program: Program,
    pub(crate) issuer: String,
    data: TempDir,
}

impl Server {
    /// Starts the server with this seed, and waits until it says that it listens.
    pub(crate) fn start(seed: &str) -> Self {
        Self::start_with(seed, &[])
    }

    /// The same with these settings, by the names of their variables.
    pub(crate) fn start_with(seed: &str, settings: &[(&str, &str)]) -> Self {
        let data = folder();
        let seed_file = data.path().join("seed.toml");
        std::fs::write(&seed_file, seed).unwrap();
        let address = free_address();
        let issuer = format!("http://{address}");
        let mut command = Command::new(binary("authly-server", "authly-server"));
        command
            .envs(settings.iter().copied())
            .arg("--embedded")
            .args(["--bind", &address, "--issuer", &issuer])
            .arg("--data-dir")
            .arg(data.path().join("data"))
            .arg("--seed")
            .arg(&seed_file)
            .envs(settings.iter().copied());
        Self {
            _program: Program::start(&mut command, &data, &issuer),
            issuer,
            data,
        }
    }

    /// A server on this database, as for others but on loopback.
    pub(crate) fn start_on(database: &TestDatabase) -> Self {
        Self::start_seeded_on(database, "")
    }

    /// The same with this seed.
    pub(crate) fn start_seeded_on(database: &TestDatabase, seed: &str) -> Self {
        let data = folder();
        let seed_file = data.path().join("seed.toml");
        std::fs::write(&seed_file, seed).unwrap();
        let address = free_address();
        let issuer = format!("http://{address}");
        let mut command = Command::new(binary("authly-server", "authly-server"));
        command
            .args(["--bind", &address, "--issuer", &issuer])
            .arg("--seed")
            .arg(&seed_file)
            .env("AUTHLY_DATABASE__URL", database.url())
            .env("AUTHLY_KEYS__MASTER_KEY", STANDARD.encode([7; 32]))
            .env(
                "AUTHLY_BOOTSTRAP__PASSWORD_FILE",
                data.path().join("admin-password"),
            );
        Self {
            _program: Program::start(&mut command, &data, "Ctrl-C stops it."),
            issuer,
            data,
        }
    }

    /// The password that the server made for the first administrator.
    pub(crate) fn administrator_password(&self) -> String {
        let file = self.data.path().join("data/admin-password");
        std::fs::read_to_string(file).unwrap().trim().to_owned()
    }
}
