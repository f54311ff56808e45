//! What `postmaster.pid` says about a cluster.
//!
//! PostgreSQL writes the file when it starts and removes it when it stops. Its first line is the
//! number of the process, its eighth the state.

use std::fs;
use std::os::unix::net::UnixStream;
use std::path::Path;

use crate::home::Home;

/// Whether the cluster has said that it takes connections, and its socket takes one.
pub(crate) fn answers(home: &Home) -> bool {
    is_ready(&home.cluster()) && UnixStream::connect(home.socket()).is_ok()
}

fn is_ready(cluster: &Path) -> bool {
    read(cluster)
        .lines()
        .nth(7)
        .is_some_and(|state| state.trim_end() == "ready")
}

/// The number of the process that runs the cluster, or that did so before a crash.
pub(crate) fn process(cluster: &Path) -> Option<u32> {
    read(cluster).lines().next()?.trim().parse().ok()
}

/// The file; nothing while it cannot be read, as before a start.
fn read(cluster: &Path) -> String {
    // The name of a folder in it may be in any encoding.
    let bytes = fs::read(cluster.join("postmaster.pid")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
