//! Places for what may keep us waiting: so many in all, and half of them at most for those together who
//! have kept us waiting when they had one last.

use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use authly_domain::clock::{Clock, Timestamp};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many slow ones are remembered, and how long: one that is forgotten takes places of others once,
/// until it has been slow again.
const MOST_SLOW: u64 = 10_000;
const SLOW_FOR: Duration = Duration::from_hours(12);

/// So many places, whoever they are for.
pub(super) struct Places<W> {
    all: Arc<Semaphore>,
    for_slow: Arc<Semaphore>,
    /// Who held a place for long when they had one last.
    slow: Cache<W, ()>,
    clock: Arc<dyn Clock>,
    /// From when on that is long.
    long: Duration,
}

/// A place that is taken. Who holds it for long is slow from then on.
pub(super) struct Place<W: Whose> {
    whose: W,
    taken_at: Timestamp,
    places: Arc<Places<W>>,
    _of_all: Option<OwnedSemaphorePermit>,
    _of_slow: Option<OwnedSemaphorePermit>,
}

/// What says for whom a place is.
pub(super) trait Whose: Clone + Hash + Eq + Send + Sync + 'static {}
impl<W: Clone + Hash + Eq + Send + Sync + 'static> Whose for W {}

impl<W: Whose> Places<W> {
    pub(super) fn new(count: usize, long: Duration, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            all: Arc::new(Semaphore::new(count)),
            for_slow: Arc::new(Semaphore::new((count / 2).max(1))),
            slow: Cache::builder()
                .max_capacity(MOST_SLOW)
                .time_to_live(SLOW_FOR)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            clock,
            long,
        })
    }

    /// Takes a place, as soon as there is one.
    pub(super) async fn take(self: &Arc<Self>, whose: W) -> Place<W> {
        let of_slow = if self.slow.contains_key(&whose) {
            Arc::clone(&self.for_slow).acquire_owned().await.ok()
        } else {
            None
        };
        let of_all = Arc::clone(&self.all).acquire_owned().await.ok();
        Place {
            whose,
            taken_at: self.clock.now(),
            places: Arc::clone(self),
            _of_all: of_all,
            _of_slow: of_slow,
        }
    }
}

impl<W: Whose> Place<W> {
    /// Gives it back after an answer, of whatever kind: who has answered soon is slow no more.
    pub(super) fn settle(self) {
        if !self.was_long() {
            self.places.slow.invalidate(&self.whose);
        }
    }

    fn was_long(&self) -> bool {
        self.places.clock.now().since(self.taken_at) >= self.places.long
    }
}

impl<W: Whose> Drop for Place<W> {
    fn drop(&mut self) {
        if self.was_long() {
            self.places.slow.insert(self.whose.clone(), ());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Mutex;

    use authly_domain::clock::Timestamp;
    use futures_util::FutureExt as _;

    use super::*;

    struct HandMoved(Mutex<Timestamp>);

    impl Clock for HandMoved {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }
    }

    const LONG: Duration = Duration::from_secs(2);

    fn clock() -> Arc<HandMoved> {
        let begin = Timestamp::from_unix_seconds(1_800_000_000).unwrap();
        Arc::new(HandMoved(Mutex::new(begin)))
    }

    fn pass(clock: &HandMoved, span: Duration) {
        let mut now = clock.0.lock().unwrap();
        *now = now.plus(span);
    }

    #[test]
    fn who_held_a_place_for_long_shares_half_of_them_until_the_next_answer_comes_soon() {
        let clock = clock();
        let places = Places::new(4, LONG, clock.clone());
        let take = |whose: &'static str| places.take(whose).now_or_never();
        let first = take("slow").unwrap();
        let other = take("slow too").unwrap();
        pass(&clock, LONG);
        // One is dropped without an answer, the other has one at last.
        drop(first);
        other.settle();

        let one = take("slow").unwrap();
        let two = take("slow too").unwrap();
        assert!(take("slow").is_none());
        let quick = [take("quick").unwrap(), take("quick").unwrap()];
        assert!(take("quick").is_none(), "there are four in all");
        drop(quick);
        // Who is given up soon has not answered.
        drop(one);
        two.settle();
        let held: Vec<_> = (0..4).map_while(|_| take("slow")).collect();
        assert_eq!(held.len(), 2);
        drop(held);
        let held: Vec<_> = (0..5).map_while(|_| take("slow too")).collect();
        assert_eq!(held.len(), 4);
    }

    #[test]
    fn of_slow_ones_that_wait_nobody_else_waits() {
        let clock = clock();
        let places = Places::new(2, LONG, clock.clone());
        let take = |whose: &'static str| places.take(whose);
        let first = take("slow").now_or_never().unwrap();
        pass(&clock, LONG);
        drop(first);
        let _held = take("slow").now_or_never().unwrap();
        let mut waiting = pin!(take("slow"));
        assert!(waiting.as_mut().now_or_never().is_none());
        assert!(take("quick").now_or_never().is_some());
    }
}
