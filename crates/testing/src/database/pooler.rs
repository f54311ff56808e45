//! A PgBouncer in transaction mode between the tests and their databases: one for each process of
//! tests, which ends with it and leaves nothing behind.

use std::env;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use authly_repositories::DbAddress;
use nix::unistd::{Gid, Uid, User, getegid, geteuid};
use tokio::net::UnixStream;
use tokio::sync::OnceCell;
use tokio_postgres::Config;

use super::random_name;
use super::server::{Place, Server};
use crate::runtime;

/// Sends the connections of every test through the pooler when it is `pgbouncer`.
const ASKED_BY: &str = "TEST_POOLER";

const SCRIPT: &str = include_str!("pooler.sh");

/// The port is only a part of the socket's name.
const PORT: u16 = 6432;

/// How many connections to each database the pooler has for all its clients: so few that two
/// transactions of one client are seldom on the same.
const SERVER_CONNECTIONS: u16 = 2;

/// How long the pooler may take until it answers.
const PATIENCE: Duration = Duration::from_secs(30);

/// Set in each connection of the pooler to the server: shows which way a connection takes.
pub(super) const MARK: &str = "authly_testing.pooler";

/// A running pooler.
pub(crate) struct Pooler {
    server: Arc<Server>,
    /// The folder of its socket.
    folder: PathBuf,
    /// Our end of the pipe: when it closes, the pooler stops.
    _lifeline: ChildStdin,
}

impl Pooler {
    /// Whether this run of the tests goes through the pooler.
    pub(super) fn is_asked_for() -> bool {
        match env::var_os(ASKED_BY) {
            None => false,
            Some(name) if name == "pgbouncer" => true,
            Some(other) => panic!(
                "{ASKED_BY} is pgbouncer or not set, not {}",
                other.display()
            ),
        }
    }

    /// The pooler of this process, started when it is first asked for.
    pub(super) async fn of_process(server: &Arc<Server>) -> Arc<Self> {
        static POOLER: OnceCell<Arc<Pooler>> = OnceCell::const_new();
        let server = Arc::clone(server);
        let start = || async { runtime::run(Self::start(server)).await };
        Arc::clone(POOLER.get_or_init(start).await)
    }

    async fn start(server: Arc<Server>) -> Arc<Self> {
        let (account, above) = home(&server);
        let folder = above.join(random_name("pooler"));
        let program = program();
        let settings = settings(&server, &above) + forgetting(&program);
        let mut child = spawn(&account, &program, &folder, &settings);
        let mut lifeline = child.stdin.take().expect("the pipe to the pooler");
        writeln!(lifeline, "{}", auth_line(&server)).expect("the pooler's script reads");
        wait_until_ready(&mut child, &above).await;
        Arc::new(Self {
            server,
            folder: above,
            _lifeline: lifeline,
        })
    }

    /// How our code reaches one of the databases through it.
    pub(super) fn address(&self, database: &str) -> DbAddress {
        let (user, password) = self.server.credentials();
        DbAddress::unix_socket(&self.folder, PORT, &user, &password, database)
    }

    /// How the harness itself reaches one of the databases, or the pooler's own console, through it.
    pub(super) fn config(&self, database: &str) -> Config {
        let (user, password) = self.server.credentials();
        let mut config = Config::new();
        config
            .host_path(&self.folder)
            .port(PORT)
            .user(user)
            .password(password)
            .dbname(database);
        config
    }

    /// Where it listens.
    pub(super) fn place(&self) -> Place {
        Place::Socket(socket_in(&self.folder))
    }
}

/// The account of the system that the pooler runs as.
struct Account {
    uid: Uid,
    gid: Gid,
}

