//! PostgreSQL storage: one module per table family, concrete structs, no business rules.
//!
//! A [`Db`] is the pool. [`Db::connect`] borrows a connection; [`DbConn::begin`] opens a transaction
//! as a guard ([`UnitOfWork`]) and [`DbConn::reads`] runs single statements. Both lead to the same
//! repositories:
//!
//! ```
//! use authly_domain::clock::{Clock, SystemClock};
//! use authly_domain::scopes::ScopeRecord;
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! # let database = authly_testing::TestDatabase::create().await;
//! # let db = database.pool();
//! let now = SystemClock.now();
//! let mut notes = ScopeRecord {
//!     name: "notes:read".parse()?,
//!     description: "Read your notes".to_owned(),
//!     is_default: false,
//!     is_active: true,
//!     is_system: false,
//! };
//! let mut conn = db.connect().await?;
//! let work = conn.begin("scopes.add").await?;
//! work.scopes().upsert(&notes, now).await?;
//! work.commit().await?;
//! assert!(conn.reads().scopes().active().await?.contains(&notes));
//!
//! // What is not committed is rolled back.
//! notes.is_active = false;
//! let work = conn.begin("scopes.change").await?;
//! work.scopes().upsert(&notes, now).await?;
//! drop(work);
//! # drop(conn);
//! # let conn = db.connect().await?;
//! notes.is_active = true;
//! assert!(conn.reads().scopes().active().await?.contains(&notes));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How to add a repository
//!
//! 1. A migration for the table: see `migrations/README.md`.
//! 2. A module named after the feature, with a struct `Things<'u>` that holds a `Conn<'u>`.
//! 3. Each function holds its SQL as a `const` whose first line is `-- things.function`. Columns are
//!    listed, parameters are typed (`params`), time is a parameter, never `now()`.
//! 4. A row becomes a domain record through `row::Columns`: what we never write is
//!    [`DbError::Corrupt`], not a panic.
//! 5. Lookups answer `Option`, compare-and-set updates an outcome, never a count of rows.
//! 6. A line in the table of `unit_of_work`, and tests in `tests/it` on a real database.

/// Declares a repository: a struct over a connection.
macro_rules! repository {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name<'u> {
            conn: crate::conn::Conn<'u>,
        }

        impl<'u> $name<'u> {
            pub(crate) const fn new(conn: crate::conn::Conn<'u>) -> Self {
                Self { conn }
            }
        }
    };
}

pub mod audit;
pub mod authorizations;
pub mod clients;
mod conn;
pub mod consents;
mod db;
mod error;
pub mod grants;
pub mod idempotency;
pub mod jobs;
pub mod keys;
pub mod logout;
pub mod migrate;
mod params;
pub mod pooler;
pub mod refusals;
pub mod registration;
pub mod resource_servers;
mod row;
pub mod scopes;
pub mod sessions;
pub mod settings;
pub mod system;
pub mod throttle;
pub mod tokens;
mod unit_of_work;
pub mod users;
mod walk;

pub use conn::StatementMode;
pub use db::{Db, DbAddress, DbConn, PoolSettings, PoolState, TlsMode};
pub use error::DbError;
pub use unit_of_work::{Reads, UnitOfWork};
pub use walk::Step;
