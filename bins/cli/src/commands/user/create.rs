//! `authly user create`.

use authly_admin_client::admin::users::NewUser;

use super::arguments::CreateUser;
use super::password::WithPassword;
use crate::caller::Caller;
use crate::failure::Failure;

/// Makes a user.
pub(super) async fn create(asked: CreateUser, caller: &Caller) -> Result<(), Failure> {
    let (change, name) = (asked.change, asked.username.clone());
    let user = ordered(asked)?;
    let call = || caller.client.create_user(&user);
    let look = format!("authly user show {name}");
    let answer = caller.once(change, call, &look).await?;
    WithPassword::answered(answer.user, answer.temporary_password, change).print(caller)?;
    caller
        .output
        .done(change, &format!("created the user {name}"));
    Ok(())
}

fn ordered(asked: CreateUser) -> Result<NewUser, Failure> {
    let mut user = NewUser {
        password: asked.password.given(&asked.username)?,
        temporary_password: asked.password.temporary,
        requires_password_change: asked.password.require_change,
        username: asked.username,
        email: asked.email,
        is_verified: asked.verified,
        is_admin: asked.admin,
        ..NewUser::default()
    };
    asked.claims.give_to(&mut user);
    Ok(user)
}
