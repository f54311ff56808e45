//! How a command ends.

use std::process::ExitCode;

/// The exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Ok = 0,
    /// The server refused, is not healthy or is none of ours; the person said no; or the result
    /// could not be written.
    Refused = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// Nobody is logged in, or not any more.
    NotLoggedIn = 3,
    /// The server cannot be reached, or cannot answer now.
    Unreachable = 4,
    /// What is there is not what the configuration says.
    Drift = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
