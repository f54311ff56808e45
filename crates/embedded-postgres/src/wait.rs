//! Waiting for processes, which report nothing that could be waited on.

use std::time::{Duration, Instant};

/// How often is looked.
const PAUSE: Duration = Duration::from_millis(4);

/// Asks again and again until `look` has an answer. `None` after `limit`.
pub(crate) fn until<T, E>(
    limit: Duration,
    mut look: impl FnMut() -> Result<Option<T>, E>,
) -> Result<Option<T>, E> {
    let started = Instant::now();
    loop {
        if let Some(answer) = look()? {
            return Ok(Some(answer));
        }
        if started.elapsed() >= limit {
            return Ok(None);
        }
        pause();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "another program's file and a process that is no child of ours have to be polled"
)]
fn pause() {
    std::thread::sleep(PAUSE);
}
