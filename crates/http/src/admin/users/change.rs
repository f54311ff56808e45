//! Changing and deleting users.

use authly_domain::users::{AccountChange, Change};
use authly_protocol::admin::users::{
    Delete, Disable, Enable, SetAdmin, Unlock, UnsetAdmin, Update, User, UserChange, Verify,
};
use authly_protocol::admin::{Patch, UserPath};
use authly_protocol::endpoint::Endpoint;
use authly_services::users::{UserAdmin, UserDeed};

use super::claims::changed_claims;
use super::{Users, answer, order};
use crate::admin::fields::Fields;
use crate::admin::{AdminCall, Answer};
use crate::respond::AdminProblem;

/// `PATCH /admin/users/{user}`
pub(super) async fn update(
    call: AdminCall<Update>,
    users: Users,
) -> Result<Answer<Update>, AdminProblem> {
    let change = account_change(call.body.clone())?;
    does(&call, &users, UserDeed::Update(Box::new(change))).await
}

/// `DELETE /admin/users/{user}`
pub(super) async fn delete(
    call: AdminCall<Delete>,
    users: Users,
) -> Result<Answer<Delete>, AdminProblem> {
    users.delete(call.path.user.0, &order(&call)).await?;
    Ok(Answer::done())
}

/// `POST /admin/users/{user}/disable`
pub(super) async fn disable(
    call: AdminCall<Disable>,
    users: Users,
) -> Result<Answer<Disable>, AdminProblem> {
    does(&call, &users, UserDeed::Disable).await
}

/// `POST /admin/users/{user}/enable`
pub(super) async fn enable(
    call: AdminCall<Enable>,
    users: Users,
) -> Result<Answer<Enable>, AdminProblem> {
    does(&call, &users, UserDeed::Enable).await
}

/// `POST /admin/users/{user}/unlock`
pub(super) async fn unlock(
    call: AdminCall<Unlock>,
    users: Users,
) -> Result<Answer<Unlock>, AdminProblem> {
    users.unlock(call.path.user.0, &order(&call)).await?;
    Ok(Answer::done())
}

/// `POST /admin/users/{user}/verify`
pub(super) async fn verify(
    call: AdminCall<Verify>,
    users: Users,
) -> Result<Answer<Verify>, AdminProblem> {
    does(&call, &users, UserDeed::Verify).await
}

/// `POST /admin/users/{user}/set-admin`
pub(super) async fn set_admin(
    call: AdminCall<SetAdmin>,
    users: Users,
) -> Result<Answer<SetAdmin>, AdminProblem> {
    does(&call, &users, UserDeed::SetAdmin).await
}

/// `POST /admin/users/{user}/unset-admin`
pub(super) async fn unset_admin(
    call: AdminCall<UnsetAdmin>,
    users: Users,
) -> Result<Answer<UnsetAdmin>, AdminProblem> {
    does(&call, &users, UserDeed::UnsetAdmin).await
}

/// Does something to the user of the path, and shows what came of it.
pub(super) async fn does<E>(
    call: &AdminCall<E>,
    users: &UserAdmin,
    deed: UserDeed,
) -> Result<Answer<E>, AdminProblem>
where
    E: Endpoint<Path = UserPath, Answer = User>,
{
    let account = users.change(call.path.user.0, deed, &order(call)).await?;
    Ok(answer(&account))
}

fn account_change(mut body: UserChange) -> Result<AccountChange, AdminProblem> {
    let mut fields = Fields::default();
    let username = fields.required("/username", std::mem::take(&mut body.username));
    let username = fields.parse_opt("/username", username.as_deref());
    let email = match std::mem::take(&mut body.email) {
        Patch::Keep => Change::Keep,
        Patch::Clear => Change::Clear,
        Patch::Set(text) => fields
            .parse("/email", &text)
            .map_or(Change::Keep, Change::Set),
    };
    let change = AccountChange {
        username,
        email,
        is_verified: fields.required("/is_verified", body.is_verified),
        profile: changed_claims(&mut fields, body),
    };
    fields.finish(Some(change))
}
