//! What the tests share: a folder each, and SQL through `psql`.

use std::fs::{self, File, Permissions};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use authly_embedded_postgres::{Access, Cluster, Options, SearchPath};
use nix::unistd::Pid;
use secrecy::ExposeSecret;

/// A folder of one test, which everybody can pass. It is removed at the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let mut bytes = [0; 8];
        File::open("/dev/urandom")
            .unwrap()
            .read_exact(&mut bytes)
            .unwrap();
        let name = format!("authly-it-{:016x}", u64::from_ne_bytes(bytes));
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        Self(path.canonicalize().unwrap())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

pub(crate) fn search() -> SearchPath {
    SearchPath::new(std::env::var_os("PG_BIN_DIR"), std::env::var_os("PATH"))
}

pub(crate) fn persistent(folder: &Folder) -> Options {
    Options::persistent(&folder.0, search())
}

/// Runs SQL in the cluster, and gives its answer.
pub(crate) fn sql(cluster: &Cluster, statement: &str) -> String {
    sql_by(cluster.access(), statement)
}

/// Runs SQL by `psql` over the socket, and gives its answer.
pub(crate) fn sql_by(access: &Access, statement: &str) -> String {
    let output = psql(access, access.password().expose_secret(), statement);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .trim_end()
        .to_owned()
}

/// Runs SQL by `psql` with this password.
pub(crate) fn psql(access: &Access, password: &str, statement: &str) -> Output {
    Command::new("psql")
        .args(["-X", "-A", "-t", "-w", "-c", statement])
        .env("PGHOST", access.socket_dir())
        .env("PGPORT", access.port().to_string())
        .env("PGUSER", access.user())
        .env("PGDATABASE", access.database())
        .env("PGPASSWORD", password)
        .output()
        .unwrap()
}

/// The number of the process that runs the cluster in this home.
pub(crate) fn postmaster(home: &Path) -> Pid {
    let file = fs::read_to_string(home.join("cluster/postmaster.pid")).unwrap();
    Pid::from_raw(file.lines().next().unwrap().parse().unwrap())
}

/// Waits until there is no such process, and fails if there still is one after some seconds.
pub(crate) fn assert_goes(process: Pid) {
    let line = format!("/proc/{process}/cmdline");
    // That of a dead process which its parent has not noticed yet is empty.
    assert_becomes_true("the process goes", || {
        fs::read(&line).unwrap_or_default().is_empty()
    });
}

/// Waits until something is so, and fails if it is not after some seconds.
pub(crate) fn assert_becomes_true(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "it never came true that {what}"
        );
        std::thread::yield_now();
    }
}

/// The processes whose command line has this path in it.
pub(crate) fn processes_of(path: &Path) -> Vec<String> {
    let path = path.to_str().unwrap();
    let own = std::process::id().to_string();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if name == own || !name.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).into_owned();
        if line.contains(path) {
            found.push(format!("{name}: {line}"));
        }
    }
    found
}
