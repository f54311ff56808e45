//! Waiting for what has to happen.

use std::time::{Duration, Instant};

/// How long anything may take. Only a test that fails gets there.
const DEADLINE: Duration = Duration::from_mins(2);
/// How often it is looked at.
const TICK: Duration = Duration::from_millis(5);

/// Waits until `look` finds something, and answers that and how long it took.
pub(crate) async fn until<T>(
    what: &str,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> (T, Duration) {
    let began = Instant::now();
    let mut ticks = tokio::time::interval(TICK);
    loop {
        ticks.tick().await;
        if let Some(found) = look().await {
            return (found, began.elapsed());
        }
        assert!(began.elapsed() < DEADLINE, "it never came to pass: {what}");
    }
}
