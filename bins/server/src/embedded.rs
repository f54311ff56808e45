//! Embedded mode: a private PostgreSQL and a master key in the data directory.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use authly_crypto::entropy::OsEntropy;
use authly_crypto::master_key::MasterKey;
use authly_embedded_postgres::{Access, Cluster, EmbeddedPostgresError, Options, SearchPath};
use authly_outbound::secrets::FileSecrets;
use authly_repositories::migrate;
use authly_repositories::{Db, DbAddress, PoolSettings, StatementMode, TlsMode};
use authly_services::ports::{SecretError, SecretProvider};
use secrecy::ExposeSecret;
use tokio::runtime::Handle;

use crate::private_file;
use crate::storage::Claim;

/// The database in the cluster.
const DATABASE: &str = "authly";

/// The database that every cluster has.
const ALWAYS_THERE: &str = "postgres";

/// The file of the master key in the data directory.
const MASTER_KEY: &str = "master.key";

/// What there is once a cluster has been made: its home, or the note that says where that is.
const TRACES_OF_CLUSTER: [&str; 2] = ["postgres", "postgres-moved-to"];

/// The master key of a data directory: made when there is none, and only before there is a database
/// with something sealed under another.
pub(crate) async fn master_key(data_dir: &Path) -> anyhow::Result<MasterKey> {
    let path = data_dir.join(MASTER_KEY);
    let name = path
        .to_str()
        .context("the path of the data directory is not UTF-8 text")?;
    match FileSecrets.read(name).await {
        Ok(text) => MasterKey::parse(&text).with_context(|| name.to_owned()),
        Err(SecretError::NotFound) => {
            if TRACES_OF_CLUSTER
                .iter()
                .any(|trace| data_dir.join(trace).exists())
            {
                bail!(
                    "there is a database in {}, but its master key {name} is missing, and what is \
                     sealed under that key cannot be opened without it. Put the file back, or \
                     remove the folder to start afresh",
                    data_dir.display()
                );
            }
            let key = MasterKey::generate(&OsEntropy);
            fs::create_dir_all(data_dir)
                .and_then(|()| private_file::write_new(&path, key.to_text().expose()))
                .with_context(|| format!("the master key {name} cannot be written"))?;
            Ok(key)
        }
        Err(error) => Err(error).with_context(|| format!("the master key {name}")),
    }
}

/// Starts the cluster of a data directory and says how to reach its database. Where another process
/// runs it already, a command joins in, and a server is refused.
pub(crate) fn start(data_dir: &Path, claim: Claim) -> anyhow::Result<(DbAddress, Option<Cluster>)> {
    let search = SearchPath::new(std::env::var_os("PG_BIN_DIR"), std::env::var_os("PATH"));
    let options = Options::persistent(data_dir, search);
    match Cluster::start(&options) {
        Ok(cluster) => Ok((address(cluster.access()), Some(cluster))),
        Err(EmbeddedPostgresError::InUse { .. }) if claim == Claim::Shared => {
            let access = Cluster::access_running(&options)?;
            Ok((address(&access), None))
        }
        Err(error) => Err(error.into()),
    }
}

fn address(access: &Access) -> DbAddress {
    let password = access.password().expose_secret();
    let (folder, port) = (access.socket_dir(), access.port());
    DbAddress::unix_socket(folder, port, access.user(), password, DATABASE)
}

/// Makes our database in a cluster where there is none yet.
pub(crate) async fn ensure_database(address: &DbAddress, runtime: &Handle) -> anyhow::Result<()> {
    let settings = PoolSettings {
        address: address.with_database(ALWAYS_THERE),
        size: 1,
        statements: StatementMode::Unnamed,
        tls: TlsMode::Off,
    };
    let db = Db::new(settings, runtime.clone())?;
    let made = migrate::ensure_database(&db, DATABASE).await;
    made.context("the embedded database could not be made")
}
