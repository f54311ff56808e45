//! Attempts of one guesser take turns at a node.
//!
//! An attempt is counted before it is tried. Right ones that come at the same time would fill the
//! counter before the first of them is forgiven, so they wait for one another here. Only a part of
//! what is let through goes at once, so that several nodes together stay below it as well. Whether
//! an attempt may be tried is for the counter alone to say: what is forgotten here costs no more than
//! a needless wait.

use std::sync::Arc;
use std::time::Duration;

use authly_domain::secret::SecretDigest;
use authly_repositories::throttle::Counter;
use moka::sync::Cache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The most lines that are kept.
const CAPACITY: u64 = 100_000;
/// How long one is kept that nobody stands in.
const IDLE: Duration = Duration::from_mins(1);
/// One in so many of the attempts that are let through goes at once.
const SHARE: u32 = 4;

/// Lines of attempts, one for each counter. Cheap to clone.
#[derive(Clone)]
pub(super) struct Turns(Cache<SecretDigest, Arc<Semaphore>>);

/// The right to go on; dropping it lets the next one go. `None` stands for a line that was closed,
/// which none ever is.
pub(super) type Turn = Option<OwnedSemaphorePermit>;

impl Turns {
    pub(super) fn new() -> Self {
        let lines = Cache::builder().max_capacity(CAPACITY).time_to_idle(IDLE);
        Self(lines.build())
    }

    /// Waits until it is this attempt's turn.
    pub(super) async fn take(&self, counter: &Counter) -> Turn {
        let at_once = (counter.rule.attempts / SHARE).max(1);
        let line = self.0.get_with(counter.key, || {
            let places = usize::try_from(at_once).unwrap_or(Semaphore::MAX_PERMITS);
            Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS)))
        });
        line.acquire_owned().await.ok()
    }
}

#[cfg(test)]
mod tests {
    use authly_crypto::opaque::digest;
    use authly_domain::throttle::{ThrottleKind, ThrottleRule};

    use super::*;

    fn counter(name: &str, attempts: u32) -> Counter {
        Counter {
            account: None,
            kind: ThrottleKind::LoginDevice,
            key: digest(name),
            rule: ThrottleRule::per_quarter_hour(attempts),
        }
    }

    /// Whether somebody who came now would go on at once.
    fn is_free(turns: &Turns, counter: &Counter) -> bool {
        let coming = std::pin::pin!(turns.take(counter));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        coming.poll(&mut context).is_ready()
    }

    #[tokio::test]
    async fn a_quarter_of_what_is_let_through_goes_at_once_and_at_least_one() {
        for (attempts, at_once) in [(1, 1), (5, 1), (10, 2), (1_000, 250)] {
            let (turns, counter) = (Turns::new(), counter("alice", attempts));
            let mut held = Vec::new();
            while is_free(&turns, &counter) {
                held.push(turns.take(&counter).await);
            }
            assert_eq!(held.len(), at_once);
            held.pop();
            assert!(is_free(&turns, &counter));
        }
    }

    #[tokio::test]
    async fn others_have_lines_of_their_own() {
        let turns = Turns::new();
        let _turn = turns.take(&counter("alice", 1)).await;
        assert!(!is_free(&turns, &counter("alice", 1)));
        assert!(is_free(&turns, &counter("bob", 1)));
    }
}
