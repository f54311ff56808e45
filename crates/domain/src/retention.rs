//! How long rows stay after what they stand for is over.
//!
//! What is removed makes no difference to any answer: a row goes when every rule refuses whatever is
//! presented for it, just as if it were not there. What people look back at (the audit trail) and
//! what they decided (consents, users, clients) is not over by itself and stays.

use std::time::Duration;

use crate::clock::Timestamp;

/// How long everything stays beyond its end. The clocks of two nodes may differ a little, and what
/// began before the end may still be under way after it.
pub const MARGIN: Duration = Duration::from_mins(5);

/// How long a code stays beyond its end, redeemed or not. A replay (OAuth 2.1 §4.1.3) comes within
/// minutes: the code was seen on its way through the browser, and two parties race to redeem it. A
/// day leaves room for a client that retries from a queue. Later, a code is refused like any text
/// that never was one, and its grant lives on, as it would without the replay.
pub const CODE_KEPT_FOR: Duration = Duration::from_hours(24);

/// How long the public half of a key stays that signs and verifies nothing any more but an
/// `id_token_hint` (decisions 13); one that was revoked not even that.
pub const PAST_KEY_KEPT_FOR: Duration = Duration::from_hours(365 * 24);

/// How long a call that was given up can be made again: afterwards nobody has that session any more.
pub const LOGOUT_CALL_KEPT_FOR: Duration = Duration::from_hours(30 * 24);

/// How long it is kept why a request was refused: long enough for whoever asks about it after a
/// weekend.
pub const REFUSAL_KEPT_FOR: Duration = Duration::from_hours(7 * 24);

/// How often it is noted that a client is used which has registered itself.
pub const USE_NOTED_EVERY: Duration = Duration::from_hours(1);

/// What is over at one moment: each is the latest time of its kind that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cutoffs {
    /// The end of a request, a token, a session, a grant or the window of a throttle.
    pub ended: Timestamp,
    /// The end of an answer that is kept for a repetition of its request: at once, since whatever it
    /// holds was never meant to be kept.
    pub answers: Timestamp,
    /// The end of a code.
    pub codes: Timestamp,
    /// The beginning of a grant: an older one gives no tokens any more.
    pub grants: Timestamp,
    /// Since when a key has been gone or revoked.
    pub keys: Timestamp,
    /// The end of a session of which clients are still to be told.
    pub logout_calls: Timestamp,
    /// When a request was refused.
    pub refusals: Timestamp,
}

impl Cutoffs {
    /// What is over at `now`, when grants give tokens for `longest_grant`.
    #[must_use]
    pub fn at(now: Timestamp, longest_grant: Duration) -> Self {
        let ended = now.minus(MARGIN);
        Self {
            ended,
            answers: now,
            codes: now.minus(CODE_KEPT_FOR),
            grants: ended.minus(longest_grant),
            keys: now.minus(PAST_KEY_KEPT_FOR),
            logout_calls: now.minus(LOGOUT_CALL_KEPT_FOR),
            refusals: now.minus(REFUSAL_KEPT_FOR),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_over_after_its_own_time() {
        let now = Timestamp::from_unix_seconds(1_000_000_000).unwrap();
        let ago = |seconds: i64| Timestamp::from_unix_seconds(1_000_000_000 - seconds).unwrap();
        let expected = Cutoffs {
            ended: ago(300),
            answers: now,
            codes: ago(86_400),
            grants: ago(300 + 3_600),
            keys: ago(365 * 86_400),
            logout_calls: ago(30 * 86_400),
            refusals: ago(7 * 86_400),
        };
        assert_eq!(Cutoffs::at(now, Duration::from_hours(1)), expected);
    }
}
