//! A throw-away server, started as a newcomer would.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A running `authly-server --embedded`. Dropping it stops it.
pub(crate) struct Server {
    process: Child,
    pub(crate) issuer: String,
    data: TempDir,
}

impl Server {
    /// Starts the server with this seed, and waits until it says that it listens.
    pub(crate) fn start(seed: &str) -> Self {
        let data = TempDir::with_prefix("authly-e2e-").unwrap();
        // PostgreSQL runs under an account of its own, which has to get through.
        set_mode(data.path(), 0o711);
        let seed_file = data.path().join("seed.toml");
        std::fs::write(&seed_file, seed).unwrap();
        let address = free_address();
        let issuer = format!("http://{address}");
        let mut process = Command::new(binary())
            .arg("--embedded")
            .args(["--bind", &address, "--issuer", &issuer])
            .arg("--data-dir")
            .arg(data.path().join("data"))
            .arg("--seed")
            .arg(&seed_file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(data.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let output = process.stdout.take().unwrap();
        let mut lines = BufReader::new(output).lines();
        let listening = lines
            .by_ref()
            .find(|line| line.as_ref().unwrap().contains(&issuer));
        let log = || std::fs::read_to_string(data.path().join("log")).unwrap_or_default();
        assert!(
            listening.is_some(),
            "the server ended before it listened: {}",
            log()
        );
        // What it says later must have somewhere to go.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            process,
            issuer,
            data,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.data.path().join("log"));
            let _ = std::io::Write::write_all(
                &mut std::io::stderr(),
                log.unwrap_or_default().as_bytes(),
            );
        }
        // SIGTERM, so that it stops its PostgreSQL before the directory goes.
        let id = self.process.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        if asked.is_ok_and(|status| status.success()) {
            let _ = self.process.wait();
        }
    }
}

fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

impl Server {
    /// The password that the server made for the first administrator.
    pub(crate) fn administrator_password(&self) -> String {
        let file = self.data.path().join("data/admin-password");
        std::fs::read_to_string(file).unwrap().trim().to_owned()
    }
}

/// An address that was free a moment ago: the issuer has to be known before the server starts.
fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// The server's binary, which lies beside the folder of the test binaries.
fn binary() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let folder = tests.parent().and_then(std::path::Path::parent).unwrap();
    let binary = folder.join("authly-server");
    assert!(
        binary.exists(),
        "build it first: cargo build -p authly-server"
    );
    binary
}
