//! Panics in handlers: each is a fault of ours, answered and counted, and the process lives.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many requests have ended in a panic.
#[derive(Debug, Default)]
pub struct PanicCounter(AtomicU64);

impl PanicCounter {
    /// A counter at zero.
    #[must_use]
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// How many there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// One more.
    pub(super) fn note(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
