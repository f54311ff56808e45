//! Seeds: scopes, resource servers, users and clients from a file, for demos, tests and first installations. What is
//! listed replaces, what is absent stays, nothing is removed (decisions 34).

mod apply;
mod check;
mod clients;
mod document;
mod profile;
mod servers;

use authly_crypto::password::PasswordError;
use authly_repositories::DbError;

pub use apply::{SeedReport, Seeder};
pub use document::{
    Seed, SeedAddress, SeedClient, SeedResourceServer, SeedScope, SeedSecret, SeedUser,
};

/// Why a seed is not applied. Nothing of it is stored then.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// Some of it is wrong: all that is, each with its place.
    #[error("the seed has {} problem(s): {}", .0.len(), .0.join("; "))]
    Problems(Vec<String>),
    /// A password cannot be hashed.
    #[error("a password could not be hashed")]
    Password(#[from] PasswordError),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}
