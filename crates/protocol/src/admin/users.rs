//! Users: the people who log in.

mod change;
mod document;
mod import;

use authly_domain::id::{ClientKey, UserId};
use authly_domain::scopes::AdminScope::{UsersRead, UsersWrite};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, Moment, Page, UserPath};
use crate::endpoint::Access::Scope;
use crate::endpoint::{endpoint, path_values};

pub use change::{AddressChange, NewUser, ResetPassword, UserChange};
pub use document::{Address, Consent, CreatedUser, PasswordAnswer, User};
pub use import::{ImportReport, ImportUsers, ImportedUser, MAX_IMPORTED_USERS, SkippedUser};

endpoint! {
    /// Lists users, in pages: all of them or those who fit the filters, in one of several orders; or
    /// those whose user name, e-mail address or name begins with a text.
    pub List = "users.list", Get "/admin/users", Scope(UsersRead);
    query: ListQuery;
    answer: 200 Page<User>;
}

endpoint! {
    /// Makes a user, with a given password or a temporary one, which this answer shows and no other.
    pub Create = "users.create", Post "/admin/users", Scope(UsersWrite);
    headers: [IdempotencyKey];
    body: NewUser;
    answer: 201 CreatedUser;
}

endpoint! {
    /// Adds users whom another server had, with the hashes of their passwords: all of them or none. Who is
    /// here already is passed over. The body may have 8 MiB.
    pub Import = "users.import", Post "/admin/user-imports", Scope(UsersWrite);
    max_body: 8_388_608;
    body: ImportUsers;
    answer: 200 ImportReport;
}

endpoint! {
    /// Shows a user.
    pub Get = "users.get", Get "/admin/users/{user}", Scope(UsersRead);
    path: UserPath;
    answer: 200 User;
}

endpoint! {
    /// Changes what is named of a user, and keeps the rest. A new e-mail address is not verified
    /// unless the change says so.
    pub Update = "users.update", Patch "/admin/users/{user}", Scope(UsersWrite);
    headers: [IfMatch];
    path: UserPath;
    body: UserChange;
    answer: 200 User;
}

endpoint! {
    /// Deletes a user with everything of theirs: sessions, consents, grants, codes and tokens.
    pub Delete = "users.delete", Delete "/admin/users/{user}", Scope(UsersWrite);
    headers: [IfMatch];
    path: UserPath;
    answer: 204;
}

endpoint! {
    /// Disables a user: their sessions and all that was granted in their name end at once, and they
    /// cannot log in.
    pub Disable = "users.disable", Post "/admin/users/{user}/disable", Scope(UsersWrite);
    headers: [IfMatch];
    path: UserPath;
    answer: 200 User;
}

endpoint! {
    /// Lets a disabled user log in again. What ended before stays ended.
    pub Enable = "users.enable", Post "/admin/users/{user}/enable", Scope(UsersWrite);
    headers: [IfMatch];
    path: UserPath;
    answer: 200 User;
}

endpoint! {
    /// Forgets the failed logins that were counted against a user, so that they need not wait.
    /// Failures counted against an address as a whole stay.
    pub Unlock = "users.unlock", Post "/admin/users/{user}/unlock", Scope(UsersWrite);
    path: UserPath;
    answer: 204;
}

endpoint! {
    /// Takes the e-mail address of a user as verified.
    pub Verify = "users.verify", Post "/admin/users/{user}/verify", Scope(UsersWrite);
    headers: [IfMatch];
    path: UserPath;
    answer: 200 User;
}

endpoint! {
    /// Makes a user an administrator. Only an administrator in person does.
    pub SetAdmin = "users.set_admin", Post "/admin/users/{user}/set-admin", Scope(UsersWrite);
    headers: [IfMatch];
    path: UserPath;
    answer: 200 User;
}

endpoint! {
    /// Takes the rights of an administrator from a user, at once. Nobody does that to themselves, and
    /// one active administrator has to be left.
    pub UnsetAdmin = "users.unset_admin", Post "/admin/users/{user}/unset-admin", Scope(UsersWrite);
    headers: [IfMatch];
    path: UserPath;
    answer: 200 User;
}

endpoint! {
    /// Gives a user another password, given or temporary. Their sessions and all that was granted in
    /// their name end at once, and failed logins are forgotten. The answer shows a temporary password,
    /// and no other answer does.
    pub ResetUserPassword = "users.reset_password", Post "/admin/users/{user}/reset-password", Scope(UsersWrite);
    headers: [IfMatch, IdempotencyKey];
    path: UserPath;
    body: ResetPassword;
    answer: 200 PasswordAnswer;
}

endpoint! {
    /// Makes a user change the password at the next login.
    pub RequirePasswordChange = "users.require_password_change", Post "/admin/users/{user}/require-password-change", Scope(UsersWrite);
    headers: [IfMatch];
    path: UserPath;
    answer: 200 User;
}

endpoint! {
    /// Lists what a user has agreed to, client by client.
    pub ListConsents = "users.consents.list", Get "/admin/users/{user}/consents", Scope(UsersRead);
    path: UserPath;
    query: ConsentsQuery;
    answer: 200 Page<Consent>;
}

endpoint! {
    /// Forgets what a user has agreed to for a client, and ends all that was granted to it in their
    /// name. The client has to ask them again.
    pub RevokeConsent = "users.consents.revoke", Delete "/admin/users/{user}/consents/{client}", Scope(UsersWrite);
    path: ConsentPath;
    answer: 204;
}

path_values! {
    /// What one user has agreed to for one client.
    pub ConsentPath {
        /// The id of the user.
        user: Id<UserId>,
        /// The id of the client.
        client: Id<ClientKey>,
    }
}

/// Which users are listed, and in which order. A range of time goes with the order by that time, and
/// a search has an order of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListQuery {
    /// What the user name, the e-mail address or the name begins with, whatever the case. Those who
    /// are found come in the order of what begins so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Whether the user is enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    /// Whether the user is an administrator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_admin: Option<bool>,
    /// Whether the e-mail address is verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_verified: Option<bool>,
    /// Whether the user has to change the password at the next login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requires_password_change: Option<bool>,
    /// Made at this moment or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_from: Option<Moment>,
    /// Made before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_before: Option<Moment>,
    /// Last logged in at this moment or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_login_from: Option<Moment>,
    /// Last logged in before this moment, or never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_login_before: Option<Moment>,
    /// `username` (the default), `email`, `created_at` or `last_login_at`; with `-` in front from the
    /// end. A range of time makes its own time the default. Users without an address, and those who
    /// never logged in, are the lowest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// How many users a page holds: 1 to 200, 50 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Which page of consents is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConsentsQuery {
    /// How many consents a page holds: 1 to 200, 50 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
