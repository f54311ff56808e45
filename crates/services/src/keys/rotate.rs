//! Other keys have to sign, now.

use authly_domain::admin::Run;
use authly_domain::audit::{Actor, AuditAction, AuditEvent, Origin};
use authly_domain::clock::Timestamp;
use authly_domain::keys::{KeyId, KeyPhase, SigningAlgorithm, SigningKeyRecord};

use super::changes::make_keys;
use super::{KeyService, KeysError, encryption};

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The `kid` of each key that signs from now on, by algorithm.
    pub active: Vec<(SigningAlgorithm, KeyId)>,
    /// The keys that signed before.
    pub retired: Vec<KeyId>,
    /// When the last of those that sign was first published: clients that hold a key set older than
    /// this do not know it yet and will fetch it when they meet its `kid`.
    pub published_since: Option<Timestamp>,
}

impl KeyService {
    /// Replaces the keys of all algorithms at once: the announced ones sign from now on, and where
    /// none is announced a new one. Those that signed retire. Clients encrypt to a new key as well. Other
    /// nodes notice within two seconds, and the schedule goes on from here. Of several who do this at once
    /// one does it, and all get the same answer.
    ///
    /// # Errors
    /// When keys cannot be made, or storage fails: then nothing has changed.
    pub async fn rotate(&self) -> Result<Rotation, KeysError> {
        let action = AuditAction::KeysRotated;
        let event = self
            .context
            .event(action, Actor::Machine, Origin::default());
        self.rotate_noting(event).await
    }

    /// The same, noted as this event.
    pub(super) async fn rotate_noting(&self, event: AuditEvent) -> Result<Rotation, KeysError> {
        let context = &self.context;
        let now = context.now();
        let all = SigningAlgorithm::ALL;
        let conn = context.db.connect().await?;
        let before = signing(&conn.reads().keys().all().await?);
        drop(conn);
        let new = make_keys(context, &self.master, now, all.to_vec()).await?;
        let for_encryption = encryption::make(context, &self.master, now).await?;

        let mut conn = context.db.connect().await?;
        let work = conn.begin("keys.rotate").await?;
        work.keys().lock_and_bump().await?;
        let keys = work.keys().all().await?;
        let due = unchanged(&before, &signing(&keys));
        if due.is_empty() {
            // Somebody else was faster: this is what was asked for.
            drop(work);
            drop(conn);
            self.refresh().await?;
            return Ok(rotation(&before, signing(&keys)));
        }
        let takes_over = |key: &SigningKeyRecord| {
            let waits = |other: &SigningKeyRecord| {
                other.algorithm == key.algorithm && other.phase == KeyPhase::Announced
            };
            due.contains(&key.algorithm) && !keys.iter().any(waits)
        };
        work.keys().retire(&due, now).await?;
        work.keys().activate_announced(&due, now).await?;
        for key in new.into_iter().filter(takes_over) {
            let phase = KeyPhase::Active { since: now };
            let key = SigningKeyRecord { phase, ..key };
            work.keys().insert(&key).await?;
        }
        work.keys().publish_encryption_key(&for_encryption).await?;
        let present = signing(&work.keys().all().await?);
        let rotation = rotation(&before, present);
        let event = event.of(listed(&rotation.active));
        let event = event.with("encryption_key", &for_encryption.kid);
        context.finish(work, Run::ForReal, event).await?;
        drop(conn);
        self.refresh().await?;
        Ok(rotation)
    }

    /// What a rotation would do now. Keys that it would have to make are not named: they are made when
    /// they are needed.
    pub(super) async fn foresee_rotation(&self) -> Result<Rotation, KeysError> {
        let conn = self.context.db.connect().await?;
        let keys = conn.reads().keys().all().await?;
        let waits = |key: &&SigningKeyRecord| key.phase == KeyPhase::Announced;
        let next = keys.iter().filter(waits).cloned().collect();
        Ok(rotation(&signing(&keys), next))
    }
}

/// The ids of keys, for people.
fn listed(keys: &[(SigningAlgorithm, KeyId)]) -> String {
    let kids: Vec<_> = keys.iter().map(|(_, kid)| kid.to_string()).collect();
    kids.join(", ")
}

/// The keys that sign.
fn signing(keys: &[SigningKeyRecord]) -> Vec<SigningKeyRecord> {
    let signs = |key: &&SigningKeyRecord| matches!(key.phase, KeyPhase::Active { .. });
    keys.iter().filter(signs).cloned().collect()
}

/// The algorithms whose key signs still that signed before.
fn unchanged(before: &[SigningKeyRecord], present: &[SigningKeyRecord]) -> Vec<SigningAlgorithm> {
    let signs = |keys: &[SigningKeyRecord], algorithm| {
        let mut keys = keys.iter();
        let key = keys.find(|key| key.algorithm == algorithm);
        key.map(|key| key.kid.clone())
    };
    let all = SigningAlgorithm::ALL.into_iter();
    all.filter(|one| signs(before, *one) == signs(present, *one))
        .collect()
}

fn kids(keys: &[SigningKeyRecord]) -> Vec<KeyId> {
    keys.iter().map(|key| key.kid.clone()).collect()
}

/// What has changed between two moments.
fn rotation(before: &[SigningKeyRecord], present: Vec<SigningKeyRecord>) -> Rotation {
    let mut retired = kids(before);
    retired.retain(|kid| present.iter().all(|key| key.kid != *kid));
    Rotation {
        retired,
        published_since: present.iter().map(|key| key.created_at).max(),
        active: present
            .into_iter()
            .map(|key| (key.algorithm, key.kid))
            .collect(),
    }
}
