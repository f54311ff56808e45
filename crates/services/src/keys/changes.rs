//! Keys on schedule: announced, active, retiring, gone.

use std::sync::Arc;

use authly_crypto::keys::generate_signing_key;
use authly_crypto::master_key::MasterKey;
use authly_domain::audit::{Actor, AuditAction, Origin};
use authly_domain::clock::Timestamp;
use authly_domain::jobs::JobName;
use authly_domain::keys::{
    KeyChange, KeyId, KeyPhase, KeySchedule, SigningAlgorithm, SigningKeyRecord,
};
use authly_repositories::UnitOfWork;

use super::{KeyService, KeysError, encryption};
use crate::Context;
use crate::jobs::{Job, JobFuture, Lease};

impl KeyService {
    /// Does what the schedule says is due now, and answers what that was for the keys that sign. Other nodes notice within
    /// two seconds; of several that do it at once, one does it.
    ///
    /// # Errors
    /// When keys cannot be made, or storage fails: then nothing has changed.
    pub async fn follow_schedule(&self) -> Result<Vec<KeyChange>, KeysError> {
        let changes = follow(&self.context, &self.master, |keys, now| {
            self.schedule.due(keys, now)
        });
        let changes = changes.await?;
        let encryption = encryption::follow(&self.context, &self.master, |keys, now| {
            self.schedule.encryption_due(keys, now)
        });
        let has_changed = encryption.await?;
        if has_changed || !changes.is_empty() {
            tracing::info!(
                ?changes,
                encryption = has_changed,
                "keys have changed on schedule"
            );
            self.refresh().await?;
        }
        Ok(changes)
    }
}

impl Job for KeyService {
    fn name(&self) -> JobName {
        JobName::RotateKeys
    }

    fn run<'a>(&'a self, _lease: &'a mut Lease) -> JobFuture<'a> {
        Box::pin(async {
            self.follow_schedule().await?;
            Ok(())
        })
    }
}

/// Makes a key that signs for each algorithm that has none: all of them in a new installation, and
/// one that came with this version.
pub(super) async fn ensure_active(
    context: &Context,
    master: &Arc<MasterKey>,
    schedule: &KeySchedule,
) -> Result<(), KeysError> {
    let missing = |keys: &[SigningKeyRecord], now| {
        let mut due = schedule.due(keys, now);
        due.retain(|change| matches!(change, KeyChange::Begin(_)));
        due
    };
    follow(context, master, missing).await.map(drop)
}

/// Makes the changes that `due` finds, all or none of them. It is asked twice: before keys are made,
/// which takes its time, and again when nobody else can change them any more.
async fn follow(
    context: &Context,
    master: &Arc<MasterKey>,
    due: impl Fn(&[SigningKeyRecord], Timestamp) -> Vec<KeyChange>,
) -> Result<Vec<KeyChange>, KeysError> {
    let now = context.now();
    let keys = context.db.connect().await?.reads().keys().all().await?;
    let expected = due(&keys, now);
    if expected.is_empty() {
        return Ok(expected);
    }
    let mut changes = Changes {
        new: make_keys(context, master, now, needed(&expected)).await?,
        ..Changes::default()
    };
    let mut conn = context.db.connect().await?;
    let work = conn.begin("keys.follow").await?;
    work.keys().lock_and_bump().await?;
    let due = due(&work.keys().all().await?, now);
    if due.is_empty() {
        // Another node was faster.
        return Ok(due);
    }
    for change in &due {
        changes.add(change, now);
    }
    changes.make(&work, now).await?;
    if !changes.promoted.is_empty() {
        note_rotation(context, &work).await?;
    }
    work.commit().await?;
    Ok(due)
}

/// For which algorithms keys have to be made.
fn needed(changes: &[KeyChange]) -> Vec<SigningAlgorithm> {
    let new = changes.iter().filter_map(|change| match change {
        KeyChange::Begin(algorithm) | KeyChange::Announce(algorithm) => Some(*algorithm),
        KeyChange::Promote(_) | KeyChange::LetGo(_) => None,
    });
    new.collect()
}

/// Changes of keys, as they are stored together.
#[derive(Default)]
struct Changes {
    /// Keys that were made and have no use yet.
    new: Vec<SigningKeyRecord>,
    inserted: Vec<SigningKeyRecord>,
    promoted: Vec<SigningAlgorithm>,
    let_go: Vec<KeyId>,
}

impl Changes {
    fn add(&mut self, change: &KeyChange, now: Timestamp) {
        match change {
            KeyChange::Begin(algorithm) => self.insert(*algorithm, KeyPhase::Active { since: now }),
            KeyChange::Announce(algorithm) => self.insert(*algorithm, KeyPhase::Announced),
            KeyChange::Promote(algorithm) => self.promoted.push(*algorithm),
            KeyChange::LetGo(kid) => self.let_go.push(kid.clone()),
        }
    }

    /// Uses a new key of this algorithm. There is none only where the keys have changed since it was
    /// made; then the next look makes it.
    fn insert(&mut self, algorithm: SigningAlgorithm, phase: KeyPhase) {
        let found = self.new.iter().position(|key| key.algorithm == algorithm);
        if let Some(found) = found {
            let key = self.new.swap_remove(found);
            self.inserted.push(SigningKeyRecord { phase, ..key });
        }
    }

    async fn make(&self, work: &UnitOfWork<'_>, now: Timestamp) -> Result<(), KeysError> {
        let keys = work.keys();
        keys.retire(&self.promoted, now).await?;
        keys.activate_announced(&self.promoted, now).await?;
        for key in &self.inserted {
            keys.insert(key).await?;
        }
        keys.let_go(&self.let_go, now).await?;
        Ok(())
    }
}

/// A key of each of these algorithms, made on a thread where it may take its time.
pub(super) async fn make_keys(
    context: &Context,
    master: &Arc<MasterKey>,
    now: Timestamp,
    algorithms: Vec<SigningAlgorithm>,
) -> Result<Vec<SigningKeyRecord>, KeysError> {
    let (master, entropy) = (Arc::clone(master), Arc::clone(&context.entropy));
    let make = move || {
        let make = |algorithm| {
            generate_signing_key(algorithm, &master, now, &*entropy).map_err(KeysError::from)
        };
        algorithms.into_iter().map(make).collect()
    };
    tokio::task::spawn_blocking(make)
        .await
        .unwrap_or(Err(KeysError::Stopped))
}

/// Writes down that other keys sign from now on, because the schedule says so.
async fn note_rotation(context: &Context, work: &UnitOfWork<'_>) -> Result<(), KeysError> {
    let event = context.event(AuditAction::KeysRotated, Actor::Server, Origin::default());
    Ok(context.note(work, &event).await?)
}
