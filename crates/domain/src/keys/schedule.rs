//! When keys change from phase to phase.

use std::time::Duration;

use super::{KeyId, KeyPhase, SigningAlgorithm, SigningKeyRecord};
use crate::clock::Timestamp;

/// How long callers may keep the published key set (decisions 9).
pub const KEY_SET_MAX_AGE: Duration = Duration::from_mins(15);

/// The shortest time for which a key may be announced: twice as long as copies of the key set live.
/// The other half is for nodes that have not noticed yet, and for clocks that differ a little.
pub const LEAST_ANNOUNCEMENT: Duration = Duration::from_mins(30);

/// The longest that an access token or an ID token may live, whatever the settings say: so long a
/// retiring key stays published, since the settings of a while ago may have been other ones.
pub const LONGEST_SIGNED_TOKEN: Duration = Duration::from_hours(24);

/// How much longer than the last token it signed a retiring key stays published: other nodes sign
/// with it until they notice, and clocks differ a little.
const RETIREMENT_MARGIN: Duration = Duration::from_mins(1);

/// How long keys stay in their phases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeySchedule {
    /// How long a key is published before it signs.
    pub announced_for: Duration,
    /// How long a key signs.
    pub active_for: Duration,
    /// How long the longest-lived token lives that a key signs.
    pub longest_token: Duration,
}

/// A step of a key into its next phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyChange {
    /// No key of this algorithm signs, and none waits: make one that signs at once.
    Begin(SigningAlgorithm),
    /// Make a key that is published now and will sign later.
    Announce(SigningAlgorithm),
    /// The announced key signs from now on, and the one that did retires.
    Promote(SigningAlgorithm),
    /// The last token that this retiring key signed has expired: publish it no more.
    LetGo(KeyId),
}

impl KeySchedule {
    /// How long a key stays published after it has ceased to sign.
    #[must_use]
    pub fn retiring_for(&self) -> Duration {
        self.longest_token.saturating_add(RETIREMENT_MARGIN)
    }

    /// Which keys change at `now`. Nothing is announced for less than its time, however late the
    /// schedule is: the key that signs then signs for longer.
    #[must_use]
    pub fn due(&self, keys: &[SigningKeyRecord], now: Timestamp) -> Vec<KeyChange> {
        let by_algorithm = SigningAlgorithm::ALL.into_iter().filter_map(|algorithm| {
            let keys = || keys.iter().filter(|key| key.algorithm == algorithm);
            let active_since = keys().find_map(|key| match key.phase {
                KeyPhase::Active { since } => Some(since),
                _ => None,
            });
            let announced = keys().find(|key| key.phase == KeyPhase::Announced);
            self.due_for(
                algorithm,
                active_since,
                announced.map(|key| key.created_at),
                now,
            )
        });
        let past = keys.iter().filter(|key| match key.phase {
            KeyPhase::Retiring { .. } => !key.phase.is_published(now, self.retiring_for()),
            _ => false,
        });
        by_algorithm
            .chain(past.map(|key| KeyChange::LetGo(key.kid.clone())))
            .collect()
    }

    fn due_for(
        &self,
        algorithm: SigningAlgorithm,
        active_since: Option<Timestamp>,
        announced_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<KeyChange> {
        match (active_since, announced_at) {
            (None, None) => Some(KeyChange::Begin(algorithm)),
            (None, Some(_)) => Some(KeyChange::Promote(algorithm)),
            (Some(since), None) => {
                let next_signs_at = now.plus(self.announced_for);
                (next_signs_at >= since.plus(self.active_for))
                    .then_some(KeyChange::Announce(algorithm))
            }
            (Some(since), Some(announced_at)) => {
                let is_known = now >= announced_at.plus(self.announced_for);
                (is_known && now >= since.plus(self.active_for))
                    .then_some(KeyChange::Promote(algorithm))
            }
        }
    }
}

#[cfg(test)]
mod tests;
