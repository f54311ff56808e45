//! A PostgreSQL of the test's own, to which it does what nobody wishes to happen.

use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use authly_embedded_postgres::{Cluster, Options, SearchPath};
use secrecy::ExposeSecret as _;
use tokio_postgres::{Client, Config, NoTls};

use crate::wait::until;

/// How the whole cluster is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shutdown {
    /// Connections are ended, everything is written.
    Fast,
    /// At once: the next start recovers.
    Immediate,
}

/// A cluster that is safe against crashes, as in production.
pub(crate) struct Postgres {
    options: Options,
    /// There unless it was stopped.
    cluster: Option<Cluster>,
    config: Config,
    /// The number of the process is in there.
    pid_file: PathBuf,
}

/// A cluster whose processes are all stopped; they go on when this is dropped.
pub(crate) struct Paused(Vec<i32>);

impl Drop for Paused {
    fn drop(&mut self) {
        signal("CONT", &self.0);
    }
}

impl Postgres {
    /// Makes a cluster in this folder, and starts it.
    pub(crate) async fn start(folder: &Path) -> Self {
        // PostgreSQL has an account of its own where root runs the tests, which has to get through.
        fs::set_permissions(folder, Permissions::from_mode(0o711)).unwrap();
        let search = SearchPath::new(env::var_os("PG_BIN_DIR"), env::var_os("PATH"));
        let options = Options::persistent(folder.join("data"), search);
        let cluster = start(&options).await;
        let access = cluster.access();
        let mut config = Config::new();
        config
            .host_path(access.socket_dir())
            .port(access.port())
            .user(access.user())
            .password(access.password().expose_secret())
            .dbname(access.database());
        Self {
            options,
            config,
            pid_file: cluster.directory().join("cluster/postmaster.pid"),
            cluster: Some(cluster),
        }
    }

    /// What the server's `database.url` is.
    pub(crate) fn address(&self) -> String {
        let access = self.cluster.as_ref().unwrap().access();
        format!(
            "host='{}' port={} user={} password={} dbname={}",
            access.socket_dir().display(),
            access.port(),
            access.user(),
            access.password().expose_secret(),
            access.database(),
        )
    }

    /// A connection of the test's own.
    pub(crate) async fn connect(&self) -> Client {
        self.try_connect()
            .await
            .expect("the database takes connections")
    }

    async fn try_connect(&self) -> Option<Client> {
        let (client, connection) = self.config.connect(NoTls).await.ok()?;
        // It ends with the database, which is no failure here.
        tokio::spawn(async move { drop(connection.await) });
        Some(client)
    }

    /// Stops the whole cluster.
    pub(crate) async fn stop(&mut self, how: Shutdown) {
        if how == Shutdown::Immediate {
            signal("QUIT", &[self.postmaster()]);
        }
        let cluster = self.cluster.take().expect("it runs");
        tokio::task::spawn_blocking(|| cluster.stop())
            .await
            .unwrap()
            .unwrap();
    }

    /// Starts it again, and waits until it takes connections.
    pub(crate) async fn start_again(&mut self) {
        self.cluster = Some(start(&self.options).await);
        self.answers().await;
    }

    /// Waits until it takes connections.
    pub(crate) async fn answers(&self) {
        until("the database takes connections", async || {
            self.try_connect().await
        })
        .await;
    }

    /// Kills one of the processes that serve connections, as the system does when memory is short:
    /// PostgreSQL then ends all others and recovers.
    pub(crate) async fn kill_a_backend(&self) {
        let own = self.connect().await;
        let pids = backends(&own).await;
        signal("KILL", pids.get(..1).expect("a server is connected"));
        until("everybody is thrown out", async || {
            own.is_closed().then_some(())
        })
        .await;
    }

    /// Ends all connections but this one's own, as an administrator does.
    pub(crate) async fn terminate_sessions(&self) {
        let own = self.connect().await;
        let pids = backends(&own).await;
        // That is what SIGTERM means to them.
        signal("TERM", &pids);
    }

    /// Stops every process where it stands.
    pub(crate) async fn pause(&self) -> Paused {
        let own = self.connect().await;
        let mut paused = Paused(vec![self.postmaster()]);
        // The first makes all others, so that afterwards there are no more than these.
        signal("STOP", &paused.0);
        let others = everybody(&own).await;
        signal("STOP", &others);
        paused.0.extend(others);
        paused
    }

    fn postmaster(&self) -> i32 {
        let text = fs::read_to_string(&self.pid_file).unwrap();
        text.lines().next().unwrap().parse().unwrap()
    }
}

async fn start(options: &Options) -> Cluster {
    let options = options.clone();
    let started = tokio::task::spawn_blocking(move || Cluster::start(&options)).await;
    started.unwrap().expect("PostgreSQL starts")
}

/// The processes that serve the servers.
async fn backends(client: &Client) -> Vec<i32> {
    let sql = "SELECT pid FROM pg_stat_activity WHERE application_name = 'authly'";
    let rows = client.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Every process but the first, this connection's last.
async fn everybody(client: &Client) -> Vec<i32> {
    let sql = "SELECT pid FROM pg_stat_activity ORDER BY pid = pg_backend_pid()";
    let rows = client.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Sends a signal to these processes; some may have ended meanwhile.
fn signal(name: &str, pids: &[i32]) {
    let pids = pids.iter().map(ToString::to_string);
    let kill = format!(
        "kill -{name} {} 2>/dev/null",
        pids.collect::<Vec<_>>().join(" ")
    );
    Command::new("sh").args(["-c", &kill]).status().unwrap();
}
