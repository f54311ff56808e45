//! What is done to one user.

use authly_admin_client::admin::Patch;
use authly_admin_client::admin::users::{User, UserChange};
use authly_admin_client::{Call, Endpoint};

use super::arguments::{DestroyUser, TouchUser, UpdateUser, YesNo};
use super::claims::Clearable;
use super::shown::Shown;
use crate::args::Change;
use crate::caller::Caller;
use crate::commands::named;
use crate::failure::Failure;

/// Sends a call that answers the user, and shows them.
async fn does<E: Endpoint<Answer = User>>(
    call: Call<'_, E>,
    change: Change,
    caller: &Caller,
    done: &str,
) -> Result<(), Failure> {
    let user = change.apply(call).await?;
    let name = user.username.clone();
    caller.output.sheet(&Shown(user))?;
    caller.output.done(change, &format!("{done} {name}"));
    Ok(())
}

/// Changes what is named of a user.
pub(super) async fn update(asked: UpdateUser, caller: &Caller) -> Result<(), Failure> {
    let user = named::user(&asked.one.user, caller).await?;
    let mut change = UserChange {
        username: Patch::set_if(asked.username),
        email: if asked.clear.contains(&Clearable::Email) {
            Patch::Clear
        } else {
            Patch::set_if(asked.email)
        },
        is_verified: Patch::set_if(asked.verified.map(YesNo::is_yes)),
        ..UserChange::default()
    };
    asked.claims.change(&asked.clear, &mut change);
    if change == UserChange::default() {
        return Err(Failure::usage(
            "say what to change, as in --email or --clear",
        ));
    }
    let call = caller.client.update_user(user.id.0, &change);
    does(call, asked.change, caller, "updated the user").await
}

/// Lets a disabled user log in again.
pub(super) async fn enable(one: &TouchUser, caller: &Caller) -> Result<(), Failure> {
    let user = named::user(&one.one.user, caller).await?;
    let call = caller.client.enable_user(user.id.0);
    does(call, one.change, caller, "enabled the user").await
}

/// Disables a user.
pub(super) async fn disable(one: &DestroyUser, caller: &Caller) -> Result<(), Failure> {
    let user = named::user(&one.one.user, caller).await?;
    let question = format!("Disable {} and end their sessions?", user.username);
    one.destruction.confirm(&question)?;
    let call = caller.client.disable_user(user.id.0);
    does(call, one.destruction.change, caller, "disabled the user").await
}

/// Forgets the failed logins of a user.
pub(super) async fn unlock(one: &TouchUser, caller: &Caller) -> Result<(), Failure> {
    let user = named::user(&one.one.user, caller).await?;
    one.change
        .apply(caller.client.unlock_user(user.id.0))
        .await?;
    caller
        .output
        .done(one.change, &format!("unlocked the user {}", user.username));
    Ok(())
}

/// Takes the address of a user as verified.
pub(super) async fn verify(one: &TouchUser, caller: &Caller) -> Result<(), Failure> {
    let user = named::user(&one.one.user, caller).await?;
    let call = caller.client.verify_user(user.id.0);
    does(call, one.change, caller, "verified the address of").await
}

/// Makes a user an administrator.
pub(super) async fn set_admin(one: &TouchUser, caller: &Caller) -> Result<(), Failure> {
    let user = named::user(&one.one.user, caller).await?;
    let call = caller.client.set_admin(user.id.0);
    does(call, one.change, caller, "made an administrator of").await
}

/// Takes the rights of an administrator from a user.
pub(super) async fn unset_admin(one: &DestroyUser, caller: &Caller) -> Result<(), Failure> {
    let user = named::user(&one.one.user, caller).await?;
    let question = format!(
        "Take the rights of an administrator from {}?",
        user.username
    );
    one.destruction.confirm(&question)?;
    let call = caller.client.unset_admin(user.id.0);
    let done = "took the rights of an administrator from";
    does(call, one.destruction.change, caller, done).await
}

/// Makes a user change the password at the next login.
pub(super) async fn require_password_change(
    one: &TouchUser,
    caller: &Caller,
) -> Result<(), Failure> {
    let user = named::user(&one.one.user, caller).await?;
    let call = caller.client.require_password_change(user.id.0);
    does(call, one.change, caller, "required a change of password of").await
}

/// Deletes a user.
pub(super) async fn delete(one: &DestroyUser, caller: &Caller) -> Result<(), Failure> {
    let user = named::user(&one.one.user, caller).await?;
    let question = format!("Delete {} with everything of theirs?", user.username);
    one.destruction.confirm(&question)?;
    let change = one.destruction.change;
    change.apply(caller.client.delete_user(user.id.0)).await?;
    caller
        .output
        .done(change, &format!("deleted the user {}", user.username));
    Ok(())
}
