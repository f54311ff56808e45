//! Resource servers: the APIs that tokens are for.
//!
//! Every node holds all of them in memory ([`ResourceRegistry`]), so that issuing a token asks nothing
//! more of the database. A node looks once a second whether they have changed (decisions 1), and once
//! more before it refuses: what was registered or enabled elsewhere works at once, and what was disabled
//! ends within two seconds.

mod admin;
mod registry;

pub use admin::{InUse, ResourceServerAdmin, ResourceServerAdminError, ServerAim, ServerOrdered};
pub use registry::ResourceRegistry;