/// Who runs the pooler, and a folder in which that account can make files. PgBouncer refuses to run
/// as root.
fn home(server: &Server) -> (Account, PathBuf) {
    if let Place::Socket(socket) = server.place()
        && let Server::Own(_) = server
    {
        // That of the private cluster, whose watcher removes it in the end.
        let folder = socket.parent().expect("a socket is in a folder").to_owned();
        let owner = folder.metadata().expect("the socket's folder is there");
        let (uid, gid) = (Uid::from_raw(owner.uid()), Gid::from_raw(owner.gid()));
        return (Account { uid, gid }, folder);
    }
    let own = Account {
        uid: geteuid(),
        gid: getegid(),
    };
    if !own.uid.is_root() {
        return (own, env::temp_dir());
    }
    let nobody = User::from_name("nobody").expect("the accounts can be read");
    let nobody = nobody.expect("there is an account without rights");
    let (uid, gid) = (nobody.uid, nobody.gid);
    (Account { uid, gid }, env::temp_dir())
}

/// Everything but secrets.
fn settings(server: &Server, folder: &Path) -> String {
    let (host, port) = match server.place() {
        Place::Socket(socket) => {
            let folder = socket.parent().expect("a socket is in a folder");
            (folder.display().to_string(), server.port())
        }
        Place::Tcp(host, port) => (host, port),
    };
    let (user, _) = server.credentials();
    format!(
        "[databases]\n\
         * = host={host} port={port} connect_query='SET {MARK} = ''here'''\n\
         [pgbouncer]\n\
         pool_mode = transaction\n\
         default_pool_size = {SERVER_CONNECTIONS}\n\
         server_round_robin = 1\n\
         max_client_conn = 2000\n\
         listen_addr =\n\
         listen_port = {PORT}\n\
         unix_socket_dir = {}\n\
         auth_type = scram-sha-256\n\
         auth_file = users\n\
         admin_users = {user}\n\
         log_connections = 0\n\
         log_disconnections = 0\n",
        folder.display(),
    )
}

/// The account of the database, as the pooler's `auth_file` has it.
fn auth_line(server: &Server) -> String {
    let (user, password) = server.credentials();
    let quoted = |text: String| format!("\"{}\"", text.replace('"', "\"\""));
    format!("{} {}", quoted(user), quoted(password))
}

fn spawn(account: &Account, program: &Path, folder: &Path, settings: &str) -> Child {
    Command::new("/bin/sh")
        .args(["-c", SCRIPT, "authly-pooler"])
        .arg(program)
        .arg(folder)
        .arg(settings)
        .uid(account.uid.as_raw())
        .gid(account.gid.as_raw())
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the shell runs")
}

/// What makes a version forget prepared statements that could keep them: from 1.21 on.
fn forgetting(program: &Path) -> &'static str {
    let said = Command::new(program).arg("--version").output();
    let said = said.expect("pgbouncer says its version").stdout;
    let said = String::from_utf8_lossy(&said);
    let version = said.strip_prefix("PgBouncer 1.").unwrap_or_default();
    let minor = version.split('.').next().unwrap_or_default();
    let minor: u32 = minor.parse().expect("the version is 1.x");
    if minor < 21 {
        return "";
    }
    "max_prepared_statements = 0\n"
}

/// Debian has it in a folder that is not on everyone's `PATH`.
fn program() -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"].map(PathBuf::from);
    let folders = env::split_paths(&path).chain(usual);
    let mut programs = folders.map(|folder| folder.join("pgbouncer"));
    let found = programs.find(|program| program.is_file());
    found.expect("pgbouncer is missing: .ci/setup test installs it, or says how")
}

fn socket_in(folder: &Path) -> PathBuf {
    folder.join(format!(".s.PGSQL.{PORT}"))
}

async fn wait_until_ready(child: &mut Child, folder: &Path) {
    let ready = async {
        let mut looks = tokio::time::interval(Duration::from_millis(10));
        while UnixStream::connect(socket_in(folder)).await.is_err() {
            if let Some(status) = child.try_wait().expect("the pooler can be waited for") {
                let mut said = String::new();
                if let Some(output) = &mut child.stdout {
                    let _ = output.read_to_string(&mut said);
                }
                panic!("the pooler does not start: {status}: {said}");
            }
            looks.tick().await;
        }
    };
    let ready = tokio::time::timeout(PATIENCE, ready).await;
    ready.expect("the pooler takes connections");
}
