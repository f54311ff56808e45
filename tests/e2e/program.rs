//! A program of ours that runs beside the test.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A running program. Dropping it asks it to stop, and waits until it has.
pub(crate) struct Program {
    process: Child,
    /// Its standard error, shown when the test fails.
    log: PathBuf,
}

impl Program {
    /// Starts it with its log in `folder`, and waits until it prints a line with `ready` in it.
    pub(crate) fn start(command: &mut Command, folder: &TempDir, ready: &str) -> Self {
        let log = folder.path().join("log");
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let said = lines
            .by_ref()
            .find(|line| line.as_ref().unwrap().contains(ready));
        assert!(
            said.is_some(),
            "the program ended before it said {ready}: {}",
            read(&log)
        );
        // What it says later must have somewhere to go.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, log }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = std::io::stderr().write_all(read(&self.log).as_bytes());
        }
        // SIGTERM, so that it stops its PostgreSQL before the folder goes.
        let id = self.process.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        if asked.is_ok_and(|status| status.success()) {
            let _ = self.process.wait();
        }
    }
}

fn read(log: &Path) -> String {
    std::fs::read_to_string(log).unwrap_or_default()
}

/// A folder that goes away with the test, and that PostgreSQL, which runs under an account of its
/// own, can get through.
pub(crate) fn folder() -> TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::with_prefix("authly-e2e-").unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    folder
}

/// Cargo's target folder.
pub(crate) fn target_folder() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    tests.ancestors().nth(3).map(PathBuf::from).unwrap()
}

/// A binary of the workspace, which lies beside the folder of the test binaries; `package` builds it.
pub(crate) fn binary(name: &str, package: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let folder = tests.parent().and_then(Path::parent).unwrap();
    let binary = folder.join(name);
    assert!(
        binary.exists(),
        "build it first: cargo build --all-targets -p {package}"
    );
    binary
}
