//! The repositories on a real PostgreSQL: every statement, with prepared and with unnamed statements.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

/// Declares a test of each name for both ways of sending statements. Each is a function beside it
/// that takes a `World`.
macro_rules! in_both_modes {
    ($($name:ident,)+) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread")]
            async fn prepared() {
                let mode = authly_repositories::StatementMode::Prepared;
                super::$name(crate::world::World::new(mode).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn unnamed() {
                let mode = authly_repositories::StatementMode::Unnamed;
                super::$name(crate::world::World::new(mode).await).await;
            }
        }
    )+};
}

mod audit;
mod authorizations;
mod clients;
mod consents;
mod db;
mod family;
mod grants;
mod idempotency;
mod jobs;
mod keys;
mod logout;
mod migrate;
mod outage;
mod plans;
mod pooler;
mod records;
mod refusals;
mod resource_servers;
mod scopes;
mod sessions;
mod spoil;
mod system;
mod throttle;
mod tls;
mod tokens;
mod unit_of_work;
mod users;
mod walk;
mod world;
