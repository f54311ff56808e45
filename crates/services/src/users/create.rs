//! Making users, and giving them another password.

use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::AuditAction;
use authly_domain::grants::Revocation;
use authly_domain::id::UserId;
use authly_domain::secret::Password;
use authly_domain::sessions::SessionEnd;
use authly_domain::users::{
    Account, AccountConflict, Email, Profile, Subject, Username, only_in_person,
};
use authly_repositories::users::{NewUser, PasswordReset, Taken};
use authly_repositories::{DbError, UnitOfWork};

use super::password::Made;
use super::{NewPassword, Order, TakenName, UserAdmin, UserAdminError};
use crate::idempotency::{self, Answered, Keyed};

/// A user to be made.
#[derive(Debug)]
pub struct NewUserOrder {
    /// Their name.
    pub username: Username,
    /// Their address.
    pub email: Option<Email>,
    /// Whether the address is proven.
    pub is_verified: bool,
    /// Whether they may administer.
    pub is_admin: bool,
    /// Their password.
    pub password: NewPassword,
    /// Their claims.
    pub profile: Profile,
}

/// A user with another password.
#[derive(Debug)]
pub struct WithPassword {
    /// The user.
    pub account: Account,
    /// The password, where it was made here: for the one answer that shows it.
    pub temporary: Option<Password>,
}

impl UserAdmin {
    /// Makes a user. Only an administrator in person makes an administrator.
    ///
    /// # Errors
    /// When the password is refused, the name or the address is taken, or storage fails. Nothing is
    /// stored then.
    pub async fn create(
        &self,
        order: NewUserOrder,
        by: &Administrator,
        run: Run,
        keyed: Option<&Keyed<'_, WithPassword>>,
    ) -> Result<Answered<WithPassword>, UserAdminError> {
        order.check(by)?;
        let email = order.email.as_ref();
        let made = self.make(order.password, &order.username, email).await?;
        let now = self.context.now();
        let entropy = &*self.context.entropy;
        let id = UserId::generate(now, entropy);
        let subject = UserId::generate(now, entropy).as_uuid().to_string();
        let user = NewUser {
            id,
            subject: &Subject::new(subject),
            username: &order.username,
            email,
            is_verified: order.is_verified,
            password: Some(&made.hash),
            password_change: made.change,
            is_admin: order.is_admin,
            profile: &order.profile,
            created_at: now,
        };
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("users.create").await?;
        if let Some(before) = idempotency::claim(&work, keyed, now).await? {
            return Ok(Answered::Before(before));
        }
        if !work.users().insert(&user).await? {
            let taken = work.users().taken(&order.username, email, id).await?;
            return Err(UserAdminError::Taken(taken.into()));
        }
        let account = work.users().account(id).await?;
        let created = WithPassword {
            account: account.ok_or(UserAdminError::NotFound)?,
            temporary: made.temporary,
        };
        idempotency::keep(&work, keyed, &created, entropy).await?;
        let event = self.context.deed(AuditAction::UserCreated, by).of_user(id);
        self.context.finish(work, run, event).await?;
        Ok(Answered::Now(created))
    }

    /// Gives a user another password. Their sessions and grants end, and the failed logins that were
    /// counted against them are forgotten.
    ///
    /// # Errors
    /// When the password is refused, the caller may not, or storage fails. Nothing is stored then.
    pub async fn reset_password(
        &self,
        user: UserId,
        password: NewPassword,
        order: &Order<'_>,
        keyed: Option<&Keyed<'_, WithPassword>>,
    ) -> Result<Answered<WithPassword>, UserAdminError> {
        let mut conn = self.context.db.connect().await?;
        let before = conn.reads().users().account(user).await?;
        let before = before.ok_or(UserAdminError::NotFound)?;
        // Before it costs a hash; asked again below.
        before.may_be_changed_by(order.by)?;
        drop(conn);
        let made = self
            .make(password, &before.username, before.email.as_ref())
            .await?;

        let now = self.context.now();
        conn = self.context.db.connect().await?;
        let work = conn.begin("users.reset_password").await?;
        // Before the version is looked at, which the first of two requests has moved.
        if let Some(before) = idempotency::claim(&work, keyed, now).await? {
            return Ok(Answered::Before(before));
        }
        let locked = self.locked(&work, user, order).await?;
        locked.may_be_changed_by(order.by)?;
        self.store_reset(&work, &locked, &made).await?;
        let account = work.users().account(user).await?;
        let answer = WithPassword {
            account: account.ok_or(UserAdminError::NotFound)?,
            temporary: made.temporary,
        };
        idempotency::keep(&work, keyed, &answer, &*self.context.entropy).await?;
        self.finish(work, order, AuditAction::UserPasswordReset, user)
            .await?;
        Ok(Answered::Now(answer))
    }

    /// The password, and the end of everything that hung on the old one.
    async fn store_reset(
        &self,
        work: &UnitOfWork<'_>,
        account: &Account,
        made: &Made,
    ) -> Result<(), DbError> {
        let (user, now) = (account.id, self.context.now());
        let reset = PasswordReset {
            hash: &made.hash,
            change: made.change,
        };
        work.users().reset_password(user, &reset).await?;
        work.sessions()
            .end_all_of(user, None, SessionEnd::PasswordChanged, now)
            .await?;
        work.grants()
            .revoke_all_of(user, Revocation::PasswordChanged, now)
            .await?;
        Self::forget_failures(work, account).await
    }
}

impl NewUserOrder {
    /// Whether `by` may make such a user.
    fn check(&self, by: &Administrator) -> Result<(), UserAdminError> {
        if self.is_admin {
            only_in_person(by)?;
        }
        if self.is_verified && self.email.is_none() {
            return Err(AccountConflict::NoEmail.into());
        }
        Ok(self.profile.check_proofs()?)
    }
}

impl From<Taken> for TakenName {
    fn from(taken: Taken) -> Self {
        match (taken.username, taken.email) {
            (true, true) => Self::Both,
            (false, true) => Self::Email,
            // If neither is taken any more, asking again will tell.
            (_, false) => Self::Username,
        }
    }
}
