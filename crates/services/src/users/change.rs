//! Changing and deleting users.

use authly_domain::audit::AuditAction;
use authly_domain::grants::Revocation;
use authly_domain::id::{ClientKey, UserId};
use authly_domain::sessions::SessionEnd;
use authly_domain::users::{
    Account, AccountChange, Email, LoginName, PasswordChange, only_in_person,
};
use authly_repositories::grants::GrantsToRevoke;
use authly_repositories::{DbError, UnitOfWork};

use super::{Order, UserAdmin, UserAdminError};
use crate::grants::end_all;
use crate::sessions::name_digest;

/// What is done to a user.
#[derive(Debug, Clone)]
pub enum UserDeed {
    /// Name, address or claims become others.
    Update(Box<AccountChange>),
    /// The account may be used again.
    Enable,
    /// It may not be used any more.
    Disable,
    /// The address is taken as proven.
    Verify,
    /// The user may administer.
    SetAdmin,
    /// The user may not administer any more.
    UnsetAdmin,
    /// The next login leads to a change of password.
    RequirePasswordChange,
}

impl UserDeed {
    const fn action(&self) -> AuditAction {
        match self {
            Self::Update(_) => AuditAction::UserUpdated,
            Self::Enable => AuditAction::UserEnabled,
            Self::Disable => AuditAction::UserDisabled,
            Self::Verify => AuditAction::UserVerified,
            Self::SetAdmin => AuditAction::UserMadeAdministrator,
            Self::UnsetAdmin => AuditAction::UserNoAdministrator,
            Self::RequirePasswordChange => AuditAction::UserPasswordChangeRequired,
        }
    }
}

impl UserAdmin {
    /// Does something to a user. What is so already is done again without a trace.
    ///
    /// # Errors
    /// When the caller may not, the version is another, no active administrator would be left, a name
    /// is taken, or storage fails. Nothing is stored then.
    pub async fn change(
        &self,
        user: UserId,
        deed: UserDeed,
        order: &Order<'_>,
    ) -> Result<Account, UserAdminError> {
        let action = deed.action();
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("users.change").await?;
        let before = self.locked(&work, user, order).await?;
        let after = Self::decide(&work, &before, deed, order).await?;
        if after != before {
            work.users().store_account(&after).await?;
        }
        // At the end of being enabled as well: what somebody disabled by other means has left.
        if after.is_active != before.is_active {
            self.end_access(&work, user).await?;
        }
        let stored = work.users().account(user).await?;
        let stored = stored.ok_or(UserAdminError::NotFound)?;
        self.finish(work, order, action, user).await?;
        Ok(stored)
    }

    /// The account after the deed, if it may be done.
    async fn decide(
        work: &UnitOfWork<'_>,
        before: &Account,
        deed: UserDeed,
        order: &Order<'_>,
    ) -> Result<Account, UserAdminError> {
        match &deed {
            UserDeed::Disable | UserDeed::UnsetAdmin => {
                before.may_lose_rights_by(order.by)?;
                Self::leave_an_administrator(work, before).await?;
            }
            UserDeed::SetAdmin => only_in_person(order.by)?,
            UserDeed::Update(_)
            | UserDeed::Enable
            | UserDeed::Verify
            | UserDeed::RequirePasswordChange => before.may_be_changed_by(order.by)?,
        }
        let mut after = before.clone();
        match deed {
            UserDeed::Update(change) => after = before.changed(*change)?,
            UserDeed::Verify => {
                after = before.changed(AccountChange {
                    is_verified: Some(true),
                    ..AccountChange::default()
                })?;
            }
            UserDeed::Enable => after.is_active = true,
            UserDeed::Disable => after.is_active = false,
            UserDeed::SetAdmin => after.is_admin = true,
            UserDeed::UnsetAdmin => after.is_admin = false,
            UserDeed::RequirePasswordChange => after.password_change = PasswordChange::Required,
        }
        Ok(after)
    }

