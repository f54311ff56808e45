//! Grants for administrators: looked at and revoked, with or without what the user had answered.

use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::AuditAction;
use authly_domain::grants::{GrantRecord, Revocation};
use authly_domain::id::{ClientKey, GrantId, UserId};
use authly_domain::page::Shown;
use authly_repositories::grants::GrantsOf;
use authly_repositories::{DbConn, DbError, UnitOfWork};

pub use authly_repositories::grants::GrantsToRevoke;

use crate::Context;
use crate::paging::{CursorError, Cursors, PageAsked, Paged};
use crate::walk::{Batches, Deed, every_batch, every_step};

/// Which grants a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantFilter {
    /// Who gave them; `None` for everybody.
    pub user: Option<UserId>,
    /// Who got them; `None` for every client.
    pub client: Option<ClientKey>,
    /// Only those that are alive, or all.
    pub shown: Shown,
}

/// What becomes of the answers that users gave on the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentFate {
    /// They are remembered: users are not asked again.
    Kept,
    /// They are forgotten.
    Removed,
}

/// What was ended together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevokedGrants {
    /// How many grants; those that had ended before are not counted.
    pub grants: u64,
    /// How many answers were forgotten.
    pub consents: u64,
}

/// Why grants are not listed or revoked.
#[derive(Debug, thiserror::Error)]
pub enum GrantAdminError {
    /// There is no such grant.
    #[error("there is no such grant")]
    UnknownGrant,
    /// There is no such user.
    #[error("there is no such user")]
    UnknownUser,
    /// There is no such client.
    #[error("there is no such client")]
    UnknownClient,
    /// The cursor does not belong to the list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

/// Looks at grants, and revokes them.
pub struct GrantAdmin {
    context: Context,
    cursors: Cursors,
}

impl GrantAdmin {
    /// On this storage.
    #[must_use]
    pub const fn new(context: Context, cursors: Cursors) -> Self {
        Self { context, cursors }
    }

    /// A page of grants, the newest first.
    ///
    /// # Errors
    /// When the cursor is of another list, or storage fails.
    pub async fn list(
        &self,
        filter: &GrantFilter,
        page: &PageAsked,
    ) -> Result<Paged<GrantRecord>, GrantAdminError> {
        // A user has fewer grants than a client.
        let of = match (filter.user, filter.client) {
            (Some(user), _) => GrantsOf::User(user),
            (None, Some(client)) => GrantsOf::Client(client),
            (None, None) => GrantsOf::All,
        };
        let conn = self.context.db.connect().await?;
        let grants = conn.reads().grants();
        let is_wanted = |grant: &GrantRecord| {
            let of_client = filter.client.is_none_or(|client| client == grant.client);
            of_client && (filter.shown == Shown::All || grant.is_alive().is_ok())
        };
        self.cursors
            .sift(
                &("grants", filter),
                page,
                async |before, rows| grants.list(&of, before, rows).await,
                |grant| grant.id,
                is_wanted,
            )
            .await
    }

    /// One grant, whatever has become of it.
    ///
    /// # Errors
    /// When there is none, or storage fails.
    pub async fn get(&self, grant: GrantId) -> Result<GrantRecord, GrantAdminError> {
        let conn = self.context.db.connect().await?;
        let found = conn.reads().grants().find(grant).await?;
        found.ok_or(GrantAdminError::UnknownGrant)
    }

    /// Ends a grant, and with it every token of its. One that was revoked before stays as it is.
    ///
    /// # Errors
    /// When there is none, or storage fails.
    pub async fn revoke(
        &self,
        grant: GrantId,
        by: &Administrator,
        run: Run,
    ) -> Result<GrantRecord, GrantAdminError> {
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("grants.revoke").await?;
        let (why, now) = (Revocation::ByAdministrator, self.context.now());
        let has_ended = work.grants().revoke(grant, why, now).await?;
        let found = work.grants().find(grant).await?;
        let record = found.ok_or(GrantAdminError::UnknownGrant)?;
        let event = self
            .context
            .deed(AuditAction::GrantRevoked, by)
            .of_grant(grant)
            .of_user(record.user)
            .of_client(record.client)
            .with("has_ended", has_ended);
        self.context.finish(work, run, event).await?;
        Ok(record)
    }

