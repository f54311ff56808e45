//! Secrets of clients.

use std::time::Duration;

use authly_crypto::opaque;
use authly_domain::audit::AuditAction;
use authly_domain::clients::{Client, ClientId, LifetimeBounds, RegisteredClient};
use authly_domain::clock::Timestamp;
use authly_domain::scopes::AdminScope;
use authly_domain::secret::ClientSecret;
use authly_repositories::UnitOfWork;

use super::{Aim, ClientAdmin, ClientAdminError, refuse_flaws, rights};
use crate::idempotency::{self, Answered, Keyed};

/// Begins every secret that we make, so that leaked ones are recognised.
const SECRET_PREFIX: &str = "authly_cs_";

/// How a secret is replaced.
#[derive(Debug, Clone, Copy)]
pub struct Rotation<'a> {
    /// How long the old secret stays valid; nothing ends all others at once.
    pub old_valid_for: Duration,
    /// What the caller's own token allows.
    pub rights: &'a [AdminScope],
}

/// A secret that was made.
#[derive(Debug)]
pub struct RotatedSecret {
    /// The client's name on the wire.
    pub client_id: ClientId,
    /// The secret.
    pub secret: ClientSecret,
    /// When the old one ends; `None` where it has ended.
    pub old_ends_at: Option<Timestamp>,
    /// The client's version now.
    pub version: i64,
}

/// A secret that was given.
#[derive(Debug)]
pub struct GivenSecret {
    /// Whether it was the client's secret before.
    pub was_known: bool,
    /// The client with it.
    pub client: RegisteredClient,
}

impl ClientAdmin {
    /// Gives a confidential client another secret. At most two are valid at a time: while an old one is,
    /// another rotation has to end it at once.
    ///
    /// # Errors
    /// When the old one is to stay valid for too long, there is no such client, it can have no secret or
    /// has two, it has another version, it may
    /// administer more than the caller, the idempotency key belongs to another request, or storage
    /// fails. Nothing is stored then.
    pub async fn rotate_secret(
        &self,
        aim: Aim<'_>,
        rotation: Rotation<'_>,
        keyed: Option<&Keyed<'_, RotatedSecret>>,
    ) -> Result<Answered<RotatedSecret>, ClientAdminError> {
        check_overlap(rotation)?;
        let now = self.context.now();
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("clients.rotate_secret").await?;
        // The version that a repeated request names is not the present one any more.
        if let Some(before) = idempotency::claim(&work, keyed, now).await? {
            return Ok(Answered::Before(before));
        }
        let found = self.aimed_at(&work, aim).await?;
        check_replaceable(&found, rotation)?;
        check_two(&found, rotation)?;
        let live = found.secrets.len();
        let secret = self.new_secret();
        let digest = opaque::digest(secret.expose());
        let old_end = now.plus(rotation.old_valid_for);
        let clients = work.clients();
        let version = clients.rotate_secret(aim.client, &digest, now, old_end);
        let version = version.await?.ok_or(ClientAdminError::NotFound)?;
        let rotated = RotatedSecret {
            client_id: found.client.id,
            secret,
            old_ends_at: (live > 0 && now < old_end).then_some(old_end),
            version,
        };
        idempotency::keep(&work, keyed, &rotated, &*self.context.entropy).await?;
        self.finish(work, aim, AuditAction::ClientSecretRotated)
            .await?;
        Ok(Answered::Now(rotated))
    }

    /// Makes this the secret of a confidential client, unless it is that already: then nothing changes.
    /// The bounds on others that are valid are those of a rotation.
    ///
    /// # Errors
    /// As for [`ClientAdmin::rotate_secret`].
    pub async fn set_secret(
        &self,
        aim: Aim<'_>,
        secret: &ClientSecret,
        rotation: Rotation<'_>,
    ) -> Result<GivenSecret, ClientAdminError> {
        check_overlap(rotation)?;
        let now = self.context.now();
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("clients.set_secret").await?;
        let found = self.aimed_at(&work, aim).await?;
        check_replaceable(&found, rotation)?;
        let digest = opaque::digest(secret.expose());
        let mut known = found.client.secrets.iter();
        if known.any(|one| one.digest == digest && one.expires_at.is_none()) {
            return Ok(GivenSecret {
                was_known: true,
                client: found,
            });
        }
        check_two(&found, rotation)?;
        let old_end = now.plus(rotation.old_valid_for);
        let clients = work.clients();
        clients
            .rotate_secret(aim.client, &digest, now, old_end)
            .await?;
        let given = GivenSecret {
            was_known: false,
            client: self.present(&work, aim.client).await?,
        };
        self.finish(work, aim, AuditAction::ClientSecretSet).await?;
        Ok(given)
    }

    /// The secret of a client that is being registered.
    pub(crate) async fn first_secret(
        &self,
        work: &UnitOfWork<'_>,
        client: &Client,
    ) -> Result<Option<ClientSecret>, ClientAdminError> {
        if !client.auth_method.is_by_secret() {
            return Ok(None);
        }
        let secret = self.new_secret();
        let digest = opaque::digest(secret.expose());
        let now = self.context.now();
        work.clients()
            .replace_secrets(client.key, &digest, now)
            .await?;
        Ok(Some(secret))
    }

    fn new_secret(&self) -> ClientSecret {
        ClientSecret::new(opaque::generate(SECRET_PREFIX, &*self.context.entropy))
    }
}

/// Refuses to keep an old secret for too long.
fn check_overlap(rotation: Rotation<'_>) -> Result<(), ClientAdminError> {
    let flaw = LifetimeBounds::OLD_SECRET.flaw("old_secret_valid_for", rotation.old_valid_for);
    refuse_flaws(flaw.into_iter().collect())
}

/// Refuses to replace a secret that there cannot be, and whoever could get more rights by one.
fn check_replaceable(
    found: &RegisteredClient,
    rotation: Rotation<'_>,
) -> Result<(), ClientAdminError> {
    if !found.client.auth_method.is_by_secret() {
        return Err(ClientAdminError::NoSecret);
    }
    rights::check_within(found, rotation.rights)
}

/// Refuses a third secret beside two that are valid.
fn check_two(found: &RegisteredClient, rotation: Rotation<'_>) -> Result<(), ClientAdminError> {
    if found.secrets.len() > 1 && !rotation.old_valid_for.is_zero() {
        return Err(ClientAdminError::TwoSecrets);
    }
    Ok(())
}
