//! Users.

use authly_domain::id::{ClientKey, UserId};
use authly_protocol::admin::users::{
    ConsentPath, ConsentsQuery, Create, Delete, Disable, Enable, Get, Import, ImportUsers, List,
    ListConsents, ListQuery, NewUser, RequirePasswordChange, ResetPassword, ResetUserPassword,
    RevokeConsent, SetAdmin, Unlock, UnsetAdmin, Update, UserChange, Verify,
};
use authly_protocol::admin::{Id, UserPath};
use authly_protocol::endpoint::NoPath;

use crate::{AdminClient, Call};

const fn path(user: UserId) -> UserPath {
    UserPath { user: Id(user) }
}

impl AdminClient {
    /// A page of users.
    pub fn users(&self, query: &ListQuery) -> Call<'_, List> {
        self.call(&NoPath).query(query)
    }

    /// One user.
    pub fn user(&self, user: UserId) -> Call<'_, Get> {
        self.call(&path(user))
    }

    /// Adds users whom another server had, all of them or none.
    pub fn import_users(&self, users: &ImportUsers) -> Call<'_, Import> {
        self.call(&NoPath).body(users)
    }

    /// Makes a user. A temporary password is in the answer alone: send an idempotency key with it.
    pub fn create_user(&self, user: &NewUser) -> Call<'_, Create> {
        self.call(&NoPath).body(user)
    }

    /// Changes what is named of a user.
    pub fn update_user(&self, user: UserId, change: &UserChange) -> Call<'_, Update> {
        self.call(&path(user)).body(change)
    }

    /// Deletes a user with everything of theirs.
    pub fn delete_user(&self, user: UserId) -> Call<'_, Delete> {
        self.call(&path(user))
    }

    /// Disables a user; their sessions and grants end.
    pub fn disable_user(&self, user: UserId) -> Call<'_, Disable> {
        self.call(&path(user))
    }

    /// Lets a disabled user log in again.
    pub fn enable_user(&self, user: UserId) -> Call<'_, Enable> {
        self.call(&path(user))
    }

    /// Forgets the failed logins that were counted against a user.
    pub fn unlock_user(&self, user: UserId) -> Call<'_, Unlock> {
        self.call(&path(user))
    }

    /// Takes the e-mail address of a user as verified.
    pub fn verify_user(&self, user: UserId) -> Call<'_, Verify> {
        self.call(&path(user))
    }

    /// Makes a user an administrator.
    pub fn set_admin(&self, user: UserId) -> Call<'_, SetAdmin> {
        self.call(&path(user))
    }

    /// Takes the rights of an administrator from a user.
    pub fn unset_admin(&self, user: UserId) -> Call<'_, UnsetAdmin> {
        self.call(&path(user))
    }

    /// Gives a user another password. A temporary one is in the answer alone: send an idempotency key
    /// with it.
    pub fn reset_user_password(
        &self,
        user: UserId,
        password: &ResetPassword,
    ) -> Call<'_, ResetUserPassword> {
        self.call(&path(user)).body(password)
    }

    /// Makes a user change the password at the next login.
    pub fn require_password_change(&self, user: UserId) -> Call<'_, RequirePasswordChange> {
        self.call(&path(user))
    }

    /// A page of what a user has agreed to, client by client.
    pub fn user_consents(&self, user: UserId, query: &ConsentsQuery) -> Call<'_, ListConsents> {
        self.call(&path(user)).query(query)
    }

    /// Forgets what a user has agreed to for a client, and ends what was granted to it.
    pub fn revoke_user_consent(&self, user: UserId, client: ClientKey) -> Call<'_, RevokeConsent> {
        self.call(&ConsentPath {
            user: Id(user),
            client: Id(client),
        })
    }
}
