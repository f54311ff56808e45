//! What was measured, for whoever runs the tests with `--nocapture`.

use std::fmt::Display;
use std::io::Write as _;
use std::time::Duration;

/// Says something about a test that went well.
pub(crate) fn report(text: impl Display) {
    // Nobody may be listening.
    let _ = writeln!(std::io::stderr(), "resilience: {text}");
}

/// The one in the middle.
pub(crate) fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
