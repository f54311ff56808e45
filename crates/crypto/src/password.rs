//! Password hashes: bcrypt that never cuts, on threads of its own, one computation for every answer.
//!
//! bcrypt reads 72 bytes at most, its own NUL included. Up to 71 bytes go in as they are; longer
//! passwords go in as the base64 text of their SHA-256, and the scheme is stored with the hash. The
//! threads are no executor's: a hash takes as long as hundreds of requests. What other servers made
//! (`foreign`) is checked there, too.

mod foreign;
mod pool;

use std::error::Error;
use std::num::NonZeroUsize;

use authly_domain::secret::Password;
use authly_domain::users::{PasswordFormError, PasswordHash, PasswordScheme};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bcrypt::HashParts;
use sha2::{Digest as _, Sha256};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use self::foreign::Foreign;
use self::pool::{NotTaken, Pool};

pub use self::foreign::{ForeignHashError, imported_hash};

/// The costs that bcrypt knows: 2 to the power of these rounds.
const COSTS: std::ops::RangeInclusive<u32> = 4..=31;

/// How the hasher works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordHasherSettings {
    /// How many hashes are computed at the same time; each burns one core.
    pub threads: NonZeroUsize,
    /// How many more may wait.
    pub queue: NonZeroUsize,
    /// bcrypt's cost for new hashes, 4 to 31: each step doubles the time (12 takes about 0.3 s).
    pub cost: u32,
}

/// Why the hasher could not start.
#[derive(Debug, thiserror::Error)]
pub enum PasswordHasherError {
    /// The cost is not one of bcrypt's.
    #[error("the bcrypt cost is {0}, and must be 4 to 31")]
    Cost(u32),
    /// The operating system gave no thread.
    #[error("the threads for password hashing could not be started")]
    Threads(#[source] std::io::Error),
}

/// Why there is no hash, or no answer.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// All threads are at work and the queue is full: the caller may come back (503).
    #[error("too many passwords are being checked at the moment")]
    Busy,
    /// The text cannot be a password; nothing was computed.
    #[error("the password cannot be used")]
    Form(#[from] PasswordFormError),
    /// The stored hash is malformed.
    #[error("the stored password hash is malformed")]
    Malformed,
    /// The threads are gone, or the job broke off.
    #[error("password hashing has stopped")]
    Stopped,
    /// bcrypt could not hash.
    #[error("the password could not be hashed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl From<NotTaken> for PasswordError {
    fn from(reason: NotTaken) -> Self {
        match reason {
            NotTaken::Busy => Self::Busy,
            NotTaken::Stopped => Self::Stopped,
        }
    }
}

/// What the threads and their queue are doing at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordLoad {
    /// How many threads there are.
    pub threads: usize,
    /// How many of them are at work.
    pub busy: usize,
    /// How many passwords may wait.
    pub queue: usize,
    /// How many do.
    pub waiting: usize,
    /// How many were turned away so far because the queue was full.
    pub refused: u64,
}

/// What became of a check.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordCheck {
    /// It is the password.
    Matches {
        /// Whether to store a new hash of it.
        upgrade: Upgrade,
    },
    /// It is not, or there is no such user.
    Differs,
}

/// Whether a stored hash is as a new one would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upgrade {
    /// It has another cost, or another server made it: hash the password anew and store that.
    NeedsRehash,
    /// It is.
    UpToDate,
}

/// Hashes and checks passwords. Dropping it waits for the hashes that are being computed.
pub struct PasswordHasher {
    pool: Pool,
    cost: u32,
}

impl PasswordHasher {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the cost is none of bcrypt's, or the system gives no thread.
    pub fn start(settings: PasswordHasherSettings) -> Result<Self, PasswordHasherError> {
        if !COSTS.contains(&settings.cost) {
            return Err(PasswordHasherError::Cost(settings.cost));
        }
        let pool =
            Pool::start(settings.threads, settings.queue).map_err(PasswordHasherError::Threads)?;
        Ok(Self {
            pool,
            cost: settings.cost,
        })
    }

    /// What the threads are doing at this moment.
    #[must_use]
    pub fn load(&self) -> PasswordLoad {
        self.pool.load()
    }

    /// Hashes a password with the configured cost and a random salt.
    ///
    /// # Errors
    /// When the text cannot be a password, the queue is full, or hashing fails.
    pub async fn hash(&self, password: &Password) -> Result<PasswordHash, PasswordError> {
        password.check_form()?;
        let input = Input::of(password);
        let cost = self.cost;
        let hash = self.pool.submit(move || {
            let hash = bcrypt::non_truncating_hash(input.bytes.as_slice(), cost)
                .map_err(|error| PasswordError::Failed(error.into()))?;
            Ok(PasswordHash {
                scheme: input.scheme,
                hash,
            })
        })?;
        finished(hash).await
    }

