//! The test harness: a database for each test, the services on it or a whole server, callers as
//! values.
//!
//! ```
//! use authly_testing::TestServices;
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let services = TestServices::start().await;
//! let client = services.client().public().create().await;
//! let alice = services.user("alice").create().await;
//! assert_eq!(services.stored().grants_of(&client.id).await, []);
//! # });
//! ```
//!
//! For integration tests alone: a crate whose unit tests used this would be compiled twice, and its
//! types would differ from themselves.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a test that cannot be set up has failed, and says why here"
)]

pub mod address;
pub mod administrators;
pub mod answer;
mod app;
pub mod browser;
pub mod clock;
pub mod database;
pub mod entropy;
pub mod envelope;
pub mod fixtures;
pub mod flows;
pub mod passwords;
pub mod policies;
pub mod recipient;
pub mod rp;
pub mod runtime;
mod services;
mod setup;
pub mod signer;
pub mod stored;
pub mod stranger;

pub use app::TestApp;
pub use database::TestDatabase;
pub use services::TestServices;
pub use setup::Setup;
pub use stranger::Stranger;
