//! Calls that tell clients of the end of a session (OpenID Connect Back-Channel Logout 1.0).

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::clients::ClientId;
use crate::clock::Timestamp;
use crate::id::{ClientKey, LogoutCallId, SessionId};
use crate::keys::UnknownValue;
use crate::users::Subject;

/// For how long whoever makes a call keeps others from it: longer than a call may take. A node that dies
/// meanwhile loses it.
pub const CALL_LEASE: Duration = Duration::from_secs(15);

/// How long a logout token is good for, from the call that carries it on.
pub const TOKEN_LIFETIME: Duration = Duration::from_mins(2);

/// How long after it found no place a call is made: that is no attempt.
pub const BUSY_PAUSE: Duration = Duration::from_secs(1);

/// How long after each attempt that failed the next is made; after the last there is none.
const PAUSES: [Duration; 7] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(6),
];

/// When a call is made again that has failed so often; `None` where it is given up.
#[must_use]
pub fn next_attempt(attempts: i64, now: Timestamp) -> Option<Timestamp> {
    let before = usize::try_from(attempts.saturating_sub(1)).unwrap_or(0);
    PAUSES.get(before).map(|pause| now.plus(*pause))
}

/// Why a call did not reach its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallFailure {
    /// The host has no address that may be reached.
    ForbiddenAddress,
    /// No answer came.
    NoAnswer,
    /// It took too long.
    TimedOut,
    /// The answer was no success.
    Status(u16),
    /// The token could not be made: no key signs as the client wants it, or none of its keys can be
    /// encrypted to.
    NoToken,
}

impl fmt::Display for CallFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ForbiddenAddress => f.write_str("forbidden_address"),
            Self::NoAnswer => f.write_str("no_answer"),
            Self::TimedOut => f.write_str("timed_out"),
            Self::Status(status) => write!(f, "status_{status}"),
            Self::NoToken => f.write_str("no_token"),
        }
    }
}

impl FromStr for CallFailure {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        match text {
            "forbidden_address" => Ok(Self::ForbiddenAddress),
            "no_answer" => Ok(Self::NoAnswer),
            "timed_out" => Ok(Self::TimedOut),
            "no_token" => Ok(Self::NoToken),
            _ => {
                let status = text.strip_prefix("status_").ok_or(UnknownValue)?;
                let status = status.parse().map_err(|_source| UnknownValue)?;
                Ok(Self::Status(status))
            }
        }
    }
}

/// A call that somebody has begun to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BegunCall {
    /// Its key.
    pub id: LogoutCallId,
    /// The number of this attempt.
    pub attempt: i64,
    /// Whom it is for.
    pub client: ClientKey,
    /// Their name on the wire.
    pub client_id: ClientId,
    /// The version of their registration.
    pub client_version: i64,
    /// The session that has ended.
    pub session: SessionId,
    /// What the client calls the user.
    pub subject: Subject,
    /// Whether that is a name of its sector alone.
    pub is_pairwise: bool,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallState {
    /// It is made at this moment, or again.
    Waiting(Timestamp),
    /// It was given up at this moment.
    GivenUp(Timestamp),
}

/// A row of `logout_calls`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutCall {
    /// Its key.
    pub id: LogoutCallId,
    /// Whom it is for.
    pub client: ClientKey,
    /// Their name on the wire.
    pub client_id: ClientId,
    /// The session that has ended.
    pub session: SessionId,
    /// When it ended.
    pub created_at: Timestamp,
    /// How often the call was begun.
    pub attempts: i64,
    /// When and why it failed last.
    pub last_failure: Option<(Timestamp, CallFailure)>,
    /// What becomes of it.
    pub state: CallState,
    /// Whether its client wants to be told: one that is disabled or has no address for it is not called.
    pub is_wanted: bool,
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn pauses_grow_until_a_call_is_given_up() {
        let now = Timestamp::from_unix_seconds(1_800_000_000).unwrap();
        let mut pauses = Vec::new();
        let mut attempts = 1;
        while let Some(next) = next_attempt(attempts, now) {
            pauses.push(next.since(now));
            attempts += 1;
        }
        assert_eq!(attempts, 8);
        assert!(pauses.is_sorted());
        assert!(pauses.iter().sum::<Duration>() < Duration::from_hours(9));
        assert_eq!(next_attempt(i64::MAX, now), None);
    }

    #[test]
    fn failures_read_back_from_their_names() {
        for failure in [
            CallFailure::ForbiddenAddress,
            CallFailure::NoAnswer,
            CallFailure::TimedOut,
            CallFailure::Status(503),
            CallFailure::NoToken,
        ] {
            assert_eq!(failure.to_string().parse(), Ok(failure));
        }
        for text in ["", "status_", "status_70000", "status_x"] {
            assert_eq!(text.parse::<CallFailure>(), Err(UnknownValue), "{text}");
        }
    }
}