    /// Ends all these grants, the codes that could still become one, and with them every token; what
    /// users had answered first, if it is to be forgotten, so that nobody comes back without being
    /// asked. All of it has ended when this answers, batch by batch however much it is, each with its
    /// event.
    ///
    /// # Errors
    /// When there is no such user or client, or storage fails. What has ended until then stays ended, and
    /// the rest ends when this is repeated.
    pub async fn revoke_all(
        &self,
        which: &GrantsToRevoke,
        consents: ConsentFate,
        by: &Administrator,
        run: Run,
    ) -> Result<RevokedGrants, GrantAdminError> {
        let mut conn = self.context.db.connect().await?;
        let (user, client) = parties(which);
        if let Some(user) = user
            && !conn.reads().users().exists(user).await?
        {
            return Err(GrantAdminError::UnknownUser);
        }
        if let Some(client) = client
            && !conn.reads().clients().exists(client).await?
        {
            return Err(GrantAdminError::UnknownClient);
        }
        let action = match which {
            GrantsToRevoke::OfClient(_) => AuditAction::GrantsOfClientRevoked,
            GrantsToRevoke::OfUser(_) | GrantsToRevoke::OfUserAtClient(..) => {
                AuditAction::GrantsOfUserRevoked
            }
        };
        let batches = Batches {
            context: &self.context,
            run,
            deed: Some(Deed {
                action,
                by,
                user,
                client,
            }),
        };
        let consents = match consents {
            ConsentFate::Kept => 0,
            ConsentFate::Removed => forget_consents(&batches, &mut conn, which).await?,
        };
        let grants = end_everywhere(&batches, &mut conn, which).await?;
        batches.say(grants, consents);
        Ok(RevokedGrants { grants, consents })
    }
}

/// Who gave them and who got them, as far as that is said.
const fn parties(which: &GrantsToRevoke) -> (Option<UserId>, Option<ClientKey>) {
    match *which {
        GrantsToRevoke::OfUser(user) => (Some(user), None),
        GrantsToRevoke::OfClient(client) => (None, Some(client)),
        GrantsToRevoke::OfUserAtClient(user, client) => (Some(user), Some(client)),
    }
}

/// Ends these grants inside of `work`: those of one user, who has few. The codes first: a redemption
/// that is under way is waited for, and its grant is among those that end then.
pub(crate) async fn end_all(
    context: &Context,
    work: &UnitOfWork<'_>,
    which: &GrantsToRevoke,
    why: Revocation,
) -> Result<u64, DbError> {
    end_codes(context, work, which).await?;
    let now = context.now();
    every_step(async |after| work.grants().revoke_batch(which, why, now, after).await).await
}

/// Ends these grants, the codes first as well, each batch by itself. The first batch is written down
/// whether or not there was anything to end.
pub(crate) async fn end_everywhere(
    batches: &Batches<'_>,
    conn: &mut DbConn,
    which: &GrantsToRevoke,
) -> Result<u64, DbError> {
    let context = batches.context;
    let (why, now) = (Revocation::ByAdministrator, context.now());
    let how = ("grants.revoke_all", batches.run);
    every_batch(conn, how, async |work, after| {
        let is_first = after.is_none();
        if is_first {
            end_codes(context, work, which).await?;
        }
        let done = work.grants().revoke_batch(which, why, now, after).await?;
        if is_first || done.changed > 0 {
            batches.note(work, "grants", done.changed).await?;
        }
        Ok(done)
    })
    .await
}

async fn end_codes(
    context: &Context,
    work: &UnitOfWork<'_>,
    which: &GrantsToRevoke,
) -> Result<(), DbError> {
    let (user, client) = parties(which);
    let codes = work.authorization_codes();
    codes.end_unredeemed(user, client, context.now()).await?;
    Ok(())
}

/// Forgets what was answered where these grants came about, each batch by itself.
pub(crate) async fn forget_consents(
    batches: &Batches<'_>,
    conn: &mut DbConn,
    which: &GrantsToRevoke,
) -> Result<u64, DbError> {
    let how = ("consents.forget_all", batches.run);
    let noted = async |work: &UnitOfWork<'_>, forgotten| match forgotten {
        0 => Ok(()),
        some => batches.note(work, "consents", some).await,
    };
    match *which {
        GrantsToRevoke::OfUserAtClient(user, client) => {
            let work = conn.begin("consents.forget").await?;
            let forgotten = u64::from(work.consents().forget(user, client).await?);
            if batches.run == Run::ForReal {
                noted(&work, forgotten).await?;
                work.commit().await?;
            }
            Ok(forgotten)
        }
        GrantsToRevoke::OfUser(user) => {
            let step = async |work: &UnitOfWork<'_>, after| {
                let done = work.consents().forget_batch_of_user(user, after).await?;
                noted(work, done.changed).await?;
                Ok(done)
            };
            every_batch(conn, how, step).await
        }
        GrantsToRevoke::OfClient(client) => {
            let step = async |work: &UnitOfWork<'_>, after| {
                let consents = work.consents();
                let done = consents.forget_batch_of_client(client, after).await?;
                noted(work, done.changed).await?;
                Ok(done)
            };
            every_batch(conn, how, step).await
        }
    }
}
