//! A private PostgreSQL for first runs and tests, started from the binaries on the system.
//!
//! [`Cluster::start`] finds `initdb` and `postgres`, makes a cluster where there is none yet, starts
//! it on a Unix socket that only its own account can reach, and returns when it answers. Nothing is
//! ever downloaded. The cluster lives as long as the returned value: it stops when that is dropped,
//! and also when the process that holds it is killed. Started by root, PostgreSQL runs as an account
//! with fewer rights.
//!
//! ```
//! use authly_embedded_postgres::{Cluster, EmbeddedPostgresError, Options, SearchPath};
//!
//! # fn main() -> Result<(), EmbeddedPostgresError> {
//! let search = SearchPath::new(std::env::var_os("PG_BIN_DIR"), std::env::var_os("PATH"));
//! // One that lasts is that of `Options::persistent("data", search)`.
//! let cluster = Cluster::start(&Options::ephemeral(std::env::temp_dir(), search))?;
//! println!("{}", cluster.placement());
//! let access = cluster.access();
//! // Connect as `access.user()` with `access.password()` to `access.database()`, over the socket in
//! // `access.socket_dir()` with the number `access.port()`.
//! cluster.stop()
//! # }
//! ```
//!
//! Another process of the same data directory connects to the cluster while it runs with what
//! [`Cluster::access_running`] says.
//!
//! Everything of a cluster is in one folder, its home: `cluster` (PostgreSQL's own data directory),
//! `password` (the superuser's, mode 0600), `postgres.log`, `socket`, and the locks `lock` and
//! `running`.

mod access;
mod account;
mod cluster;
mod error;
mod find;
mod home;
mod lock;
mod options;
mod password;
mod placement;
mod postmaster;
mod settings;
mod wait;
mod watcher;

pub use access::Access;
pub use cluster::Cluster;
pub use error::EmbeddedPostgresError;
pub use find::SearchPath;
pub use options::{Kind, Options};
pub use placement::Placement;
