//! The services on a real PostgreSQL: what is stored and refused, in which order, in how many round
//! trips, and what happens when everybody comes at once.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod audit;
mod authorizations;
mod bootstrap;
mod budgets;
mod clients;
mod flow;
mod grants;
mod health;
mod idempotency;
mod jobs;
mod keys;
mod pooler;
mod refusals;
mod resource_servers;
mod scopes;
mod seed;
mod sessions;
mod tokens;
mod users;
