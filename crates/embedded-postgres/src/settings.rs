//! What every cluster has in common, and what PostgreSQL is told when it starts.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use crate::options::{Kind, Options};

/// The superuser of each cluster.
pub(crate) const SUPERUSER: &str = "authly";
/// The database that `initdb` makes.
pub(crate) const DATABASE: &str = "postgres";
/// Only a part of the socket's name, since nothing listens on the network.
pub(crate) const PORT: u16 = 5432;

/// What an ephemeral cluster does differently.
const EPHEMERAL: [&str; 7] = [
    // Nothing has to outlast a crash.
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    // A worker in a template would keep it from being copied.
    "autovacuum=off",
    // All shared memory that has a name is in the folder that is removed.
    "dynamic_shared_memory_type=mmap",
];

/// The settings for PostgreSQL's command line, where they win over the cluster's `postgresql.conf`.
pub(crate) fn settings(options: &Options, socket_folder: &Path) -> Vec<OsString> {
    let mut settings = vec![
        "listen_addresses=".into(),
        folder_setting("unix_socket_directories=", socket_folder),
        format!("port={PORT}").into(),
        format!("max_connections={}", options.max_connections).into(),
        "logging_collector=off".into(),
        "log_destination=stderr".into(),
        "timezone=UTC".into(),
        "log_timezone=UTC".into(),
        // Compiling a statement takes longer than any statement here does.
        "jit=off".into(),
    ];
    match options.kind {
        Kind::Persistent => {}
        Kind::Ephemeral => settings.extend(EPHEMERAL.map(OsString::from)),
    }
    settings
}

/// A setting that is a list of folders, which are quoted like names in SQL.
fn folder_setting(name: &str, folder: &Path) -> OsString {
    let mut setting = format!("{name}\"").into_bytes();
    for byte in folder.as_os_str().as_bytes() {
        if *byte == b'"' {
            setting.push(b'"');
        }
        setting.push(*byte);
    }
    setting.push(b'"');
    OsString::from_vec(setting)
}
