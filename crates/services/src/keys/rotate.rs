//! An emergency: other keys have to sign, now.

use authly_domain::clock::Timestamp;
use authly_domain::keys::{KeyPhase, SigningAlgorithm, SigningKeyRecord};

use super::changes::{make_keys, note_rotation};
use super::{KeyService, KeysError};

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The `kid` of each key that signs from now on, by algorithm.
    pub active: Vec<(SigningAlgorithm, String)>,
    /// When the last of them was first published: clients that hold a key set older than this do
    /// not know it yet and will fetch it when they meet its `kid`.
    pub published_since: Option<Timestamp>,
}

impl KeyService {
    /// Replaces the keys of all algorithms at once: the announced ones sign from now on, and where
    /// none is announced a new one. Those that signed retire. Other nodes notice within two seconds,
    /// and the schedule goes on from here.
    ///
    /// # Errors
    /// When keys cannot be made, or storage fails: then nothing has changed.
    pub async fn rotate(&self) -> Result<Rotation, KeysError> {
        let context = &self.context;
        let now = context.now();
        let all = SigningAlgorithm::ALL;
        let new = make_keys(context, &self.master, now, all.to_vec()).await?;

        let mut conn = context.db.connect().await?;
        let work = conn.begin("keys.rotate").await?;
        work.keys().lock_and_bump().await?;
        let announced = of_phase(&work.keys().all().await?, KeyPhase::Announced.as_str());
        let is_announced = |key: &SigningKeyRecord| {
            let same = |other: &SigningKeyRecord| other.algorithm == key.algorithm;
            announced.iter().any(same)
        };
        work.keys().retire(&all, now).await?;
        work.keys().activate_announced(&all, now).await?;
        for key in new.into_iter().filter(|key| !is_announced(key)) {
            let phase = KeyPhase::Active { since: now };
            let key = SigningKeyRecord { phase, ..key };
            work.keys().insert(&key).await?;
        }
        let phase = KeyPhase::Active { since: now };
        let signing = of_phase(&work.keys().all().await?, phase.as_str());
        note_rotation(context, &work, now).await?;
        work.commit().await?;
        drop(conn);

        self.refresh().await?;
        Ok(Rotation {
            published_since: signing.iter().map(|key| key.created_at).max(),
            active: signing
                .into_iter()
                .map(|key| (key.algorithm, key.kid.to_string()))
                .collect(),
        })
    }
}

/// The keys that are in the phase of this name.
fn of_phase(keys: &[SigningKeyRecord], name: &str) -> Vec<SigningKeyRecord> {
    let keys = keys.iter().filter(|key| key.phase.as_str() == name);
    keys.cloned().collect()
}
