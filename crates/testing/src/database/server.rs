//! The server that the databases are on: one for each process of tests.

use std::env;
use std::path::PathBuf;
use std::sync::Arc;

use authly_embedded_postgres::{Cluster, Options, SearchPath};
use authly_repositories::DbAddress;
use secrecy::ExposeSecret as _;
use tokio::sync::OnceCell;
use tokio_postgres::config::Host;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls};

use crate::runtime;

/// Names a server to use instead of a private one: `postgres://user:password@host/database`. The
/// user must be allowed to create databases.
const GIVEN: &str = "TEST_DATABASE_URL";

/// Many tests run at once where there are many cores.
const CONNECTIONS: u16 = 500;

/// A server.
pub(crate) enum Server {
    /// A private cluster. It ends with the process, and nothing of it stays.
    Own(Box<Cluster>),
    /// The one that [`GIVEN`] names.
    Given(String),
}

/// Where a server listens.
pub(crate) enum Place {
    Socket(PathBuf),
    Tcp(String, u16),
}

impl Server {
    /// The server of this process, started when it is first asked for.
    pub(crate) async fn of_process() -> Arc<Self> {
        static SERVER: OnceCell<Arc<Server>> = OnceCell::const_new();
        let start = || async { runtime::run(Self::start()).await };
        Arc::clone(SERVER.get_or_init(start).await)
    }

    async fn start() -> Arc<Self> {
        if let Some(url) = env::var_os(GIVEN) {
            let url = url.into_string().expect("TEST_DATABASE_URL is a text");
            return Arc::new(Self::Given(url));
        }
        let search = SearchPath::new(env::var_os("PG_BIN_DIR"), env::var_os("PATH"));
        let options = Options {
            max_connections: CONNECTIONS,
            ..Options::ephemeral(env::temp_dir(), search)
        };
        let cluster = tokio::task::spawn_blocking(move || Cluster::start(&options)).await;
        match cluster.expect("starting the cluster does not panic") {
            Ok(cluster) => Arc::new(Self::Own(Box::new(cluster))),
            Err(error) => panic!("no PostgreSQL for the tests: {error}"),
        }
    }

    /// How our code reaches one of its databases.
    pub(crate) fn address(&self, database: &str) -> DbAddress {
        match self {
            Self::Own(cluster) => {
                let access = cluster.access();
                DbAddress::unix_socket(
                    access.socket_dir(),
                    access.port(),
                    access.user(),
                    access.password().expose_secret(),
                    database,
                )
            }
            Self::Given(url) => DbAddress::parse(url)
                .expect("TEST_DATABASE_URL is an address")
                .with_database(database),
        }
    }

    /// How the harness itself reaches one of its databases.
    pub(crate) fn config(&self, database: &str) -> Config {
        let mut config = match self {
            Self::Own(cluster) => {
                let access = cluster.access();
                let mut config = Config::new();
                config
                    .host_path(access.socket_dir())
                    .port(access.port())
                    .user(access.user())
                    .password(access.password().expose_secret());
                config
            }
            Self::Given(url) => url.parse().expect("TEST_DATABASE_URL is an address"),
        };
        config.dbname(database);
        config
    }

    /// The user of the database and its password.
    pub(crate) fn credentials(&self) -> (String, String) {
        let config = self.config("");
        let user = config.get_user().unwrap_or_default().to_owned();
        let password = config.get_password().unwrap_or_default();
        (user, String::from_utf8_lossy(password).into_owned())
    }

    /// The number of its port, which is a part of the name of its socket too.
    pub(crate) fn port(&self) -> u16 {
        let config = self.config("");
        config.get_ports().first().copied().unwrap_or(5432)
    }

    /// A database that is always there.
    pub(crate) fn home_database(&self) -> String {
        match self {
            Self::Own(cluster) => cluster.access().database().to_owned(),
            Self::Given(url) => {
                let config: Config = url.parse().expect("TEST_DATABASE_URL is an address");
                config.get_dbname().unwrap_or("postgres").to_owned()
            }
        }
    }

