//! Grants for administrators: looked at and revoked, with or without what the user had answered.

use authly_domain::admin::{Administrator, Run};
use authly_domain::grants::{GrantRecord, Revocation};
use authly_domain::id::{ClientKey, GrantId, UserId};
use authly_domain::page::Shown;
use authly_repositories::grants::GrantsOf;
use authly_repositories::{DbError, UnitOfWork};

pub use authly_repositories::grants::GrantsToRevoke;

use crate::Context;
use crate::paging::{CursorError, Cursors, PageAsked, Paged};

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
        if run == Run::ForReal {
            work.commit().await?;
            tracing::info!(
                admin.user.id = by.user().map(tracing::field::display),
                admin.client.id = by.client().map(tracing::field::display),
                grant.id = %grant,
                has_ended,
                "an administrator revoked a grant"
            );
        }
        Ok(record)
    }

    /// Ends all these grants, the codes that could still become one, and with them every token. All
    /// of it or nothing, in short statements however much it is.
    ///
    /// # Errors
    /// When there is no such user or client, or storage fails.
    pub async fn revoke_all(
        &self,
        which: &GrantsToRevoke,
        consents: ConsentFate,
        by: &Administrator,
        run: Run,
    ) -> Result<RevokedGrants, GrantAdminError> {
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("grants.revoke_all").await?;
        let (user, client) = parties(which);
        if let Some(user) = user
            && !work.users().exists(user).await?
        {
            return Err(GrantAdminError::UnknownUser);
        }
        if let Some(client) = client
            && !work.clients().exists(client).await?
        {
            return Err(GrantAdminError::UnknownClient);
        }
        let grants = end_all(&self.context, &work, which).await?;
        let consents = match consents {
            ConsentFate::Kept => 0,
            ConsentFate::Removed => forget_all(&work, which).await?,
        };
        if run == Run::ForReal {
            work.commit().await?;
            tracing::info!(
                admin.user.id = by.user().map(tracing::field::display),
                admin.client.id = by.client().map(tracing::field::display),
                user.id = user.map(tracing::field::display),
                client.id = client.map(tracing::field::display),
                grants,
                consents,
                "an administrator revoked grants"
            );
        }
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

/// Ends these grants inside of `work`. The codes first: a redemption that is under way is waited for,
/// and its grant is among those that end then.
pub(crate) async fn end_all(
    context: &Context,
    work: &UnitOfWork<'_>,
    which: &GrantsToRevoke,
) -> Result<u64, DbError> {
    let now = context.now();
    let (user, client) = parties(which);
    let codes = work.authorization_codes();
    codes.end_unredeemed(user, client, now).await?;
    let (mut ended, mut after) = (0, None);
    loop {
        let why = Revocation::ByAdministrator;
        let step = work.grants().revoke_batch(which, why, now, after).await?;
        ended += step.changed;
        if step.reached.is_none() {
            return Ok(ended);
        }
        after = step.reached;
    }
}

async fn forget_all(work: &UnitOfWork<'_>, which: &GrantsToRevoke) -> Result<u64, DbError> {
    match *which {
        GrantsToRevoke::OfUserAtClient(user, client) => {
            let was_there = work.consents().forget(user, client).await?;
            Ok(u64::from(was_there))
        }
        GrantsToRevoke::OfUser(user) => {
            let (mut removed, mut after) = (0, None);
            loop {
                let step = work.consents().forget_batch_of_user(user, after).await?;
                removed += step.changed;
                if step.reached.is_none() {
                    return Ok(removed);
                }
                after = step.reached;
            }
        }
        GrantsToRevoke::OfClient(client) => {
            let (mut removed, mut after) = (0, None);
            loop {
                let consents = work.consents();
                let step = consents.forget_batch_of_client(client, after).await?;
                removed += step.changed;
                if step.reached.is_none() {
                    return Ok(removed);
                }
                after = step.reached;
            }
        }
    }
}
