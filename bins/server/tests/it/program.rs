//! Starting the program, and speaking to it.

use std::fs::{self, File, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// The program with no variables but those that it needs to find PostgreSQL.
pub(crate) fn program<A: AsRef<std::ffi::OsStr>>(arguments: &[A]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_authly-server"));
    command.args(arguments).env_clear();
    for name in ["PATH", "PG_BIN_DIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// What the program says that ends by itself.
pub(crate) struct Said {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the program to its end.
pub(crate) fn run(command: &mut Command) -> Said {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("the program says UTF-8");
    Said {
        status: status.code(),
        stdout: text(stdout),
        stderr: text(stderr),
    }
}

/// A folder that goes away with this value. Others may pass through it, since PostgreSQL runs as
/// somebody else when root runs the tests.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("authly-server-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).expect("the folder is new");
        fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("the folder is ours");
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file with this mode and answers its path.
    pub(crate) fn file(&self, name: &str, mode: u32, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, text).expect("the file is written");
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("the file is ours");
        path.to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A running server.
pub(crate) struct Server {
    process: Child,
    /// What it said until it was ready.
    pub(crate) said: String,
    address: String,
}

/// The server on this data directory, on a free port and with quick hashes.
pub(crate) fn embedded(data_dir: &Path, more: &[&str]) -> Command {
    let data_dir = data_dir.to_string_lossy();
    let base = ["--embedded", "--data-dir", &data_dir];
    let listening = ["--bind", "127.0.0.1:0", "--issuer", "http://localhost:1"];
    let mut command = program(&[&base[..], &listening, more].concat());
    command.env("AUTHLY_PASSWORDS__BCRYPT_COST", "4");
    command
}

impl Server {
    /// Starts one in embedded mode and waits until it is ready.
    pub(crate) fn start(data_dir: &Path, more: &[&str]) -> Self {
        Self::start_with(data_dir, more, &[])
    }

    /// The same, with these variables.
    pub(crate) fn start_with(data_dir: &Path, more: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = embedded(data_dir, more);
        command.envs(environment.iter().copied());
        Self::spawn(command, &data_dir.with_extension("log"))
    }

    /// Starts one by this command and waits until it is ready.
    pub(crate) fn spawn(mut command: Command, log: &Path) -> Self {
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(File::create(log).expect("the log is ours"))
            .spawn()
            .expect("the program starts");
        let stdout = process.stdout.take().expect("its output is captured");
        let mut said = String::new();
        for line in BufReader::new(stdout).lines() {
            let line = line.expect("the program says UTF-8");
            said.push_str(&line);
            said.push('\n');
            if line.starts_with("Ctrl-C") {
                break;
            }
        }
        let listening = said
            .lines()
            .find_map(|line| line.split_once("listening on"));
        let logged = fs::read_to_string(log).expect("the log is text");
        assert!(listening.is_some(), "the server did not start:\n{logged}");
        let address = listening.map_or("", |(_, address)| address.trim());
        let address = address.to_owned();
        Self {
            process,
            said,
            address,
        }
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// The status and the body that a path is answered with.
    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        let answer = reqwest::get(self.url(path)).await.expect("it answers");
        let status = answer.status().as_u16();
        (status, answer.text().await.expect("the answer is text"))
    }

    /// The number of its process.
    pub(crate) fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.process.id());
        let sent = Command::new("sh").args(["-c", &kill]).status();
        assert!(sent.expect("there is a shell").success());
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> ExitStatus {
        self.process.wait().expect("it is our child")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A server that is stopped has stopped its PostgreSQL too, so that its folder can go.
        if matches!(self.process.try_wait(), Ok(None)) {
            self.signal("TERM");
            let _ = self.process.wait();
        }
    }
}

/// The process of the PostgreSQL of a data directory.
pub(crate) fn postgres_of(data_dir: &Path) -> u32 {
    let path = data_dir.join("postgres/cluster/postmaster.pid");
    let text = fs::read_to_string(path).expect("PostgreSQL runs");
    let first = text.lines().next().expect("the first line is the process");
    first.parse().expect("a process is a number")
}

/// Whether there is a process of this number.
pub(crate) fn runs(process: u32) -> bool {
    let ask = format!("kill -0 {process} 2>/dev/null");
    let asked = Command::new("sh").args(["-c", &ask]).status();
    asked.expect("there is a shell").success()
}
