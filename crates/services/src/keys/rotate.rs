//! Making keys, and moving them from phase to phase.

use std::sync::Arc;

use authly_crypto::keys::generate_signing_key;
use authly_crypto::master_key::MasterKey;
use authly_domain::audit::{AuditAction, AuditEvent};
use authly_domain::clock::Timestamp;
use authly_domain::id::AuditEventId;
use authly_domain::keys::{KeyPhase, SigningAlgorithm, SigningKeyRecord};
use authly_repositories::UnitOfWork;

use super::{KeyService, KeysError};
use crate::Context;

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
    /// Rotates the keys of all algorithms: the announced ones sign from now on, those that signed
    /// retire, and new ones are announced. Other nodes notice within two seconds.
    ///
    /// # Errors
    /// When keys cannot be made, or storage fails.
    pub async fn rotate(&self) -> Result<Rotation, KeysError> {
        let context = &self.context;
        let now = context.now();
        let announced = make_keys(context, &self.master, now, KeyPhase::Announced).await?;

        let mut conn = context.db.connect().await?;
        let work = conn.begin("keys.rotate").await?;
        work.keys().lock_and_bump().await?;
        work.keys()
            .let_go(now.minus(self.longest_token), now)
            .await?;
        work.keys().promote_announced(now).await?;
        for key in &announced {
            work.keys().insert(key).await?;
        }
        let signing: Vec<_> = work
            .keys()
            .all()
            .await?
            .into_iter()
            .filter(is_active)
            .collect();
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

fn is_active(key: &SigningKeyRecord) -> bool {
    matches!(key.phase, KeyPhase::Active { .. })
}

async fn note_rotation(
    context: &Context,
    work: &UnitOfWork<'_>,
    now: Timestamp,
) -> Result<(), KeysError> {
    let event = AuditEvent {
        id: AuditEventId::generate(now, &*context.entropy),
        at: now,
        action: AuditAction::KeysRotated,
        user: None,
        client: None,
        grant: None,
        session: None,
        address: None,
    };
    Ok(work.audit().append(&event).await?)
}

/// Makes an active and an announced key of each algorithm, where there are no keys at all. Of
/// several nodes that start at once, one does it.
pub(super) async fn make_first_keys(
    context: &Context,
    master: &Arc<MasterKey>,
) -> Result<(), KeysError> {
    let mut conn = context.db.connect().await?;
    if !conn.reads().keys().all().await?.is_empty() {
        return Ok(());
    }
    let now = context.now();
    let mut keys = make_keys(context, master, now, KeyPhase::Active { since: now }).await?;
    keys.extend(make_keys(context, master, now, KeyPhase::Announced).await?);

    let work = conn.begin("keys.make_first").await?;
    work.keys().lock_and_bump().await?;
    if !work.keys().all().await?.is_empty() {
        // Another node was faster.
        return Ok(());
    }
    for key in &keys {
        work.keys().insert(key).await?;
    }
    Ok(work.commit().await?)
}

/// A key of each algorithm, made on a thread where it may take its time.
async fn make_keys(
    context: &Context,
    master: &Arc<MasterKey>,
    now: Timestamp,
    phase: KeyPhase,
) -> Result<Vec<SigningKeyRecord>, KeysError> {
    let (master, entropy) = (Arc::clone(master), Arc::clone(&context.entropy));
    let make = move || {
        let make = |algorithm| {
            let key = generate_signing_key(algorithm, &master, now, &*entropy)?;
            Ok(SigningKeyRecord { phase, ..key })
        };
        SigningAlgorithm::ALL.into_iter().map(make).collect()
    };
    tokio::task::spawn_blocking(make)
        .await
        .unwrap_or(Err(KeysError::Stopped))
}
