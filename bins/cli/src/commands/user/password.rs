//! Passwords for users: typed, read from standard input, or made by the server.

use authly_admin_client::WireSecret;
use authly_admin_client::admin::users::{ResetPassword as Reset, User};
use serde::Serialize;

use super::arguments::{PasswordFrom, ResetPassword};
use super::shown;
use crate::args::Change;
use crate::caller::Caller;
use crate::commands::named;
use crate::failure::Failure;
use crate::output::{Cell, Sheet};
use crate::prompt;

/// A user, with the password that the server has made.
#[derive(Debug, Serialize)]
pub(super) struct WithPassword {
    pub(super) user: User,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) temporary_password: Option<WireSecret>,
}

impl Sheet for WithPassword {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        let mut lines = shown::lines(&self.user);
        if let Some(password) = &self.temporary_password {
            lines.push(("temporary password", Cell::plain(password.expose())));
        }
        lines
    }
}

impl WithPassword {
    /// What was answered to `change`; a password that a dry run has made opens nothing, and is left
    /// out.
    pub(super) fn answered(user: User, password: Option<WireSecret>, change: Change) -> Self {
        Self {
            user,
            temporary_password: password.filter(|_made| !change.dry_run),
        }
    }

    /// Prints the result; a password in it is seen this once.
    pub(super) fn print(&self, caller: &Caller) -> Result<(), Failure> {
        caller.output.sheet(self)?;
        if self.temporary_password.is_some() {
            caller
                .output
                .note("the temporary password is shown this once, and changed at the first login");
        }
        Ok(())
    }
}

impl PasswordFrom {
    /// The password that is given; `None` where the server makes it.
    pub(super) fn given(self, username: &str) -> Result<Option<WireSecret>, Failure> {
        if self.temporary {
            return Ok(None);
        }
        if self.password_stdin {
            return Ok(Some(WireSecret::new(prompt::secret_from_stdin()?)));
        }
        let first = prompt::password(&format!("Password for {username}: "))?;
        let again = prompt::password("Again: ")?;
        if first.expose() != again.expose() {
            return Err(Failure::refused(
                "the passwords differ; nothing was changed",
            ));
        }
        Ok(Some(WireSecret::new(first.expose().to_owned())))
    }
}

/// Gives a user another password.
pub(super) async fn reset(asked: &ResetPassword, caller: &Caller) -> Result<(), Failure> {
    let user = named::user(&asked.one.user, caller).await?;
    let name = &user.username;
    let question = format!("Reset the password of {name} and end their sessions?");
    asked.destruction.confirm(&question)?;
    let change = asked.destruction.change;
    let password = Reset {
        password: asked.password.given(name)?,
        temporary_password: asked.password.temporary,
        requires_password_change: asked.password.require_change,
    };
    let call = || caller.client.reset_user_password(user.id.0, &password);
    let look = format!("authly user show {name}");
    let answer = caller.once(change, call, &look).await?;
    WithPassword::answered(answer.user, answer.temporary_password, change).print(caller)?;
    caller
        .output
        .done(change, &format!("reset the password of {name}"));
    Ok(())
}
