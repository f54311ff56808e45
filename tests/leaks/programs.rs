//! The programs of a run: servers, PostgreSQL with its tools, and what each of them said.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use authly_testing::address::free_address;
use tempfile::TempDir;

use crate::search::Place;

/// Where a run keeps its files.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = TempDir::with_prefix("authly-leaks-").expect("a folder can be made");
        // PostgreSQL may run under an account of its own, which has to get through.
        set_mode(folder.path(), 0o711);
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file that its owner alone may read, and answers its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, text).expect("the file is ours");
        set_mode(&path, 0o600);
        path.to_str().expect("a path of ours is text").to_owned()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect(name)
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the file is ours");
}

/// One of our programs, without any variable but those that it needs to find PostgreSQL.
pub(crate) fn program(name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let tests = std::env::current_exe().expect("this program has a path");
    let folder = tests
        .parent()
        .and_then(Path::parent)
        .expect("it is in a folder");
    let binary = folder.join(name);
    assert!(binary.exists(), "build it first: cargo build -p {name}");
    let mut command = Command::new(binary);
    command.env_clear().args(arguments).stdin(Stdio::null());
    for name in ["PATH", "PG_BIN_DIR"] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    command.envs(variables.iter().copied());
    command
}

/// Runs a program that ends by itself. Answers whether it did what it was told, and what it said.
pub(crate) fn said_by(what: &str, command: &mut Command) -> (bool, Place) {
    let output = command.output().expect("the program starts");
    let said = [output.stdout, output.stderr].concat();
    let text = String::from_utf8(said).expect("the program says UTF-8");
    let name = format!("what {what} said");
    (output.status.success(), Place { name, text })
}

/// A running server.
pub(crate) struct Server {
    process: Child,
    pub(crate) issuer: String,
    log: PathBuf,
}

