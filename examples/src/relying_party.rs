//! A web application whose users log in at Authly: a relying party of OpenID Connect.
//!
//! It keeps nothing but sessions in memory. [`login`] is all of OpenID Connect that it needs;
//! `routes` is the web application around it.

mod error;
pub mod login;
pub mod notes;
mod page;
mod routes;
mod shelf;
pub mod step_up;

pub use error::LoginError;
pub use routes::server;
