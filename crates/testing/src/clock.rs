//! A clock that stands still until it is told otherwise.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use authly_domain::clock::{Clock, Timestamp};

/// 2026-06-01T12:00:00Z: when each test begins. The signing keys were made a month before.
const BEGINNING: i64 = 1_780_315_200;

/// The moment at which each test begins.
#[must_use]
pub fn beginning() -> Timestamp {
    Timestamp::from_unix_seconds(BEGINNING).expect("the moment is in the calendar")
}

/// A clock that stands still until it is advanced. Clones show the same time.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<Timestamp>>);

impl ManualClock {
    /// A clock that shows the [`beginning`].
    #[must_use]
    pub fn new() -> Self {
        Self::at(beginning())
    }

    /// A clock that shows this moment.
    #[must_use]
    pub fn at(moment: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(moment)))
    }

    /// Lets time pass.
    pub fn advance(&self, span: Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.plus(span);
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