impl Server {
    /// Starts a server that logs everything, in the folder's file of that name, and waits until it
    /// listens.
    pub(crate) fn start(
        folder: &Folder,
        name: &str,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let address = free_address();
        let issuer = format!("http://{address}");
        let listening = ["--bind", &address, "--issuer", &issuer];
        let loud = [
            ("AUTHLY_LOG__LEVEL", "trace"),
            ("AUTHLY_PASSWORDS__BCRYPT_COST", "4"),
        ];
        let (arguments, variables) = (
            [&listening, arguments].concat(),
            [&loud, variables].concat(),
        );
        let log = folder.path(name);
        let mut process = program("authly-server", &arguments, &variables)
            .stdout(Stdio::piped())
            .stderr(File::create(&log).expect("the log is ours"))
            .spawn()
            .expect("the server starts");
        let output = process.stdout.take().expect("its output is captured");
        let mut said = String::new();
        for line in BufReader::new(output).lines() {
            let line = line.expect("the server says UTF-8");
            said.extend([&line, "\n"]);
            if line.starts_with("Ctrl-C") {
                break;
            }
        }
        let logged = fs::read_to_string(&log).unwrap_or_default();
        assert!(said.contains(&issuer), "{name} did not start: {logged}");
        fs::write(log.with_extension("said"), said).expect("the file is ours");
        Self {
            process,
            issuer,
            log,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Stops it, and answers all that it said and logged.
    pub(crate) fn stop(mut self) -> Vec<Place> {
        self.end();
        let read = |path: PathBuf| Place {
            name: format!("what {} holds", path.display()),
            text: fs::read_to_string(&path).expect("the log is text"),
        };
        vec![
            read(self.log.with_extension("said")),
            read(self.log.clone()),
        ]
    }

    fn end(&mut self) {
        let id = self.process.id().to_string();
        let asked = Command::new("kill").args(["-INT", &id]).status();
        if asked.is_ok_and(|status| status.success()) {
            // It stops its PostgreSQL before it ends.
            let _ = self.process.wait();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            self.end();
        }
    }
}

/// The private PostgreSQL of an embedded server, seen from outside.
pub(crate) struct Postgres {
    home: PathBuf,
    postmaster: u32,
    binaries: PathBuf,
    pub(crate) password: String,
}

impl Postgres {
    /// That of this data directory.
    pub(crate) fn of(data: &Path) -> Self {
        let home = data.join("postgres");
        let read = |name: &str| fs::read_to_string(home.join(name)).expect("PostgreSQL runs");
        let pid_file = read("cluster/postmaster.pid");
        let postmaster = pid_file.lines().next().and_then(|line| line.parse().ok());
        let postmaster: u32 = postmaster.expect("the first line is the process");
        let binary = fs::read_link(format!("/proc/{postmaster}/exe")).expect("it runs");
        let binaries = binary.parent().expect("it is in a folder").to_owned();
        let password = read("password").trim().to_owned();
        Self {
            home,
            postmaster,
            binaries,
            password,
        }
    }

    /// The address of Authly's database, for this password.
    pub(crate) fn url(&self, password: &str) -> String {
        let socket = self.home.join("socket").display().to_string();
        let host = socket.replace('/', "%2F");
        format!("postgres://authly:{password}@{host}/authly")
    }

    /// Runs SQL.
    pub(crate) fn run(&self, sql: &str) {
        let (done, said) = said_by(
            "psql",
            self.tool("psql").args(["-v", "ON_ERROR_STOP=1", "-c", sql]),
        );
        assert!(done, "{}", said.text);
    }

    /// All that the database holds.
    pub(crate) fn dump(&self) -> Place {
        let (done, said) = said_by("pg_dump", &mut self.tool("pg_dump"));
        assert!(done, "{}", said.text);
        said
    }

    /// What PostgreSQL has logged.
    pub(crate) fn log(&self) -> Place {
        let log = fs::read_to_string(self.home.join("postgres.log"));
        Place {
            name: "the log of PostgreSQL".to_owned(),
            text: log.expect("the log is text"),
        }
    }

    /// Takes the database away: moves its socket to where only this test looks, and ends every
    /// connection.
    pub(crate) fn hide(&self) {
        self.move_socket(".s.PGSQL.5432", ".s.PGSQL.5433");
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
            WHERE datname = 'authly' AND pid <> pg_backend_pid()";
        let mut psql = self.tool("psql");
        let (done, said) = said_by("psql", psql.env("PGPORT", "5433").args(["-c", end]));
        assert!(done, "{}", said.text);
    }

    /// Brings the database back.
    pub(crate) fn show(&self) {
        self.move_socket(".s.PGSQL.5433", ".s.PGSQL.5432");
    }

    fn move_socket(&self, from: &str, to: &str) {
        let folder = self.home.join("socket");
        fs::rename(folder.join(from), folder.join(to)).expect("the socket can be moved");
    }

    fn tool(&self, name: &str) -> Command {
        let binary = self.binaries.join(name);
        let missing = "install PostgreSQL's client programs beside its server";
        assert!(
            binary.exists(),
            "there is no {}: {missing}",
            binary.display()
        );
        let mut command = Command::new(binary);
        command
            .env("PGHOST", self.home.join("socket"))
            .env("PGUSER", "authly")
            .env("PGPASSWORD", &self.password)
            .env("PGDATABASE", "authly");
        command
    }

    /// What others on the machine can see of PostgreSQL's processes: the command line and the
    /// environment of each, and of the shell above them.
    pub(crate) fn processes(&self) -> Vec<Place> {
        let shell = parent_of(self.postmaster).expect("PostgreSQL has a parent");
        let processes = numbers_in_proc()
            .filter(|process| [Some(shell), Some(self.postmaster)].contains(&parent_of(*process)));
        processes.chain([shell]).flat_map(seen_of).collect()
    }
}

/// The command line and the environment of a process.
pub(crate) fn seen_of(process: u32) -> Vec<Place> {
    ["cmdline", "environ"]
        .map(|file| seen_in(process, file))
        .into()
}

/// The command line of a process.
pub(crate) fn command_line_of(process: u32) -> Place {
    seen_in(process, "cmdline")
}

fn seen_in(process: u32, file: &str) -> Place {
    let name = format!("/proc/{process}/{file}");
    // A process may have ended since it was listed.
    let bytes = fs::read(&name).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).replace('\0', "\n");
    Place { name, text }
}

fn numbers_in_proc() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").expect("there is a /proc");
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

fn parent_of(process: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
    line.trim().parse().ok()
}
