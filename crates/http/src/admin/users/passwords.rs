//! Other passwords for users.

use authly_domain::secret::Password;
use authly_domain::users::PasswordChange;
use authly_protocol::admin::users::{
    PasswordAnswer, RequirePasswordChange, ResetPassword, ResetUserPassword,
};
use authly_protocol::oauth::WireSecret;
use authly_services::users::{NewPassword, UserDeed, WithPassword};

use super::change::does;
use super::{Users, document, order};
use crate::admin::fields::Fields;
use crate::admin::repeated::{document_of, written};
use crate::admin::{AdminCall, Answer};
use crate::respond::AdminProblem;

/// What a document says of a password.
pub(super) struct Asked {
    pub(super) password: Option<WireSecret>,
    pub(super) temporary: bool,
    pub(super) requires_change: bool,
}

/// `POST /admin/users/{user}/reset-password`
pub(super) async fn reset(
    call: AdminCall<ResetUserPassword>,
    users: Users,
) -> Result<Answer<ResetUserPassword>, AdminProblem> {
    let password = ordered(call.body.clone())?;
    let write = |made: &WithPassword| written(&answered(made));
    let keyed = call.keyed(&write);
    let (user, order) = (call.path.user.0, order(&call));
    let made = users.reset_password(user, password, &order, keyed.as_ref());
    let document = document_of(made.await?, answered)?;
    let version = document.user.version;
    Ok(Answer::of(document).in_version(version))
}

fn answered(made: &WithPassword) -> PasswordAnswer {
    PasswordAnswer {
        user: document(&made.account),
        temporary_password: shown(made),
    }
}

fn ordered(body: ResetPassword) -> Result<NewPassword, AdminProblem> {
    let mut fields = Fields::default();
    let asked = Asked {
        password: body.password,
        temporary: body.temporary_password,
        requires_change: body.requires_password_change,
    };
    let password = new_password(&mut fields, asked);
    fields.finish(password)
}

/// `POST /admin/users/{user}/require-password-change`
pub(super) async fn require_change(
    call: AdminCall<RequirePasswordChange>,
    users: Users,
) -> Result<Answer<RequirePasswordChange>, AdminProblem> {
    does(&call, &users, UserDeed::RequirePasswordChange).await
}

/// The password that is given or asked for.
pub(super) fn new_password(fields: &mut Fields, asked: Asked) -> Option<NewPassword> {
    match (asked.password, asked.temporary) {
        (Some(password), false) => Some(NewPassword::Given {
            password: Password::new(password.expose().to_owned()),
            change: if asked.requires_change {
                PasswordChange::Required
            } else {
                PasswordChange::NotRequired
            },
        }),
        (None, true) => Some(NewPassword::Temporary),
        (Some(_), true) => {
            fields.wrong("/temporary_password", "a password is given as well");
            None
        }
        (None, false) => {
            fields.wrong("/password", "give one, or ask for a temporary_password");
            None
        }
    }
}

/// The password that was made, for the one answer that shows it.
pub(super) fn shown(made: &WithPassword) -> Option<WireSecret> {
    let password = made.temporary.as_ref()?;
    Some(WireSecret::new(password.expose().to_owned()))
}
