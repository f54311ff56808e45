//! The time between being told to stop and stopping.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the server is about to stop. Everything is answered still, but `/health/ready` says that
/// requests should go elsewhere, and each answer ends its connection, so that the next request of
/// whoever holds it open goes there too.
#[derive(Debug, Default)]
pub struct Drain(AtomicBool);

impl Drain {
    /// From now on the server is about to stop.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is.
    pub(crate) fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
