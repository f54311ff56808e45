//! A running cluster.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

use secrecy::SecretString;

use crate::access::Access;
use crate::error::{EmbeddedPostgresError, io_error};
use crate::find::{self, Binaries};
use crate::home::Home;
use crate::lock::Ownership;
use crate::options::{Kind, Options};
use crate::placement::Placement;
use crate::watcher::{STOP_LIMIT, Watcher};
use crate::{lock, password, postmaster, wait};

/// How long a cluster may take until it answers. After a crash it first reads its log again.
const START_LIMIT: Duration = Duration::from_mins(2);
/// A log of more bytes than this is put aside at the next start.
const LOG_LIMIT: u64 = 16 * 1024 * 1024;

/// A running PostgreSQL that belongs to this process. It stops when this is dropped.
///
/// Starting and stopping block, for one or two seconds the first time.
#[derive(Debug)]
#[must_use = "the cluster stops when this is dropped"]
pub struct Cluster {
    home: Home,
    access: Access,
    binaries: Binaries,
    watcher: Watcher,
    /// Held until the cluster has stopped. An ephemeral one needs none: nobody else finds it.
    lock: Option<Ownership>,
}

impl Cluster {
    /// Starts a cluster, after making it if there is none yet, and waits until it answers.
    ///
    /// # Errors
    ///
    /// [`EmbeddedPostgresError`] says what is missing or in the way, and what to do about it.
    pub fn start(options: &Options) -> Result<Self, EmbeddedPostgresError> {
        let started = Instant::now();
        let home = Home::settle(options)?;
        let lock = match options.kind {
            Kind::Persistent => Some(lock::own(&home)?),
            Kind::Ephemeral => None,
        };
        let running = match options.kind {
            Kind::Persistent => Some(lock::wait_for_rest(&home)?),
            Kind::Ephemeral => None,
        };
        let made_before = home.major()?;
        let binaries = find::find(&options.search, &home.account, &home.directory, made_before)?;
        put_long_log_aside(&home)?;
        let password = password_of(&home)?;
        let watcher = Watcher::spawn(options, &home, &binaries, &password, running)?;
        let mut cluster = Self {
            access: Access::new(&home, password),
            home,
            binaries,
            watcher,
            lock,
        };
        cluster.wait_until_ready()?;
        if options.kind == Kind::Persistent && made_before.is_none() {
            cluster.make_durable()?;
        }
        tracing::info!(
            home = %cluster.directory().display(),
            version = cluster.version(),
            milliseconds = started.elapsed().as_millis(),
            "the embedded PostgreSQL is ready"
        );
        Ok(cluster)
    }

    /// How to connect to the cluster of `options` that runs already, in whatever process it was
    /// started. This changes nothing: no cluster is made, started or stopped, and no lock taken. Of
    /// `options` only `kind` and `directory` matter; nobody finds an ephemeral cluster of another
    /// process.
    ///
    /// # Errors
    ///
    /// [`NoCluster`](EmbeddedPostgresError::NoCluster) when none was ever made there,
    /// [`NotRunning`](EmbeddedPostgresError::NotRunning) when it does not answer now, and
    /// [`BelongsToAnother`](EmbeddedPostgresError::BelongsToAnother) or
    /// [`Closed`](EmbeddedPostgresError::Closed) when this process runs as a user who may not
    /// connect to it.
    pub fn access_running(options: &Options) -> Result<Access, EmbeddedPostgresError> {
        Access::running(options)
    }

    /// Waits until PostgreSQL says that it is ready and its socket takes a connection.
    fn wait_until_ready(&mut self) -> Result<(), EmbeddedPostgresError> {
        let ready = wait::until(START_LIMIT, || {
            if let Some(said) = self.watcher.ended()? {
                let directory = self.home.directory.clone();
                return Err(EmbeddedPostgresError::NotStarted { directory, said });
            }
            Ok(postmaster::answers(&self.home).then_some(()))
        })?;
        ready.ok_or_else(|| EmbeddedPostgresError::NotReady {
            directory: self.home.directory.clone(),
            seconds: START_LIMIT.as_secs(),
        })
    }

    /// Makes sure that the names of a new cluster and of its password outlast a crash of the
    /// machine; `initdb` has done so for all that is in the cluster.
    fn make_durable(&self) -> Result<(), EmbeddedPostgresError> {
        for path in [&self.home.password(), &self.home.directory] {
            File::open(path)
                .and_then(|file| file.sync_all())
                .map_err(io_error("sync", path))?;
        }
        Ok(())
    }

    /// How to connect to the cluster.
    #[must_use]
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// The folder that holds everything of the cluster.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.home.directory
    }

    /// Where the cluster is, and why there: to be shown to the person who started it.
    #[must_use]
    pub fn placement(&self) -> &Placement {
        &self.home.placement
    }

    /// The major version of PostgreSQL.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.binaries.major
    }

    /// Ends the connections, stops PostgreSQL and waits until it is gone. Dropping does the same,
    /// but can only log what goes wrong.
    ///
    /// # Errors
    ///
    /// [`EmbeddedPostgresError::NotStopped`] when it is still there after a minute.
    pub fn stop(mut self) -> Result<(), EmbeddedPostgresError> {
        self.shut_down()
    }

    fn shut_down(&mut self) -> Result<(), EmbeddedPostgresError> {
        if !self.watcher.is_watching() {
            return Ok(());
        }
        if !self.watcher.finish()? {
            return Err(EmbeddedPostgresError::NotStopped {
                directory: self.home.directory.clone(),
                seconds: STOP_LIMIT.as_secs(),
            });
        }
        if self.lock.is_some() {
            // PostgreSQL would outlive a watcher that was killed.
            lock::wait_for_rest(&self.home)?;
        }
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.shut_down() {
            tracing::warn!("the embedded PostgreSQL was not stopped: {error}");
        }
    }
}

/// The password of the cluster, or one for a cluster that is yet to be made.
fn password_of(home: &Home) -> Result<SecretString, EmbeddedPostgresError> {
    if home.cluster().exists() {
        return password::of_cluster(home);
    }
    password::generate().map_err(io_error("read", Path::new("/dev/urandom")))
}

fn put_long_log_aside(home: &Home) -> Result<(), EmbeddedPostgresError> {
    let log = home.log();
    match fs::symlink_metadata(&log) {
        Ok(metadata) if metadata.len() > LOG_LIMIT => {
            fs::rename(&log, log.with_extension("log.1")).map_err(io_error("rename", &log))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}
