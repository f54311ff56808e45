//! The key ring that a whole server uses, replaced in one step.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::KeyRing;

/// The present key ring. Readers never wait: who has loaded one keeps it until the end of what they
/// are doing, and the next load gives the new one.
#[derive(Debug)]
pub struct SharedKeyRing(ArcSwap<KeyRing>);

impl SharedKeyRing {
    /// Begins with this key ring.
    #[must_use]
    pub fn new(ring: KeyRing) -> Self {
        Self(ArcSwap::from_pointee(ring))
    }

    /// The present key ring.
    #[must_use]
    pub fn load(&self) -> Arc<KeyRing> {
        self.0.load_full()
    }

    /// Puts another in its place.
    pub fn replace(&self, ring: KeyRing) {
        self.0.store(Arc::new(ring));
    }
}
