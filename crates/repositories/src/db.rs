//! The pool, and connections borrowed from it.

mod address;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use deadpool_postgres::{
    Connect, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Timeouts,
};
use futures_util::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::task::{JoinHandle, JoinSet};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::conn::{Conn, InFlight, RoundTrips, StatementMode};
use crate::error::said;
use crate::unit_of_work::UnitOfWork;
use crate::{DbError, Reads};

pub use address::DbAddress;

/// How long a connection may take to be had: to be opened, or to be given back by somebody.
const CONNECT_TIME_LIMIT: Duration = Duration::from_secs(5);

/// Whether the connection to the database is encrypted.
#[derive(Clone)]
pub enum TlsMode {
    /// Not: a Unix socket, or the same machine.
    Off,
    /// It is, and the server's certificate and name are checked.
    Verified(Arc<rustls::ClientConfig>),
}

impl TlsMode {
    /// Encrypted, with the certificate and the host's name held against the system's authorities.
    /// The process's default rustls provider has to be installed.
    ///
    /// # Errors
    /// [`DbError::Settings`] when the system has no authorities that can be read.
    pub fn verified() -> Result<Self, DbError> {
        let settings = |source| DbError::Settings { source };
        let found = rustls_native_certs::load_native_certs();
        let mut roots = rustls::RootCertStore::empty();
        let (usable, _unusable) = roots.add_parsable_certificates(found.certs);
        if usable == 0 {
            return Err(settings("the system has no certificate authorities".into()));
        }
        let config = rustls::ClientConfig::builder().with_root_certificates(roots);
        Ok(Self::Verified(Arc::new(config.with_no_client_auth())))
    }

    /// The driver's own mode. Its default falls back to an unencrypted connection when the server,
    /// or somebody in between, declines: that must never happen where encryption is wanted.
    const fn ssl_mode(&self) -> SslMode {
        match self {
            Self::Off => SslMode::Disable,
            Self::Verified(_) => SslMode::Require,
        }
    }
}

/// How the pool is made.
#[derive(Clone)]
pub struct PoolSettings {
    /// Where the database is, and as whom to log in.
    pub address: DbAddress,
    /// The most connections.
    pub size: usize,
    /// How statements are sent.
    pub statements: StatementMode,
    /// Whether the connection is encrypted.
    pub tls: TlsMode,
}

/// The database: a pool of connections. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: Pool,
    address: DbAddress,
    tls: TlsMode,
    statements: StatementMode,
    round_trips: Arc<RoundTrips>,
    connect_failures: Arc<AtomicU64>,
}

/// What the pool's connections are doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolState {
    /// How many there may be.
    pub most: usize,
    /// How many are open and free.
    pub idle: usize,
    /// How many are borrowed.
    pub in_use: usize,
    /// How many callers wait for one.
    pub awaited: usize,
}

/// Opens connections on one runtime of their own, so that none hangs on the worker that asked
/// first.
struct ConnectOn {
    runtime: Handle,
    tls: TlsMode,
}

impl Connect for ConnectOn {
    fn connect(
        &self,
        config: &tokio_postgres::Config,
    ) -> BoxFuture<'_, Result<(Client, JoinHandle<()>), tokio_postgres::Error>> {
        let config = config.clone();
        let (runtime, tls) = (self.runtime.clone(), self.tls.clone());
        Box::pin(async move { connect_on(&runtime, config, tls).await })
    }
}

/// Connects by a task of `runtime`. Where the caller gives up, the attempt ends with it: a database
/// that takes connections and never answers would otherwise collect them.
async fn connect_on(
    runtime: &Handle,
    mut config: tokio_postgres::Config,
    tls: TlsMode,
) -> Result<(Client, JoinHandle<()>), tokio_postgres::Error> {
    config.ssl_mode(tls.ssl_mode());
    let driver = runtime.clone();
    // A set, since its tasks end when it is dropped.
    let mut attempt = JoinSet::new();
    let connecting = async move {
        match tls {
            TlsMode::Off => {
                let (client, connection) = config.connect(NoTls).await?;
                Ok((client, driver.spawn(drive(connection))))
            }
            TlsMode::Verified(tls) => {
                let tls = MakeRustlsConnect::new(Arc::unwrap_or_clone(tls));
                let (client, connection) = config.connect(tls).await?;
                Ok((client, driver.spawn(drive(connection))))
            }
        }
    };
    attempt.spawn_on(connecting, runtime);
    match attempt.join_next().await {
        Some(Ok(connected)) => connected,
        // The runtime is shutting down: the caller's time limit answers.
        Some(Err(_)) | None => std::future::pending().await,
    }
}

async fn drive(connection: impl Future<Output = Result<(), tokio_postgres::Error>>) {
    if let Err(error) = connection.await {
        tracing::debug!(error = %said(error), "a database connection ended");
    }
}

