//! What is said to the person at the terminal. Everything else goes to the log.

use std::fmt::Display;
use std::io::{Write, stderr, stdout};

/// Says something on standard output. Nobody may be listening there, which is no failure.
pub(crate) fn say(text: impl Display) {
    let _ = writeln!(stdout(), "{text}");
}

/// Says on standard error what failed.
pub(crate) fn complain(text: impl Display) {
    let _ = writeln!(stderr(), "authly-server: {text}");
}