    /// Where it listens.
    pub(crate) fn place(&self) -> Place {
        let (config, port) = (self.config(""), self.port());
        match config.get_hosts().first() {
            Some(Host::Tcp(host)) => Place::Tcp(host.clone(), port),
            Some(Host::Unix(folder)) => Place::Socket(folder.join(format!(".s.PGSQL.{port}"))),
            None => panic!("TEST_DATABASE_URL names no host"),
        }
    }

    /// A connection that the lasting runtime drives.
    pub(crate) async fn connect(&self, database: &str) -> Client {
        connect(self.config(database)).await
    }

    /// Lets nobody into a database any more, and ends the connections that are there.
    pub(crate) async fn close_database(&self, name: &str) {
        let close = ["ALTER DATABASE ", name, " ALLOW_CONNECTIONS false"].concat();
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
        let home = self.connect(&self.home_database()).await;
        let closed = home.batch_execute(&close).await;
        closed.expect("a database can be closed");
        let ended = home.query(end, &[&name]).await;
        ended.expect("connections can be ended");
    }

    /// Makes a database, as a copy of another or empty.
    pub(crate) async fn create_database(&self, name: &str, template: Option<&str>) {
        let template = template.unwrap_or("template1");
        // The other strategy writes each copy into the write-ahead log as well.
        let how = [" TEMPLATE ", template, " STRATEGY file_copy"].concat();
        let sql = ["CREATE DATABASE ", name, &how].concat();
        let home = self.connect(&self.home_database()).await;
        let made = home.batch_execute(&sql).await;
        made.expect("a database can be made");
    }

    /// Renames a database that nobody is connected to. Answers whether the new name was free.
    pub(crate) async fn rename_database(&self, from: &str, to: &str) -> bool {
        let sql = ["ALTER DATABASE ", from, " RENAME TO ", to].concat();
        let home = self.connect(&self.home_database()).await;
        match home.batch_execute(&sql).await {
            Ok(()) => true,
            Err(error) if error.code() == Some(&SqlState::DUPLICATE_DATABASE) => false,
            Err(error) => panic!("a database could not be renamed: {error}"),
        }
    }

    /// Whether there is a database of this name.
    pub(crate) async fn has_database(&self, name: &str) -> bool {
        let home = self.connect(&self.home_database()).await;
        let sql = "SELECT oid FROM pg_database WHERE datname = $1";
        let found = home.query_opt(sql, &[&name]).await;
        found.expect("the databases can be listed").is_some()
    }

    /// Removes a database with everyone who is connected to it.
    pub(crate) async fn drop_database(&self, name: &str) {
        let sql = ["DROP DATABASE ", name, " WITH (FORCE)"].concat();
        let home = self.connect(&self.home_database()).await;
        let dropped = home.batch_execute(&sql).await;
        dropped.expect("a database can be dropped");
    }

    /// Removes a database that nobody needs any more. Waits for it on a server that goes on after
    /// this process, which may end at any moment.
    pub(crate) fn forget_database(self: &Arc<Self>, name: &str) {
        let (server, name) = (Arc::clone(self), name.to_owned());
        let (done, dropped) = std::sync::mpsc::channel();
        runtime::lasting().spawn(async move {
            server.drop_database(&name).await;
            // Nobody may be waiting.
            let _ = done.send(());
        });
        if let Self::Given(_) = **self {
            // An error means that the task has panicked, and said why.
            let _ = dropped.recv();
        }
    }
}

/// A connection that the lasting runtime drives.
pub(crate) async fn connect(config: Config) -> Client {
    runtime::run(async move {
        let connected = config.connect(NoTls).await;
        let (client, connection) = connected.expect("the database server can be reached");
        runtime::lasting().spawn(connection);
        client
    })
    .await
}
