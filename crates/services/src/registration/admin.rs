//! Administration of the tokens that let clients register themselves.

use std::time::Duration;

use authly_crypto::opaque;
use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::AuditAction;
use authly_domain::clients::Flaw;
use authly_domain::id::InitialAccessTokenId;
use authly_domain::registration::{InitialAccessToken, RegistrationPolicy};
use authly_domain::secret::SecretText;
use authly_repositories::DbError;

use crate::Context;
use crate::clients::unknown_scopes;
use crate::idempotency::{self, Answered, IdempotencyError, Keyed};
use crate::paging::{CursorError, Cursors, PageAsked, Paged, Position};

/// Begins every initial access token, so that leaked ones are recognised.
const TOKEN_PREFIX: &str = "authly_iat_";

/// Looks after the tokens that let clients register themselves.
pub struct RegistrationAdmin {
    context: Context,
    cursors: Cursors,
}

/// A token to be made.
#[derive(Debug, Clone)]
pub struct InitialAccessOrdered {
    /// What administrators know it as.
    pub name: String,
    /// What the clients may become.
    pub policy: RegistrationPolicy,
    /// How many clients it lets register.
    pub max_clients: u32,
    /// How long it lives.
    pub lifetime: Duration,
}

/// A token that was made.
#[derive(Debug)]
pub struct MadeInitialAccess {
    /// What is known of it.
    pub record: InitialAccessToken,
    /// The token.
    pub token: SecretText,
}

/// Why a token is not shown, made or removed. Nothing is stored then.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationAdminError {
    /// There is no such token.
    #[error("there is no such initial access token")]
    NotFound,
    /// Something is wrong about it.
    #[error("{} member(s) are wrong", .0.len())]
    Invalid(Vec<Flaw>),
    /// The cursor is none of this list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The idempotency key belongs to another request.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

impl RegistrationAdmin {
    /// Looks after the tokens.
    #[must_use]
    pub const fn new(context: Context, cursors: Cursors) -> Self {
        Self { context, cursors }
    }

    /// A page of tokens, the newest first.
    ///
    /// # Errors
    /// When the cursor is none of this list, or storage fails.
    pub async fn list(
        &self,
        page: &PageAsked,
    ) -> Result<Paged<InitialAccessToken>, RegistrationAdminError> {
        let list = "initial_access_tokens";
        let after = self.cursors.open(&list, page)?.map(id_in).transpose()?;
        let conn = self.context.db.connect().await?;
        let registrations = conn.reads().registrations();
        let found = registrations.list_tokens(after, page.size.rows_to_read());
        Ok(self.cursors.page(&list, page.size, found.await?, |token| {
            vec![Some(token.id.to_string())]
        }))
    }

    /// Makes a token.
    ///
    /// # Errors
    /// When something is wrong about it, the idempotency key belongs to another request, or storage
    /// fails. Nothing is stored then.
    pub async fn create(
        &self,
        ordered: InitialAccessOrdered,
        by: &Administrator,
        run: Run,
        keyed: Option<&Keyed<'_, MadeInitialAccess>>,
    ) -> Result<Answered<MadeInitialAccess>, RegistrationAdminError> {
        let (now, entropy) = (self.context.now(), &*self.context.entropy);
        let record = InitialAccessToken {
            id: InitialAccessTokenId::generate(now, entropy),
            name: ordered.name,
            policy: ordered.policy,
            clients_left: ordered.max_clients,
            clients_made: 0,
            expires_at: now.plus(ordered.lifetime),
            created_at: now,
        };
        refuse(record.flaws())?;
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("registration.create_token").await?;
        if let Some(before) = idempotency::claim(&work, keyed, now).await? {
            return Ok(Answered::Before(before));
        }
        let scope = &record.policy.bounds.scope;
        let known = work.scopes().known_of(scope).await?;
        refuse(unknown_scopes(&scope.without(&known)))?;
        let token = SecretText::new(opaque::generate(TOKEN_PREFIX, entropy));
        let digest = opaque::digest(token.expose());
        work.registrations().insert_token(&record, &digest).await?;
        let made = MadeInitialAccess { record, token };
        idempotency::keep(&work, keyed, &made, entropy).await?;
        let event = self
            .context
            .deed(AuditAction::InitialAccessTokenCreated, by);
        let event = event.of(made.record.id).with("name", &made.record.name);
        self.context.finish(work, run, event).await?;
        Ok(Answered::Now(made))
    }

    /// Removes a token: nobody registers by it any more. Clients that have stay.
    ///
    /// # Errors
    /// When there is none, or storage fails.
    pub async fn delete(
        &self,
        token: InitialAccessTokenId,
        by: &Administrator,
        run: Run,
    ) -> Result<(), RegistrationAdminError> {
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("registration.delete_token").await?;
        if !work.registrations().delete_token(token).await? {
            return Err(RegistrationAdminError::NotFound);
        }
        let event = self
            .context
            .deed(AuditAction::InitialAccessTokenDeleted, by);
        Ok(self.context.finish(work, run, event.of(token)).await?)
    }
}

fn refuse(flaws: Vec<Flaw>) -> Result<(), RegistrationAdminError> {
    if flaws.is_empty() {
        Ok(())
    } else {
        Err(RegistrationAdminError::Invalid(flaws))
    }
}

/// The id that a cursor of ours holds.
fn id_in(position: Position) -> Result<InitialAccessTokenId, CursorError> {
    let [id] = <[_; 1]>::try_from(position).map_err(|_other| CursorError)?;
    id.and_then(|id| id.parse().ok()).ok_or(CursorError)
}
