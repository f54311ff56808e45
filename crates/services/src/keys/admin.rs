//! Keys for administrators: looked at, rotated, and withdrawn in an emergency.

use std::sync::Arc;

use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::{AuditAction, AuditEvent};
use authly_domain::clock::Timestamp;
use authly_domain::keys::{KeyHistory, KeyId, KeyPhase, SigningAlgorithm, SigningKeyRecord};
use authly_repositories::{DbError, UnitOfWork};

use super::changes::make_keys;
use super::{KeyService, KeysError, Rotation};
use crate::paging::{CursorError, Cursors, PageAsked, Paged};

/// What an emergency left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRevocation {
    /// Whether the key was withdrawn now, and not before.
    pub was_withdrawn_now: bool,
    /// What the key signed with; `None` for one that others encrypt to.
    pub algorithm: Option<SigningAlgorithm>,
    /// The key that took its place, where it signed or was encrypted to.
    pub successor: Option<KeyId>,
}

/// Why keys are not listed or changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyAdminError {
    /// There is no such key.
    #[error("there is no such key")]
    UnknownKey,
    /// The cursor does not belong to the list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// Keys cannot be made or stored.
    #[error("the keys could not be changed")]
    Keys(#[from] KeysError),
}

impl From<DbError> for KeyAdminError {
    fn from(error: DbError) -> Self {
        Self::Keys(error.into())
    }
}

/// Looks at keys, and changes them.
pub struct KeyAdmin {
    keys: Arc<KeyService>,
    cursors: Cursors,
}

impl KeyAdmin {
    /// For these keys.
    #[must_use]
    pub const fn new(keys: Arc<KeyService>, cursors: Cursors) -> Self {
        Self { keys, cursors }
    }

    /// A page of the keys in whatever phase, the newest first.
    ///
    /// # Errors
    /// When the cursor is of another list, or storage fails.
    pub async fn list(&self, page: &PageAsked) -> Result<Paged<KeyHistory>, KeyAdminError> {
        let after = self.cursors.open(&"keys", page)?;
        let after = after.and_then(|position| position.into_iter().flatten().next());
        let after = after.map(KeyId::new);
        let conn = self.keys.context.db.connect().await?;
        let keys = conn.reads().keys();
        let rows = keys.list(after.as_ref(), page.size.rows_to_read()).await?;
        Ok(self.cursors.page(&"keys", page.size, rows, |key| {
            vec![Some(key.kid.to_string())]
        }))
    }

    /// Until when a key in this phase is published; `None` where no end is set.
    #[must_use]
    pub fn published_until(&self, phase: KeyPhase) -> Option<Timestamp> {
        match phase {
            KeyPhase::Retiring { since } => Some(since.plus(self.keys.schedule.retiring_for())),
            KeyPhase::Gone { since } | KeyPhase::Revoked { since } => Some(since),
            KeyPhase::Announced | KeyPhase::Active { .. } => None,
        }
    }

    /// Lets other keys sign, now: see [`KeyService::rotate`].
    ///
    /// # Errors
    /// When keys cannot be made, or storage fails: then nothing has changed.
    pub async fn rotate(&self, by: &Administrator, run: Run) -> Result<Rotation, KeyAdminError> {
        if run == Run::Dry {
            return Ok(self.keys.foresee_rotation().await?);
        }
        let event = self
            .keys
            .context
            .deed(AuditAction::KeysRotatedByAdministrator, by);
        Ok(self.keys.rotate_noting(event).await?)
    }

    /// Withdraws a key at once: it signs and verifies nothing any more, it leaves the key set, and
    /// every access token that it signed is dead. Where it signed, the announced key of its algorithm
    /// signs from now on, or a new one. A key that was withdrawn before stays as it is. One that others
    /// encrypt to opens nothing any more and is forgotten; where it was published, a new one is.
    ///
    /// # Errors
    /// When there is no such key, one cannot be made, or storage fails: then nothing has changed.
    pub async fn revoke(
        &self,
        kid: &KeyId,
        by: &Administrator,
        run: Run,
    ) -> Result<KeyRevocation, KeyAdminError> {
        let event = self.keys.context.deed(AuditAction::KeyRevoked, by).of(kid);
        let revocation = self.keys.revoke(kid, run, event).await?;
        revocation.ok_or(KeyAdminError::UnknownKey)
    }
}

impl KeyService {
    async fn revoke(
        &self,
        kid: &KeyId,
        run: Run,
        event: AuditEvent,
    ) -> Result<Option<KeyRevocation>, KeysError> {
        let context = &self.context;
        let now = context.now();
        let conn = context.db.connect().await?;
        let before = conn.reads().keys().all().await?;
        drop(conn);
        let Some(key) = before.iter().find(|key| key.kid == *kid) else {
            return self.revoke_encryption_key(kid, run, event).await;
        };
        // One that waits may begin to sign before the others are kept from changing keys.
        let may_sign = matches!(key.phase, KeyPhase::Announced | KeyPhase::Active { .. });
        let algorithms = may_sign.then_some(key.algorithm).into_iter().collect();
        let spare = make_keys(context, &self.master, now, algorithms).await?;

        let mut conn = context.db.connect().await?;
        let work = conn.begin("keys.revoke").await?;
        work.keys().lock_and_bump().await?;
        let keys = work.keys().all().await?;
        let Some(key) = keys.iter().find(|key| key.kid == *kid) else {
            return Ok(None);
        };
        let was_withdrawn_now = work.keys().revoke(kid, now).await?;
        let successor = match key.phase {
            KeyPhase::Active { .. } => Some(replace(&work, &keys, key, spare, now).await?),
            _ => None,
        };
        let algorithm = Some(key.algorithm);
        let event = event.with("was_withdrawn_now", was_withdrawn_now);
        let event = match &successor {
            Some(successor) => event.with("successor", successor),
            None => event,
        };
        context.finish(work, run, event).await?;
        if run == Run::ForReal && was_withdrawn_now {
            drop(conn);
            self.refresh().await?;
        }
        Ok(Some(KeyRevocation {
            was_withdrawn_now,
            algorithm,
            successor,
        }))
    }
}

/// Lets another key of the same algorithm sign: the announced one, or else the spare one.
async fn replace(
    work: &UnitOfWork<'_>,
    keys: &[SigningKeyRecord],
    withdrawn: &SigningKeyRecord,
    spare: Vec<SigningKeyRecord>,
    now: Timestamp,
) -> Result<KeyId, KeysError> {
    let algorithm = withdrawn.algorithm;
    let is_announced =
        |key: &&SigningKeyRecord| key.algorithm == algorithm && key.phase == KeyPhase::Announced;
    if let Some(announced) = keys.iter().find(is_announced) {
        work.keys().activate_announced(&[algorithm], now).await?;
        return Ok(announced.kid.clone());
    }
    // It was made before, since a key that signs now signed or waited then.
    let spare = spare.into_iter().next().ok_or(KeysError::Stopped)?;
    let phase = KeyPhase::Active { since: now };
    let spare = SigningKeyRecord { phase, ..spare };
    work.keys().insert(&spare).await?;
    Ok(spare.kid)
}
