//! Authly inside another actix application, by its crates: one process, one listener, the
//! application's own pages beside the authorization server.
//!
//! [`authorization`] opens a database and puts the services together; [`server`] mounts the endpoints
//! below `/auth` of an application that greets the holders of its tokens.

pub mod authorization;
mod routes;

pub use authorization::{Authorization, OpenError};
pub use routes::server;