    /// Checks a password against the stored hash, or against none where there is no such user or the
    /// user has no password. Each answer costs one bcrypt, so that its time does not tell which of
    /// them it was; only a text that cannot be a password at all is refused without. (A stored hash
    /// keeps its own cost until [`Upgrade::NeedsRehash`] is heeded.)
    ///
    /// # Errors
    /// When the text cannot be a password, the queue is full, or the stored hash is malformed.
    pub async fn verify_or_dummy(
        &self,
        stored: Option<&PasswordHash>,
        password: &Password,
    ) -> Result<PasswordCheck, PasswordError> {
        password.check_form()?;
        let input = Input::of(password);
        let stored = stored.cloned();
        let foreign = stored
            .as_ref()
            .is_some_and(|stored| stored.scheme.is_foreign());
        let text = foreign.then(|| Zeroizing::new(password.expose().as_bytes().to_vec()));
        let cost = self.cost;
        let check = self.pool.submit(move || {
            match (stored, text) {
                (Some(stored), Some(text)) => return check_foreign(&stored, &text, &input, cost),
                (Some(stored), None) => return check(&stored, &input, cost),
                (None, _) => {}
            }
            burn(&input, cost);
            Ok(PasswordCheck::Differs)
        })?;
        finished(check).await
    }
}

/// Waits for a job's result.
async fn finished<T>(
    answer: oneshot::Receiver<Result<T, PasswordError>>,
) -> Result<T, PasswordError> {
    answer.await.unwrap_or(Err(PasswordError::Stopped))
}

/// What bcrypt reads, and which scheme made it of the password.
struct Input {
    scheme: PasswordScheme,
    bytes: Zeroizing<Vec<u8>>,
}

impl Input {
    fn of(password: &Password) -> Self {
        let text = password.expose();
        let scheme = PasswordScheme::for_length(text.len());
        let bytes = match scheme {
            PasswordScheme::Bcrypt | PasswordScheme::Pbkdf2 | PasswordScheme::Argon2 => {
                text.as_bytes().to_vec()
            }
            // Text, because bcrypt stops at the NUL bytes that a bare digest may hold.
            PasswordScheme::BcryptSha256 => STANDARD.encode(Sha256::digest(text)).into_bytes(),
        };
        Self {
            scheme,
            bytes: Zeroizing::new(bytes),
        }
    }
}

/// One bcrypt at the stored hash's own cost.
fn check(stored: &PasswordHash, input: &Input, cost: u32) -> Result<PasswordCheck, PasswordError> {
    let computed = bcrypt::non_truncating_verify(input.bytes.as_slice(), &stored.hash);
    let parts: Result<HashParts, _> = stored.hash.parse();
    let (Ok(equal), Ok(parts)) = (computed, parts) else {
        burn(input, cost);
        return Err(PasswordError::Malformed);
    };
    // A password whose length belongs to the other scheme is another password, even where its text
    // is the base64 that stands behind the stored hash.
    if !equal || input.scheme != stored.scheme {
        return Ok(PasswordCheck::Differs);
    }
    let upgrade = if parts.get_cost() == cost {
        Upgrade::UpToDate
    } else {
        Upgrade::NeedsRehash
    };
    Ok(PasswordCheck::Matches { upgrade })
}

/// A hash that another server made. Whatever it costs, a wrong password costs one bcrypt besides, as for
/// everybody else; the right one does, too, when it is hashed anew.
fn check_foreign(
    stored: &PasswordHash,
    text: &[u8],
    input: &Input,
    cost: u32,
) -> Result<PasswordCheck, PasswordError> {
    let foreign = Foreign::read(&stored.hash);
    if foreign.as_ref().is_ok_and(|foreign| foreign.is_of(text)) {
        return Ok(PasswordCheck::Matches {
            upgrade: Upgrade::NeedsRehash,
        });
    }
    burn(input, cost);
    match foreign {
        Ok(_) => Ok(PasswordCheck::Differs),
        Err(_malformed) => Err(PasswordError::Malformed),
    }
}

/// Spends as long as a real check: against a hash of the same cost whose salt and value are all
/// zeros. The answer is thrown away.
fn burn(input: &Input, cost: u32) {
    let dummy = format!("$2b${cost:02}${}", ".".repeat(53));
    drop(bcrypt::non_truncating_verify(
        input.bytes.as_slice(),
        &dummy,
    ));
}

#[cfg(test)]
mod tests;
