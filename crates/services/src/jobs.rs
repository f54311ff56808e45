//! Jobs: what is done beside requests from time to time, on one node at a time.
//!
//! Every node looks regularly whether a job is due. The one that claims its row in the database runs
//! it, as a lease: a node that dies loses it, and one that takes longer renews it between its steps.
//! A step has to be safe by itself, since a lease that ran out may be another's by now.
//!
//! To add one: a name in `authly_domain::jobs` with how often it is due, a migration that adds its
//! row, a [`Job`], and its place in the server's wiring.

mod clean_up;
mod lease;
mod runner;

use std::future::Future;
use std::pin::Pin;

use authly_domain::jobs::JobName;
use authly_repositories::DbError;

pub use clean_up::CleanUpJob;
pub use lease::Lease;
pub use runner::{JobReport, JobRunner};

use crate::keys::KeysError;

/// Why a run of a job failed.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// It took too long without a sign of life, and another run may have begun.
    #[error("the run has lost its lease")]
    LeaseLost,
    /// It panicked.
    #[error("the run panicked")]
    Panicked,
    /// The signing keys could not be made, opened or stored.
    #[error("the signing keys could not be moved on")]
    Keys(#[from] KeysError),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

/// A run on its way.
pub type JobFuture<'a> = Pin<Box<dyn Future<Output = Result<(), JobError>> + Send + 'a>>;

/// A look whether a job has anything to do.
pub type WantedFuture<'a> = Pin<Box<dyn Future<Output = Result<bool, DbError>> + Send + 'a>>;

/// Something that is done from time to time.
pub trait Job: Send + Sync {
    /// Which of the jobs it is.
    fn name(&self) -> JobName;

    /// Whether there may be anything to do. A job that is due often is not even claimed where there is
    /// nothing, so that a server without work writes nothing.
    fn is_wanted(&self) -> WantedFuture<'_> {
        Box::pin(std::future::ready(Ok(true)))
    }

    /// Does what is due now. What fails is tried again at the next run.
    fn run<'a>(&'a self, lease: &'a mut Lease) -> JobFuture<'a>;
}
