//! Values kept for one browser each, under a random number that only its cookie holds.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use openidconnect::CsrfToken;

/// How many values are kept; beyond that the oldest goes.
const CAPACITY: usize = 10_000;

/// In memory, so that a restart forgets everyone: a real application would use its database.
#[derive(Debug)]
pub(super) struct Shelf<T> {
    lifetime: Duration,
    values: Mutex<HashMap<String, (Instant, T)>>,
}

impl<T> Shelf<T> {
    pub(super) fn new(lifetime: Duration) -> Self {
        Self {
            lifetime,
            values: Mutex::default(),
        }
    }

    pub(super) const fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// Keeps a value and returns the number under which it is found.
    pub(super) fn put(&self, value: T) -> String {
        let mut values = self.values();
        values.retain(|_, (since, _)| since.elapsed() < self.lifetime);
        if values.len() >= CAPACITY {
            let oldest = values.iter().min_by_key(|(_, (since, _))| *since);
            let oldest = oldest.map(|(number, _)| number.clone());
            oldest.map(|number| values.remove(&number));
        }
        // 128 random bits, by the random source that the library has anyway.
        let number = CsrfToken::new_random().into_secret();
        values.insert(number.clone(), (Instant::now(), value));
        number
    }

    /// Takes the value away.
    pub(super) fn take(&self, number: &str) -> Option<T> {
        let (since, value) = self.values().remove(number)?;
        (since.elapsed() < self.lifetime).then_some(value)
    }

    /// Looks at the value where it is.
    pub(super) fn look<R>(&self, number: &str, at: impl FnOnce(&T) -> R) -> Option<R> {
        let values = self.values();
        let (since, value) = values.get(number)?;
        (since.elapsed() < self.lifetime).then(|| at(value))
    }

    fn values(&self) -> MutexGuard<'_, HashMap<String, (Instant, T)>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_number_and_taken_once() {
        let shelf = Shelf::new(Duration::from_mins(1));
        let number = shelf.put("value");

        assert_eq!(shelf.look(&number, |value| value.len()), Some(5));
        assert_eq!(shelf.take("another"), None);
        assert_eq!(shelf.take(&number), Some("value"));
        assert_eq!(shelf.take(&number), None);
    }

    #[test]
    fn a_value_whose_time_is_over_is_gone() {
        let shelf = Shelf::new(Duration::ZERO);
        let number = shelf.put("value");

        assert_eq!(shelf.look(&number, |_| ()), None);
        assert_eq!(shelf.take(&number), None);
    }
}
