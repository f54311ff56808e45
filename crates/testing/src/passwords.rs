//! Password hashes that cost next to nothing.

use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};

use authly_crypto::password::{PasswordHasher, PasswordHasherSettings};

/// The least cost that bcrypt knows.
pub const COST: u32 = 4;

/// The hasher of all tests that need no other.
#[must_use]
pub fn hasher() -> Arc<PasswordHasher> {
    static HASHER: OnceLock<Arc<PasswordHasher>> = OnceLock::new();
    Arc::clone(HASHER.get_or_init(|| hasher_with(2, 10_000)))
}

/// A hasher with this many threads and places to wait.
#[must_use]
pub fn hasher_with(threads: usize, queue: usize) -> Arc<PasswordHasher> {
    start(PasswordHasherSettings {
        threads: NonZeroUsize::new(threads).expect("at least one thread"),
        queue: NonZeroUsize::new(queue).expect("at least one place"),
        cost: COST,
    })
}

/// A hasher whose hashes cost something, as a real server's do.
#[must_use]
pub fn hasher_of_cost(cost: u32) -> Arc<PasswordHasher> {
    start(PasswordHasherSettings {
        threads: NonZeroUsize::MIN,
        queue: NonZeroUsize::MIN,
        cost,
    })
}

fn start(settings: PasswordHasherSettings) -> Arc<PasswordHasher> {
    Arc::new(PasswordHasher::start(settings).expect("the system gives threads"))
}