    /// Deletes a user with everything of theirs.
    ///
    /// # Errors
    /// When the caller may not, the version is another, no active administrator would be left, or
    /// storage fails. Nothing is removed then.
    pub async fn delete(&self, user: UserId, order: &Order<'_>) -> Result<(), UserAdminError> {
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("users.delete").await?;
        let before = self.locked(&work, user, order).await?;
        before.may_lose_rights_by(order.by)?;
        Self::leave_an_administrator(&work, &before).await?;
        Self::forget_failures(&work, &before).await?;
        while work.audit().erase_batch(user).await? > 0 {}
        // Ended before they are gone: clients are told of the end alone.
        let (why, now) = (SessionEnd::ByAdministrator, self.context.now());
        work.sessions().end_all_of(user, None, why, now).await?;
        work.users().delete(user).await?;
        self.finish(work, order, AuditAction::UserDeleted, user)
            .await
    }

    /// Forgets the failed logins that were counted against a user, whatever address they came from.
    ///
    /// # Errors
    /// When there is no such user, the caller may not, or storage fails.
    pub async fn unlock(&self, user: UserId, order: &Order<'_>) -> Result<(), UserAdminError> {
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("users.unlock").await?;
        let account = self.locked(&work, user, order).await?;
        account.may_be_changed_by(order.by)?;
        Self::forget_failures(&work, &account).await?;
        self.finish(work, order, AuditAction::UserUnlocked, user)
            .await
    }

    /// Forgets what a user has agreed to for a client, and ends what was granted to it.
    ///
    /// # Errors
    /// When there is no such consent, the caller may not, or storage fails.
    pub async fn revoke_consent(
        &self,
        user: UserId,
        client: ClientKey,
        order: &Order<'_>,
    ) -> Result<(), UserAdminError> {
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("users.revoke_consent").await?;
        let account = self.locked(&work, user, order).await?;
        account.may_be_changed_by(order.by)?;
        // The consent last, as whoever revokes grants together with their consents does.
        let which = GrantsToRevoke::OfUserAtClient(user, client);
        end_all(&self.context, &work, &which, Revocation::ByAdministrator).await?;
        if !work.consents().forget(user, client).await? {
            return Err(UserAdminError::NoConsent);
        }
        let event = self
            .context
            .deed(AuditAction::ConsentRevoked, order.by)
            .of_user(user)
            .of_client(client);
        Ok(self.context.finish(work, order.run, event).await?)
    }

    /// The user in the version that the caller has seen, locked until the work ends.
    pub(super) async fn locked(
        &self,
        work: &UnitOfWork<'_>,
        user: UserId,
        order: &Order<'_>,
    ) -> Result<Account, UserAdminError> {
        let account = work.users().lock_account(user).await?;
        let account = account.ok_or(UserAdminError::NotFound)?;
        match order.version {
            Some(seen) if seen != account.version => Err(UserAdminError::VersionMismatch),
            _ => Ok(account),
        }
    }

    /// Refuses to take rights from the last active administrator. Others who take rights wait until
    /// this work ends.
    async fn leave_an_administrator(
        work: &UnitOfWork<'_>,
        account: &Account,
    ) -> Result<(), UserAdminError> {
        if !account.is_active_administrator() {
            return Ok(());
        }
        work.users().lock_administrators().await?;
        if work
            .users()
            .has_other_active_administrator(account.id)
            .await?
        {
            Ok(())
        } else {
            Err(UserAdminError::LastAdministrator)
        }
    }

    /// Ends the sessions of a user, and all that was granted in their name.
    async fn end_access(&self, work: &UnitOfWork<'_>, user: UserId) -> Result<(), DbError> {
        let now = self.context.now();
        work.sessions()
            .end_all_of(user, None, SessionEnd::ByAdministrator, now)
            .await?;
        work.grants()
            .revoke_all_of(user, Revocation::ByAdministrator, now)
            .await
    }

    /// Forgets the failed logins under each name of the account.
    pub(super) async fn forget_failures(
        work: &UnitOfWork<'_>,
        account: &Account,
    ) -> Result<(), DbError> {
        let username = account.username.normal_form().to_owned();
        let email = account.email.as_ref().map(Email::normal_form);
        let email = email.map(|email| LoginName::Email(email.to_owned()));
        let names: Vec<_> = std::iter::once(LoginName::Username(username))
            .chain(email)
            .map(|name| name_digest(&name))
            .collect();
        work.throttles().forget_accounts(&names).await
    }
}
