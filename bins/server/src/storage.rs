//! Where everything is kept: a database of the operator's, or the one of embedded mode; and the
//! master key that belongs to it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use authly_crypto::master_key::MasterKey;
use authly_embedded_postgres::{Cluster, Placement};
use authly_repositories::migrate::{self, SchemaState};
use authly_repositories::{Db, DbAddress, PoolSettings, TlsMode, pooler};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::embedded;
use crate::settings::{Migration, Mode, Settings, Tls};

/// How many threads drive the database's connections, and what runs beside requests.
const THREADS: usize = 2;

/// How long what runs beside requests may take to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether a process wants an embedded cluster for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// For itself: a server.
    Alone,
    /// It shares the one that a server runs: a command.
    Shared,
}

/// The runtime that drives the database's connections, and what runs beside requests.
///
/// # Errors
/// When the system gives no threads.
pub(crate) fn runtime() -> anyhow::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(THREADS).thread_name("authly-data");
    let runtime = builder.enable_all().build();
    runtime.context("the system gives no threads")
}

/// An open database, with the runtime that drives its connections.
pub(crate) struct Storage {
    pub(crate) db: Db,
    pub(crate) master: Arc<MasterKey>,
    runtime: Runtime,
    /// In embedded mode, unless another process runs it.
    cluster: Option<Cluster>,
}

impl Storage {
    /// Opens the database, after starting it in embedded mode.
    ///
    /// # Errors
    /// When the database or the master key is not to be had.
    pub(crate) fn open(
        runtime: Runtime,
        settings: &Settings,
        claim: Claim,
    ) -> anyhow::Result<Self> {
        let (address, cluster, master) = match &settings.mode {
            Mode::Standard => {
                let given = settings.database.address.clone();
                let master = settings.keys.master_key.clone();
                let (Some(address), Some(master)) = (given, master) else {
                    bail!("database.url and keys.master_key have to be given");
                };
                (address, None, master)
            }
            Mode::Embedded { data_dir } => {
                let master = match &settings.keys.master_key {
                    Some(given) => Arc::clone(given),
                    None => Arc::new(runtime.block_on(embedded::master_key(data_dir))?),
                };
                let (address, cluster) = embedded::start(data_dir, claim)?;
                (address, cluster, master)
            }
        };
        let handle = runtime.handle();
        if cluster.is_some() {
            runtime.block_on(embedded::ensure_database(&address, handle))?;
        }
        let db = Db::new(pool_settings(settings, address)?, handle.clone())?;
        if settings.mode == Mode::Standard {
            let checked = runtime.block_on(pooler::check(&db));
            checked.context("the database cannot be used")?;
        }
        Ok(Self {
            db,
            master,
            runtime,
            cluster,
        })
    }

    /// The runtime that drives the connections, for what runs beside requests.
    pub(crate) fn handle(&self) -> &Handle {
        self.runtime.handle()
    }

    /// Where the embedded cluster is.
    pub(crate) fn placement(&self) -> Option<&Placement> {
        self.cluster.as_ref().map(Cluster::placement)
    }

    /// Brings the schema up to date, or makes sure that somebody has.
    ///
    /// # Errors
    /// When the database does not answer, a migration fails, or the schema is too old.
    pub(crate) fn prepare_schema(&self, migration: Migration) -> anyhow::Result<()> {
        match migration {
            Migration::OnStart => self.migrate().map(drop),
            Migration::ByCommand => self.require_schema(),
        }
    }

    /// Brings the schema up to date, and answers which migrations that took.
    ///
    /// # Errors
    /// When the database does not answer, or a migration fails.
    pub(crate) fn migrate(&self) -> anyhow::Result<Vec<String>> {
        let migrated = self.runtime.block_on(migrate::migrate(&self.db));
        let migrated = migrated.context("the database's schema was not brought up to date")?;
        for migration in &migrated.applied {
            tracing::info!(migration, "a migration was applied");
        }
        Ok(migrated.applied)
    }

    /// Makes sure that the schema is not older than this program.
    ///
    /// # Errors
    /// When it is, or the database does not answer.
    pub(crate) fn require_schema(&self) -> anyhow::Result<()> {
        let state = self.runtime.block_on(migrate::schema_state(&self.db));
        match state.context("the database cannot be used")? {
            SchemaState::Current | SchemaState::Ahead => Ok(()),
            SchemaState::Behind => bail!(
                "the database's schema is older than this program: run `authly-server migrate` \
                 with the same settings first"
            ),
        }
    }

    /// Ends what runs beside requests, closes the connections, and stops an embedded cluster.
    ///
    /// # Errors
    /// When the cluster does not stop.
    pub(crate) fn close(self) -> anyhow::Result<()> {
        self.db.close();
        self.runtime.shutdown_timeout(PATIENCE);
        if let Some(cluster) = self.cluster {
            cluster.stop()?;
        }
        Ok(())
    }
}

fn pool_settings(settings: &Settings, address: DbAddress) -> anyhow::Result<PoolSettings> {
    let is_embedded = settings.mode != Mode::Standard;
    let tls = match settings.database.tls {
        Tls::Disable => TlsMode::Off,
        Tls::Require if is_embedded => TlsMode::Off,
        Tls::Require => TlsMode::verified()?,
    };
    Ok(PoolSettings {
        address,
        size: settings.database.pool_size,
        statements: settings.database.statements,
        tls,
    })
}
