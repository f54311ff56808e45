//! An API that admits callers by access tokens of Authly: a resource server of OAuth.
//!
//! [`Tokens`] checks a token in one of two ways: [`local`] verifies its signature and asks nobody,
//! so that a revoked token works until it expires; [`introspection`] asks the server each time.
//! `bearer` refuses as RFC 6750 says, `routes` is the API.

mod bearer;
pub mod introspection;
pub mod keys;
pub mod local;
pub mod metadata;
mod routes;
mod tokens;

pub use routes::server;
pub use tokens::{Caller, TokenError, Tokens};
