//! Two example applications that use a running Authly server as anybody's applications would, with
//! libraries that know nothing of Authly.
//!
//! - [`relying_party`] lets its users log in at Authly and shows who they are.
//! - [`resource_server`] is an API that admits callers by their access tokens.
//!
//! Their settings and `main` are the files `relying_party.rs` and `resource_server.rs` beside this
//! folder; `walkthrough.sh` there asks the server with curl alone. All three fit `seed.toml`.

mod outgoing;
pub mod relying_party;
pub mod resource_server;
mod secret;

pub use outgoing::Outgoing;
pub use secret::{SecretError, client_secret};