impl Db {
    /// Makes the pool; nothing is connected yet. Connections are driven on `runtime`.
    ///
    /// # Errors
    /// [`DbError::Settings`] when the pool cannot be built.
    pub fn new(settings: PoolSettings, runtime: Handle) -> Result<Self, DbError> {
        let connect = ConnectOn {
            runtime,
            tls: settings.tls.clone(),
        };
        let config = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = Manager::from_connect(settings.address.0.clone(), connect, config);
        let patience = Some(CONNECT_TIME_LIMIT);
        let pool = Pool::builder(manager)
            .max_size(settings.size)
            .runtime(Runtime::Tokio1)
            .timeouts(Timeouts {
                wait: patience,
                create: patience,
                recycle: patience,
            })
            .build()
            .map_err(|error| DbError::Settings {
                source: error.into(),
            })?;
        Ok(Self {
            pool,
            address: settings.address,
            tls: settings.tls,
            statements: settings.statements,
            round_trips: Arc::default(),
            connect_failures: Arc::default(),
        })
    }

    /// Borrows a connection.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when there is none to be had.
    pub async fn connect(&self) -> Result<DbConn, DbError> {
        let object = self.pool.get().await.map_err(|error| {
            self.connect_failures.fetch_add(1, Ordering::Relaxed);
            DbError::from_pool("connect", error)
        })?;
        Ok(DbConn {
            object: Some(object),
            statements: self.statements,
            round_trips: Arc::clone(&self.round_trips),
            in_flight: InFlight::default(),
        })
    }

    /// The same pool for work that belongs to no request: what it does is counted apart.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self {
            round_trips: Arc::default(),
            connect_failures: Arc::default(),
            ..self.clone()
        }
    }

    /// How many round trips statements, `BEGIN` and `COMMIT` have made so far. Preparing a
    /// statement, which happens once per connection, is not counted.
    #[must_use]
    pub fn round_trips(&self) -> u64 {
        self.round_trips.total()
    }

    /// How often [`connect`](Self::connect) has failed so far.
    #[must_use]
    pub fn connect_failures(&self) -> u64 {
        self.connect_failures.load(Ordering::Relaxed)
    }

    /// What the connections are doing at this moment; asks nobody.
    #[must_use]
    pub fn pool_state(&self) -> PoolState {
        let status = self.pool.status();
        PoolState {
            most: status.max_size,
            idle: status.available,
            in_use: status.size.saturating_sub(status.available),
            awaited: status.waiting,
        }
    }

    /// Closes the pool: connections in use are closed when they come back.
    pub fn close(&self) {
        self.pool.close();
    }

    /// How statements are sent.
    #[must_use]
    pub const fn statements(&self) -> StatementMode {
        self.statements
    }

    /// A connection outside the pool, for migrations and other things of the start.
    pub(crate) async fn connect_alone(&self) -> Result<(Client, JoinHandle<()>), DbError> {
        let runtime = Handle::current();
        let connecting = connect_on(&runtime, self.address.0.clone(), self.tls.clone());
        match tokio::time::timeout(CONNECT_TIME_LIMIT, connecting).await {
            Ok(connected) => connected.map_err(|error| DbError::from_driver("connect", error)),
            Err(_elapsed) => Err(DbError::timed_out("connect")),
        }
    }
}

/// A borrowed connection; goes back to the pool when it is dropped.
pub struct DbConn {
    /// There until it is dropped.
    object: Option<Object>,
    statements: StatementMode,
    round_trips: Arc<RoundTrips>,
    in_flight: InFlight,
}

impl DbConn {
    /// Begins a transaction (READ COMMITTED). `name` says in errors and spans what it is for.
    ///
    /// # Errors
    /// When `BEGIN` fails.
    pub async fn begin(&mut self, name: &'static str) -> Result<UnitOfWork<'_>, DbError> {
        let Self {
            object: Some(object),
            statements,
            round_trips,
            in_flight,
        } = self
        else {
            return Err(DbError::timed_out(name));
        };
        round_trips.add();
        let tx = in_flight.answer(name, object.transaction()).await?;
        Ok(UnitOfWork::new(
            tx,
            name,
            *statements,
            (&*round_trips, &*in_flight),
        ))
    }

    /// Single statements, each by itself.
    #[must_use]
    pub fn reads(&self) -> Reads<'_> {
        let object = self.object();
        Reads::new(Conn {
            client: object,
            cache: &object.statement_cache,
            mode: self.statements,
            round_trips: &self.round_trips,
            in_flight: &self.in_flight,
        })
    }

    #[expect(
        clippy::expect_used,
        reason = "only dropping it takes the connection out"
    )]
    fn object(&self) -> &Object {
        self.object
            .as_ref()
            .expect("a connection that was not dropped")
    }
}

impl Drop for DbConn {
    fn drop(&mut self) {
        let object = self.object.take();
        if let Some(object) = object.filter(|_object| self.in_flight.is_left()) {
            // Out of the pool, which opens another when one is asked for; and closed.
            drop(Object::take(object));
        }
    }
}
