//! Keys: made, rotated, published, and noticed by every node.

mod admin;
mod changes;
mod encryption;
mod pairwise;
mod rotate;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use authly_crypto::keyring::{KeyRing, KeyRingError, SharedKeyRing};
use authly_crypto::keys::KeyError;
use authly_crypto::master_key::MasterKey;
use authly_crypto::pairwise::PairwiseSalt;
use authly_crypto::seal::SealError;
use authly_domain::clock::Timestamp;
use authly_domain::keys::{KeyPhase, KeySchedule, SigningKeyRecord};
use authly_repositories::DbError;
use tokio::sync::Mutex;

pub use admin::{KeyAdmin, KeyAdminError, KeyRevocation};
pub use rotate::Rotation;

use crate::Context;
use crate::watch::watch;

/// Why keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// A key cannot be made.
    #[error("a key could not be made")]
    Generation(#[from] KeyError),
    /// The stored keys cannot be used.
    #[error("the stored keys cannot be used")]
    Ring(#[from] KeyRingError),
    /// What pairwise subjects are made with cannot be opened.
    #[error("the salt of pairwise subjects does not open")]
    PairwiseSalt(#[from] SealError),
    /// The thread that makes keys has ended.
    #[error("the signing keys could not be made: the program is stopping")]
    Stopped,
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

/// The key set as it is published (RFC 7517 §5).
#[derive(Debug, Clone)]
pub struct PublishedKeys {
    /// The document.
    pub document: Arc<[u8]>,
    /// Its strong `ETag`, quoted.
    pub etag: String,
}

/// What the ring in memory was made of.
struct Held {
    revision: i64,
    /// When the first of the retiring keys is to be published no more.
    changes_at: Option<Timestamp>,
}

/// Keeps the keys.
pub struct KeyService {
    context: Context,
    master: Arc<MasterKey>,
    ring: Arc<SharedKeyRing>,
    pairwise: Arc<PairwiseSalt>,
    schedule: KeySchedule,
    held: ArcSwap<Held>,
    /// When keys were last looked for that others may have published.
    looked_at: Mutex<Option<Timestamp>>,
}

impl KeyService {
    /// Loads the keys; makes them where there are none yet, and where one is missing to sign with.
    ///
    /// # Errors
    /// When keys cannot be made or opened, or storage fails.
    pub async fn open(
        context: Context,
        master: Arc<MasterKey>,
        schedule: KeySchedule,
    ) -> Result<Self, KeysError> {
        changes::ensure_active(&context, &master, &schedule).await?;
        encryption::ensure_published(&context, &master, &schedule).await?;
        let pairwise = pairwise::ensure_salt(&context, &master).await?;
        let (ring, held) = load(&context, &master, &schedule).await?;
        let ring = Arc::new(SharedKeyRing::new(ring));
        Ok(Self {
            context,
            master,
            ring,
            pairwise: Arc::new(pairwise),
            schedule,
            held: ArcSwap::from_pointee(held),
            looked_at: Mutex::default(),
        })
    }

    /// The keys in memory, for those who sign.
    #[must_use]
    pub fn ring(&self) -> Arc<SharedKeyRing> {
        Arc::clone(&self.ring)
    }

    /// What pairwise subjects are made with.
    #[must_use]
    pub fn pairwise(&self) -> Arc<PairwiseSalt> {
        Arc::clone(&self.pairwise)
    }

    /// The revision of the keys in memory.
    pub(crate) fn revision(&self) -> i64 {
        self.held.load().revision
    }

    /// The key set as it is published; no round trip.
    #[must_use]
    pub fn published(&self) -> PublishedKeys {
        let ring = self.ring.load();
        PublishedKeys {
            document: ring.jwks_bytes(),
            etag: ring.jwks_etag().to_owned(),
        }
    }

    /// Loads the keys anew if they have changed since; one round trip if not.
    ///
    /// # Errors
    /// When keys cannot be opened, or storage fails.
    pub async fn refresh(&self) -> Result<(), KeysError> {
        let revision = self
            .context
            .db
            .connect()
            .await?
            .reads()
            .keys()
            .revision()
            .await?;
        let held = self.held.load();
        let is_due = held.changes_at.is_some_and(|at| self.context.now() >= at);
        if revision != held.revision || is_due {
            let (ring, held) = load(&self.context, &self.master, &self.schedule).await?;
            self.ring.replace(ring);
            self.held.store(Arc::new(held));
            tracing::info!(
                keys.revision = revision,
                "the signing keys were loaded anew"
            );
        }
        Ok(())
    }

    /// Refreshes for ever, once a second. A failure is said once; the keys in memory stay good.
    pub async fn watch(&self) {
        let complaint = "the signing keys could not be checked for changes";
        watch(complaint, || self.refresh()).await;
    }
}

async fn load(
    context: &Context,
    master: &MasterKey,
    schedule: &KeySchedule,
) -> Result<(KeyRing, Held), KeysError> {
    let conn = context.db.connect().await?;
    // The revision first: a change in between is then noticed at the next look.
    let revision = conn.reads().keys().revision().await?;
    let records = conn.reads().keys().all().await?;
    let encryption_keys = conn.reads().keys().encryption_keys().await?;
    let now = context.now();
    let retiring_for = schedule.retiring_for();
    let ring = KeyRing::build(&records, master, now, retiring_for)?;
    let ring = ring.with_encryption_keys(&encryption_keys, master)?;
    Ok((
        ring,
        Held {
            revision,
            changes_at: next_change(&records, now, retiring_for),
        },
    ))
}

fn next_change(
    records: &[SigningKeyRecord],
    now: Timestamp,
    retiring_for: Duration,
) -> Option<Timestamp> {
    let ends = records.iter().filter_map(|record| match record.phase {
        KeyPhase::Retiring { since } => Some(since.plus(retiring_for)),
        _ => None,
    });
    ends.filter(|end| *end > now).min()
}
