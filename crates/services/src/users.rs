//! Users, as administrators see and change them.
//!
//! Every change locks the user first. Whoever makes something in the user's name - a login, the
//! redemption of a code - needs the same row: it is done before the change and ended by it, or finds
//! what the change has left. Who takes rights from an administrator waits for others who do, so that
//! one active administrator is always left.

mod change;
mod create;
mod error;
mod import;
mod list;
mod password;

use std::sync::Arc;

use authly_crypto::password::PasswordHasher;
use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::AuditAction;
use authly_domain::id::UserId;
use authly_repositories::UnitOfWork;

use crate::Context;
use crate::paging::Cursors;
use crate::policy::LivePolicies;

pub use change::UserDeed;
pub use create::{NewUserOrder, WithPassword};
pub use error::{TakenName, UserAdminError};
pub use import::{ImportFlaw, Imported, ImportedUser, TakenBy};
pub use list::{UserConsent, UserList};
pub use password::NewPassword;

pub(crate) use password::temporary_password;

/// Administers users.
pub struct UserAdmin {
    context: Context,
    hasher: Arc<PasswordHasher>,
    policies: LivePolicies,
    cursors: Cursors,
}

/// Who changes a user, and how.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// Who.
    pub by: &'a Administrator,
    /// Whether it is meant.
    pub run: Run,
    /// The version that the caller has seen, if the change is to happen to no other.
    pub version: Option<i64>,
}

impl UserAdmin {
    /// An administration whose passwords are as `policies` want them and are hashed by `hasher`.
    #[must_use]
    pub const fn new(
        context: Context,
        hasher: Arc<PasswordHasher>,
        policies: LivePolicies,
        cursors: Cursors,
    ) -> Self {
        Self {
            context,
            hasher,
            policies,
            cursors,
        }
    }
}

impl UserAdmin {
    /// Ends a change of a user: writes it down and makes it last, if it is meant.
    async fn finish(
        &self,
        work: UnitOfWork<'_>,
        order: &Order<'_>,
        action: AuditAction,
        user: UserId,
    ) -> Result<(), UserAdminError> {
        let event = self.context.deed(action, order.by).of_user(user);
        Ok(self.context.finish(work, order.run, event).await?)
    }
}
