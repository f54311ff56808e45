//! What a caller says about the cluster that it wants.

use std::path::PathBuf;

use crate::find::SearchPath;

/// Where clusters go whose place PostgreSQL's account cannot reach.
const FALLBACK: &str = "/var/lib/authly";

/// Whether a cluster outlives the value that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The data stay, and are safe against a crash of the machine.
    Persistent,
    /// For tests: quicker, not safe against a crash, and gone without a trace when it stops.
    Ephemeral,
}

/// What [`Cluster::start`](crate::Cluster::start) starts, and with which means.
#[derive(Clone, Debug)]
#[must_use]
pub struct Options {
    /// Whether the data stay.
    pub kind: Kind,
    /// Persistent: the application's data directory, made if missing; the cluster's home is the
    /// folder `postgres` in it. Ephemeral: the folder in which a home with a random name is made.
    pub directory: PathBuf,
    /// When root starts a new cluster: the account that PostgreSQL runs as, instead of `postgres`.
    /// A cluster that exists runs as its owner, and a process of another user as that user.
    pub account: Option<String>,
    /// Where to look for the binaries.
    pub search: SearchPath,
    /// How many connections the cluster takes at once.
    pub max_connections: u16,
    /// When root starts a cluster that PostgreSQL's account cannot reach in `directory`: the folder
    /// where its home is put instead, under a name made from the path of `directory`.
    pub fallback: PathBuf,
}

impl Options {
    /// A cluster that keeps its data below `data_directory`.
    pub fn persistent(data_directory: impl Into<PathBuf>, search: SearchPath) -> Self {
        Self {
            kind: Kind::Persistent,
            directory: data_directory.into(),
            account: None,
            search,
            max_connections: 100,
            fallback: FALLBACK.into(),
        }
    }

    /// A cluster for tests in a new folder below `folder`, usually the system's folder for temporary
    /// files.
    pub fn ephemeral(folder: impl Into<PathBuf>, search: SearchPath) -> Self {
        Self {
            kind: Kind::Ephemeral,
            max_connections: 200,
            ..Self::persistent(folder, search)
        }
    }
}
