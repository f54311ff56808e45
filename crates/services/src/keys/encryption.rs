//! The key that clients encrypt to: made, replaced, and forgotten in the end.

use std::sync::Arc;

use authly_crypto::keyring::KeyRing;
use authly_crypto::keys::generate_encryption_key;
use authly_crypto::master_key::MasterKey;
use authly_domain::admin::Run;
use authly_domain::audit::{Actor, AuditAction, AuditEvent, Origin};
use authly_domain::clock::Timestamp;
use authly_domain::keys::{EncryptionKeyChange, EncryptionKeyRecord, KeyId, KeySchedule};

use super::{KeyRevocation, KeyService, KeysError};
use crate::Context;
use crate::watch::POLL_INTERVAL;

impl KeyService {
    /// The present keys, if they are others than these: another node may have published one just now that a
    /// client has encrypted to. That is looked up, but not more often than it is anyway, so that nobody makes
    /// this node read at will. Who comes at the same time waits for what is found.
    pub(crate) async fn newer_than(&self, known: &Arc<KeyRing>) -> Option<Arc<KeyRing>> {
        let mut looked_at = self.looked_at.lock().await;
        let now = self.context.now();
        if looked_at.is_none_or(|at| now >= at.plus(POLL_INTERVAL)) {
            *looked_at = Some(now);
            if let Err(error) = self.refresh().await {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "keys of other nodes could not be looked for");
            }
        }
        drop(looked_at);
        let present = self.ring.load();
        (!Arc::ptr_eq(known, &present)).then_some(present)
    }

    /// Withdraws a key that others encrypt to; where it was published, another one is at once.
    pub(super) async fn revoke_encryption_key(
        &self,
        kid: &KeyId,
        run: Run,
        event: AuditEvent,
    ) -> Result<Option<KeyRevocation>, KeysError> {
        let (context, now) = (&self.context, self.context.now());
        let conn = context.db.connect().await?;
        let keys = conn.reads().keys().encryption_keys().await?;
        drop(conn);
        let Some(key) = keys.iter().find(|key| key.kid == *kid) else {
            return Ok(None);
        };
        let spare = match key.replaced_at {
            None => Some(make(context, &self.master, now).await?),
            Some(_) => None,
        };

        let mut conn = context.db.connect().await?;
        let work = conn.begin("keys.revoke_encryption").await?;
        work.keys().lock_and_bump().await?;
        if !work.keys().withdraw_encryption_key(kid).await? {
            return Ok(None);
        }
        let left = work.keys().encryption_keys().await?;
        let is_published = left.iter().any(|key| key.replaced_at.is_none());
        let spare = spare.filter(|_new| !is_published);
        let mut event = event.with("was_withdrawn_now", true);
        if let Some(spare) = &spare {
            work.keys().publish_encryption_key(spare).await?;
            event = event.with("successor", &spare.kid);
        }
        context.finish(work, run, event).await?;
        if run == Run::ForReal {
            drop(conn);
            self.refresh().await?;
        }
        Ok(Some(KeyRevocation {
            was_withdrawn_now: true,
            algorithm: None,
            successor: spare.map(|key| key.kid),
        }))
    }
}

/// Publishes a key where there is none: in a new installation, and in one that is older than these keys.
pub(super) async fn ensure_published(
    context: &Context,
    master: &Arc<MasterKey>,
    schedule: &KeySchedule,
) -> Result<(), KeysError> {
    let missing = |keys: &[EncryptionKeyRecord], now| {
        let mut due = schedule.encryption_due(keys, now);
        due.retain(|change| *change == EncryptionKeyChange::Publish && keys.is_empty());
        due
    };
    follow(context, master, missing).await.map(drop)
}

/// Makes the changes that `due` finds, all or none of them, and answers whether there were any. It is
/// asked twice: before a key is made, and again when nobody else can change them any more.
pub(super) async fn follow(
    context: &Context,
    master: &Arc<MasterKey>,
    due: impl Fn(&[EncryptionKeyRecord], Timestamp) -> Vec<EncryptionKeyChange>,
) -> Result<bool, KeysError> {
    let now = context.now();
    let conn = context.db.connect().await?;
    let expected = due(&conn.reads().keys().encryption_keys().await?, now);
    drop(conn);
    if expected.is_empty() {
        return Ok(false);
    }
    let spare = if expected.contains(&EncryptionKeyChange::Publish) {
        Some(make(context, master, now).await?)
    } else {
        None
    };
    let mut conn = context.db.connect().await?;
    let work = conn.begin("keys.follow_encryption").await?;
    work.keys().lock_and_bump().await?;
    let keys = work.keys().encryption_keys().await?;
    let due = due(&keys, now);
    if due.is_empty() {
        // Another node was faster.
        return Ok(false);
    }
    // Without one the next look makes it: it became due only now.
    if let Some(spare) = spare
        && due.contains(&EncryptionKeyChange::Publish)
    {
        work.keys().publish_encryption_key(&spare).await?;
        if !keys.is_empty() {
            let action = AuditAction::EncryptionKeyReplaced;
            let event = context.event(action, Actor::Server, Origin::default());
            context.note(&work, &event.of(&spare.kid)).await?;
        }
    }
    let past = due.into_iter().filter_map(|change| match change {
        EncryptionKeyChange::Forget(kid) => Some(kid),
        EncryptionKeyChange::Publish => None,
    });
    let past: Vec<KeyId> = past.collect();
    work.keys().forget_encryption_keys(&past).await?;
    work.commit().await?;
    Ok(true)
}

/// A new key, made on a thread where that may take its time.
pub(super) async fn make(
    context: &Context,
    master: &Arc<MasterKey>,
    now: Timestamp,
) -> Result<EncryptionKeyRecord, KeysError> {
    let (master, entropy) = (Arc::clone(master), Arc::clone(&context.entropy));
    let make = move || generate_encryption_key(&master, now, &*entropy);
    let key = tokio::task::spawn_blocking(make).await;
    key.map_err(|_stopped| KeysError::Stopped)?
        .map_err(KeysError::from)
}
