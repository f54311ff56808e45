//! Clients and users with defaults that most tests want.

mod clients;
mod users;

pub use clients::{ClientFixture, REDIRECT_URI, TestClient};
pub use users::{PASSWORD, TestUser, UserFixture};
