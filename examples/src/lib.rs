//! Example applications.
//!
//! Three use a running Authly server as anybody's applications would, with libraries that know nothing
//! of Authly:
//!
//! - [`relying_party`] lets its users log in at Authly and shows who they are.
//! - [`resource_server`] is an API that admits callers by their access tokens.
//! - [`nightly_report`] is a service without users that calls that API in its own name.
//!
//! One is for Rust teams who link our crates: [`embedded_server`] is an application with Authly
//! inside.
//!
//! Their settings and `main` are the files of the same names beside this folder; `walkthrough.sh`
//! there asks the server with curl alone. All of them fit `seed.toml`.

mod complaint;
pub mod embedded_server;
pub mod nightly_report;
mod outgoing;
pub mod relying_party;
pub mod resource_server;
mod secret;

pub use complaint::Complaint;
pub use outgoing::Outgoing;
pub use secret::{SecretError, client_secret};
