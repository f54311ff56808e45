//! A database for each test, copied from a template that is migrated once.

mod pooler;
mod relay;
mod server;
mod state;
mod template;

use std::sync::Arc;

use authly_crypto::entropy::OsEntropy;
use authly_domain::entropy::Entropy as _;
use authly_repositories::{Db, DbAddress, PoolSettings, StatementMode, TlsMode};
use tokio::sync::OnceCell;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

pub use relay::Relay;

use crate::runtime;
use pooler::Pooler;
use server::{Place, Server};
pub(crate) use template::master_key;

/// How many connections a pool of a test has, unless it asks for another number.
pub const POOL_SIZE: usize = 4;

/// A database of one test, dropped in the end. It is on the server that `TEST_DATABASE_URL` names, or
/// on a private one that the process starts and that disappears with it.
pub struct TestDatabase {
    name: String,
    server: Arc<Server>,
    /// What stands between the tested pools and the database, if anything does.
    pooler: Option<Arc<Pooler>>,
    /// A connection of the test's own, beside those that are tested.
    session: OnceCell<Client>,
}

impl TestDatabase {
    /// A database with the present schema, the built-in scopes, and signing keys under the master
    /// key of all tests.
    pub async fn create() -> Self {
        let server = Server::of_process().await;
        let template = template::name(&server).await;
        Self::copy(server, Some(template)).await
    }

    /// A database without anything: what `authly-server migrate` finds on its first run.
    pub async fn create_empty() -> Self {
        Self::copy(Server::of_process().await, None).await
    }

    async fn copy(server: Arc<Server>, template: Option<&str>) -> Self {
        let name = random_name("t");
        server.create_database(&name, template).await;
        let pooler = if Pooler::is_asked_for() {
            Some(Pooler::of_process(&server).await)
        } else {
            None
        };
        Self {
            name,
            server,
            pooler,
            session: OnceCell::new(),
        }
    }

    /// The same behind a PgBouncer in transaction mode, also in a run whose tests need none.
    #[must_use]
    pub async fn behind_pooler(mut self) -> Self {
        self.pooler = Some(Pooler::of_process(&self.server).await);
        self
    }

    /// Its name on the server.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How to reach it.
    #[must_use]
    pub fn address(&self) -> DbAddress {
        match &self.pooler {
            None => self.server.address(&self.name),
            Some(pooler) => pooler.address(&self.name),
        }
    }

    /// The same as a URL, for the settings of a server in a process of its own.
    #[must_use]
    pub fn url(&self) -> String {
        let (user, password) = self.server.credentials();
        let place = match &self.pooler {
            None => self.server.place(),
            Some(pooler) => pooler.place(),
        };
        let place = match place {
            Place::Tcp(host, port) => format!("{host}:{port}"),
            Place::Socket(socket) => {
                let folder = socket.parent().expect("a socket is in a folder");
                let port = socket
                    .extension()
                    .expect("a socket's name ends with a port");
                format!("{}:{}", encoded(&folder.to_string_lossy()), port.display())
            }
        };
        let (user, password) = (encoded(&user), encoded(&password));
        format!("postgres://{user}:{password}@{place}/{}", self.name)
    }

    /// How statements are sent by the way that [`address`](Self::address) goes: prepared, unless
    /// there is a pooler on it.
    #[must_use]
    pub fn statements(&self) -> StatementMode {
        match self.pooler {
            None => StatementMode::Prepared,
            Some(_) => StatementMode::Unnamed,
        }
    }

    /// A pool of [`POOL_SIZE`] connections.
    #[must_use]
    pub fn pool(&self) -> Db {
        self.pool_with(POOL_SIZE, self.statements())
    }

    /// A pool of connections.
    #[must_use]
    pub fn pool_with(&self, size: usize, statements: StatementMode) -> Db {
        pool_at(self.address(), size, statements)
    }

    /// A way to the database that can be cut off and opened again.
    pub async fn relay(&self) -> Relay {
        let beyond = match &self.pooler {
            None => self.server.place(),
            Some(pooler) => pooler.place(),
        };
        Relay::open(Arc::clone(&self.server), beyond, &self.name).await
    }

    /// A connection by the way that the tested pools take.
    pub async fn connect_as_pools_do(&self) -> Client {
        let config = match &self.pooler {
            None => self.server.config(&self.name),
            Some(pooler) => pooler.config(&self.name),
        };
        server::connect(config).await
    }

    /// A connection that belongs to the test, and to no pool that counts.
    pub async fn session(&self) -> &Client {
        let connect = || self.server.connect(&self.name);
        self.session.get_or_init(connect).await
    }

    /// Whether the tested pools reach it through the pooler, as their own connections say.
    pub async fn is_behind_pooler(&self) -> bool {
        let client = self.connect_as_pools_do().await;
        let sql = "SELECT current_setting($1, true)";
        let mark = client
            .query_typed_one(sql, &[(&pooler::MARK, Type::TEXT)])
            .await;
        let mark: Option<String> = mark.expect("the connection can be asked").get(0);
        mark.is_some_and(|mark| !mark.is_empty())
    }

    /// Closes it to everybody, as an operator does.
    pub async fn close(&self) {
        self.server.close_database(&self.name).await;
    }

    /// Runs statements as they stand, to bring about what our code never would.
    pub async fn run(&self, sql: &str) {
        let done = self.session().await.batch_execute(sql).await;
        done.expect("the statements of the test run");
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        drop(self.session.take());
        self.server.forget_database(&self.name);
    }
}

/// A pool of connections that the lasting runtime drives.
pub(crate) fn pool_at(address: DbAddress, size: usize, statements: StatementMode) -> Db {
    let settings = PoolSettings {
        address,
        size,
        statements,
        tls: TlsMode::Off,
    };
    Db::new(settings, runtime::lasting().clone()).expect("the settings of the pool are usable")
}

/// A text as a part of a URL. No name that the harness makes holds a space.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// A name for a database that no other test, in no other process, has.
pub(crate) fn random_name(prefix: &str) -> String {
    let mut random = [0_u8; 16];
    OsEntropy.fill(&mut random);
    format!("{prefix}_{:032x}", u128::from_ne_bytes(random))
}
