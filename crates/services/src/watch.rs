//! Looking for what other nodes have changed.

use std::error::Error;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

/// How often a node looks (decisions 1).
pub(crate) const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Looks for ever, once a second. Of failures in a row the first is said, as `complaint`.
pub(crate) async fn watch<F, E>(complaint: &'static str, look: impl Fn() -> F)
where
    F: Future<Output = Result<(), E>>,
    E: Error + 'static,
{
    let mut ticks = interval(POLL_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut has_failed = false;
    loop {
        ticks.tick().await;
        match look().await {
            Ok(()) => has_failed = false,
            Err(_) if has_failed => {}
            Err(error) => {
                has_failed = true;
                let error: &dyn Error = &error;
                tracing::warn!(error, "{complaint}");
            }
        }
    }
}
