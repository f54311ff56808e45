//! What can keep an embedded PostgreSQL from running, said to the person who started it.

use std::io;
use std::path::{Path, PathBuf};

/// Why a cluster was not started, not found or not stopped. Each message says what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedPostgresError {
    /// No usable binaries on this system.
    #[error(
        "no PostgreSQL {minimum} or newer was found. Looked in {looked}. \
         Install it (Debian and Ubuntu: `apt-get install postgresql`; \
         Fedora: `dnf install postgresql-server`; Alpine: `apk add postgresql`), \
         or set PG_BIN_DIR to the folder that has `initdb` and `postgres`"
    )]
    NotFound {
        /// The oldest major version that is supported.
        minimum: u32,
        /// The folders, and what was wrong with those that had binaries.
        looked: String,
    },
    /// The binaries of the cluster's own major version are missing.
    #[error(
        "the cluster in {} was made by PostgreSQL {needed}, which was not found. \
         Looked in {looked}. Install version {needed} (Debian and Ubuntu: \
         `apt-get install postgresql-{needed}`), or set PG_BIN_DIR to the folder of its binaries",
        directory.display()
    )]
    MajorNotFound {
        /// The cluster's home.
        directory: PathBuf,
        /// The major version of the cluster.
        needed: u32,
        /// The folders, and what was wrong with those that had binaries.
        looked: String,
    },
    /// PostgreSQL does not run as root, and the account to run it as does not exist.
    #[error(
        "PostgreSQL does not run as root, and there is no account `{name}` to run it as. \
         PostgreSQL's package makes the account `postgres`; or set the account to one that exists"
    )]
    NoSuchAccount {
        /// The account's name.
        name: String,
    },
    /// The cluster or the configured account is root's.
    #[error(
        "PostgreSQL does not run as root: {what} is root's. \
         Choose another account, or give the folder to one: `chown -R postgres FOLDER`"
    )]
    BelongsToRoot {
        /// The folder or the account.
        what: String,
    },
    /// The cluster is another user's.
    #[error(
        "{} belongs to the user `{owner}`. \
         Run this as that user or as root, or choose another data directory",
        directory.display()
    )]
    BelongsToAnother {
        /// The cluster, or its home where only the owner may look into that.
        directory: PathBuf,
        /// The owner's name, or number if there is no name.
        owner: String,
    },
    /// A running cluster was looked for, and this process may not look.
    #[error(
        "{} is closed to the user that this runs as. \
         Run this as the user who starts the server, or as root",
        path.display()
    )]
    Closed {
        /// What cannot be looked at.
        path: PathBuf,
    },
    /// A running cluster was looked for, and none was ever made.
    #[error(
        "there is no PostgreSQL cluster in {} yet. Start the server with this data directory, \
         which makes one",
        directory.display()
    )]
    NoCluster {
        /// The data directory.
        directory: PathBuf,
    },
    /// A running cluster was looked for, and it does not answer.
    #[error(
        "PostgreSQL in {} does not answer: it is not running, or is just starting or stopping. \
         Start the server with this data directory, then run this again",
        directory.display()
    )]
    NotRunning {
        /// The cluster's home.
        directory: PathBuf,
    },
    /// Neither the place asked for nor another one can be reached by PostgreSQL's account.
    #[error(
        "the account `{account}`, which PostgreSQL runs as, cannot reach {}. \
         Let it pass (`chmod o+x` on the folders above), or choose another place",
        directory.display()
    )]
    Unreachable {
        /// The account's name.
        account: String,
        /// The folder.
        directory: PathBuf,
    },
    /// The data directory is new, but a cluster of an earlier one of the same path exists.
    #[error(
        "{} is new, but an earlier data directory of that path left its cluster in {}. \
         To start afresh, remove that: `rm -r {}`. \
         To go on with it, put the earlier data directory back",
        data_directory.display(), left.display(), left.display()
    )]
    LeftOver {
        /// The data directory.
        data_directory: PathBuf,
        /// The home of the earlier cluster.
        left: PathBuf,
    },
    /// Another process holds the cluster.
    #[error(
        "{} is in use by {holder}. Stop that one first, or choose another data directory",
        directory.display()
    )]
    InUse {
        /// The cluster's home.
        directory: PathBuf,
        /// Who holds it, as far as known.
        holder: String,
    },
    /// What an earlier owner has started does not end.
    #[error(
        "a PostgreSQL of an earlier start still runs in {} and does not end. \
         Stop it with `kill -INT {process}`, then start again",
        directory.display()
    )]
    StillRunning {
        /// The cluster's home.
        directory: PathBuf,
        /// The number of the process, or a word for it if the number is not known.
        process: String,
    },
    /// The superuser's password is gone.
    #[error(
        "the cluster in {} exists, but its password file {} does not. \
         Put the file back, or remove the folder to start afresh without its data",
        directory.display(), password.display()
    )]
    PasswordMissing {
        /// The cluster's home.
        directory: PathBuf,
        /// The password file.
        password: PathBuf,
    },
    /// `initdb` or `postgres` ended before the cluster answered.
    #[error("PostgreSQL did not start in {}. It said:\n{said}", directory.display())]
    NotStarted {
        /// The cluster's home.
        directory: PathBuf,
        /// The newest lines of its log.
        said: String,
    },
    /// The cluster did not answer in time.
    #[error(
        "PostgreSQL in {} did not answer within {seconds} seconds. Its log is postgres.log there",
        directory.display()
    )]
    NotReady {
        /// The cluster's home.
        directory: PathBuf,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The cluster did not stop in time.
    #[error(
        "PostgreSQL in {} did not stop within {seconds} seconds. Its log is postgres.log there",
        directory.display()
    )]
    NotStopped {
        /// The cluster's home.
        directory: PathBuf,
        /// How long it was waited for.
        seconds: u64,
    },
    /// A file or a process could not be used.
    #[error("could not {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
}

/// Says what was tried on `path`, for `map_err`.
pub(crate) fn io_error(
    action: &'static str,
    path: &Path,
) -> impl FnOnce(io::Error) -> EmbeddedPostgresError {
    let path = path.to_owned();
    move |source| EmbeddedPostgresError::Io {
        action,
        path,
        source,
    }
}
