//! Keys of ours that clients encrypt to: one is published at a time.

use std::time::Duration;

use super::{KeyId, KeySchedule, SealedKey};
use crate::clock::Timestamp;

/// How long a key that was replaced opens what was encrypted to it: some clients keep a copy of the key set
/// for longer than they are told.
pub const OPENS_AFTER_REPLACEMENT: Duration = Duration::from_hours(24);

/// A row of `encryption_keys`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptionKeyRecord {
    /// Its `kid`.
    pub kid: KeyId,
    /// The public JWK as JSON text, with `kid` and `use`.
    pub public_jwk: String,
    /// The private JWK, sealed.
    pub sealed_private_key: SealedKey,
    /// When it was made and published.
    pub created_at: Timestamp,
    /// Since when another one is published in its place.
    pub replaced_at: Option<Timestamp>,
}

/// A step in the life of these keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EncryptionKeyChange {
    /// Publish a new key, in the place of the one that is, if there is one.
    Publish,
    /// Forget a key: nothing is opened with it any more.
    Forget(KeyId),
}

impl KeySchedule {
    /// Which keys that clients encrypt to change at `now`: a key is published for as long as one signs.
    #[must_use]
    pub fn encryption_due(
        &self,
        keys: &[EncryptionKeyRecord],
        now: Timestamp,
    ) -> Vec<EncryptionKeyChange> {
        let is_published = |key: &EncryptionKeyRecord| {
            key.replaced_at.is_none() && now < key.created_at.plus(self.active_for)
        };
        let publish = (!keys.iter().any(is_published)).then_some(EncryptionKeyChange::Publish);
        let past = keys.iter().filter(|key| {
            let until = key.replaced_at.map(|at| at.plus(OPENS_AFTER_REPLACEMENT));
            until.is_some_and(|until| now >= until)
        });
        let forget = past.map(|key| EncryptionKeyChange::Forget(key.kid.clone()));
        publish.into_iter().chain(forget).collect()
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    const DAY: u64 = 24;

    fn after(hours: u64) -> Timestamp {
        let beginning = Timestamp::from_unix_seconds(1_800_000_000).unwrap();
        beginning.plus(Duration::from_hours(hours))
    }

    fn key(kid: &str, created_at: u64, replaced_at: Option<u64>) -> EncryptionKeyRecord {
        EncryptionKeyRecord {
            kid: KeyId::new(kid.to_owned()),
            public_jwk: String::new(),
            sealed_private_key: SealedKey {
                master_key_id: String::new(),
                ciphertext: Vec::new(),
            },
            created_at: after(created_at),
            replaced_at: replaced_at.map(after),
        }
    }

    fn due(keys: &[EncryptionKeyRecord], hours: u64) -> Vec<EncryptionKeyChange> {
        let schedule = KeySchedule {
            announced_for: Duration::from_hours(DAY),
            active_for: Duration::from_hours(10 * DAY),
            longest_token: Duration::from_hours(1),
        };
        schedule.encryption_due(keys, after(hours))
    }

    #[test]
    fn one_key_is_published_and_replaced_when_it_is_old() {
        let publish = [EncryptionKeyChange::Publish];
        assert_eq!(due(&[], 0), publish);
        let young = [key("a", 0, None)];
        assert_eq!(due(&young, 10 * DAY - 1), []);
        assert_eq!(due(&young, 10 * DAY), publish);
    }

    #[test]
    fn a_key_that_was_replaced_opens_for_another_day() {
        let keys = [key("old", 0, Some(5)), key("new", 5, None)];
        assert_eq!(due(&keys, 5 + DAY - 1), []);
        let forget = EncryptionKeyChange::Forget(KeyId::new("old".to_owned()));
        assert_eq!(due(&keys, 5 + DAY), [forget]);
    }
}
