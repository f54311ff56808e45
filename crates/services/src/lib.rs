//! What Authly decides: which checks come in which order, what goes into one transaction, and what
//! follows.
//!
//! A **service** is a struct that holds its collaborators and has one method for each thing that is
//! asked of it. It gets values that `http` has parsed, applies the rules of `authly_domain`, reads
//! and writes through `authly_repositories`, and answers with values of its own or an error that
//! names the reason. It knows no request, header or status code.
//!
//! **Transactions** are opened and committed here, never below: a line `work.commit()` ends each.
//! Nothing slow (bcrypt, HTTP, rendering) happens while one is open.
//!
//! To add one: a method that decides something, an error enum without a catch-all, a test on a real
//! database in `tests/it`.

pub mod assembly;
pub mod authorizations;
pub mod bootstrap;
pub mod clients;
pub mod context;
pub mod demo;
pub mod discovery;
pub mod health;
pub mod idempotency;
pub mod jobs;
pub mod keys;
pub mod metrics;
pub mod policy;
pub mod ports;
pub mod seed;
pub mod sessions;
mod throttle;
pub mod tokens;
pub mod userinfo;

pub use assembly::{Foundation, Services};
pub use context::Context;
