//! `authly user …`: the people who log in.

mod agreed;
mod arguments;
mod change;
mod claims;
mod consents;
mod create;
mod list;
mod password;
mod shown;

use authly_admin_client::admin::users::User;
use clap::Subcommand;

use self::arguments::{
    ConsentCommand, CreateUser, DestroyUser, ListUsers, OneUser, ResetPassword, TouchUser,
    UpdateUser,
};
use self::shown::Shown;
use super::named;
use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;

/// What to do about users.
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// List users, or search for them.
    List(Box<ListUsers>),
    /// Show a user.
    Show(OneUser),
    /// Make a user, with a password that is typed, read or made.
    Create(Box<CreateUser>),
    /// Change what is named of a user, and keep the rest.
    Update(Box<UpdateUser>),
    /// Let a disabled user log in again; what ended before stays ended.
    Enable(TouchUser),
    /// Disable a user: sessions and all that was granted in their name end at once.
    Disable(DestroyUser),
    /// Forget the failed logins that were counted against a user.
    Unlock(TouchUser),
    /// Take the e-mail address of a user as verified.
    Verify(TouchUser),
    /// Make a user an administrator.
    SetAdmin(TouchUser),
    /// Take the rights of an administrator from a user.
    UnsetAdmin(DestroyUser),
    /// Give a user another password; sessions and all that was granted in their name end.
    ResetPassword(ResetPassword),
    /// Make a user change the password at the next login.
    RequirePasswordChange(TouchUser),
    /// Delete a user with everything of theirs.
    Delete(DestroyUser),
    /// See and revoke what a user has agreed to.
    #[command(subcommand)]
    Consents(ConsentCommand),
}

/// Does it.
pub(crate) async fn run(command: UserCommand, caller: &Caller) -> Result<Exit, Failure> {
    match command {
        UserCommand::List(asked) => list::list(&asked, caller).await?,
        UserCommand::Show(one) => show(&one, caller).await?,
        UserCommand::Create(asked) => create::create(*asked, caller).await?,
        UserCommand::Update(asked) => change::update(*asked, caller).await?,
        UserCommand::Enable(one) => change::enable(&one, caller).await?,
        UserCommand::Disable(one) => change::disable(&one, caller).await?,
        UserCommand::Unlock(one) => change::unlock(&one, caller).await?,
        UserCommand::Verify(one) => change::verify(&one, caller).await?,
        UserCommand::SetAdmin(one) => change::set_admin(&one, caller).await?,
        UserCommand::UnsetAdmin(one) => change::unset_admin(&one, caller).await?,
        UserCommand::ResetPassword(asked) => password::reset(&asked, caller).await?,
        UserCommand::RequirePasswordChange(one) => {
            change::require_password_change(&one, caller).await?;
        }
        UserCommand::Delete(one) => change::delete(&one, caller).await?,
        UserCommand::Consents(command) => consents::run(&command, caller).await?,
    }
    Ok(Exit::Ok)
}

async fn show(one: &OneUser, caller: &Caller) -> Result<(), Failure> {
    let user: User = named::user(&one.user, caller).await?;
    caller.output.sheet(&Shown(user))
}
