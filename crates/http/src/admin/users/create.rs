//! Making users.

use authly_protocol::admin::users::{Create, CreatedUser, NewUser};
use authly_services::users::{NewUserOrder, WithPassword};

use super::claims::given_claims;
use super::passwords::{Asked, new_password, shown};
use super::{Users, document};
use crate::admin::fields::Fields;
use crate::admin::repeated::{document_of, written};
use crate::admin::{AdminCall, Answer};
use crate::respond::AdminProblem;

/// `POST /admin/users`
pub(super) async fn create(
    call: AdminCall<Create>,
    users: Users,
) -> Result<Answer<Create>, AdminProblem> {
    let ordered = ordered(call.body.clone())?;
    let write = |made: &WithPassword| written(&created(made));
    let keyed = call.keyed(&write);
    let by = &call.caller.identity;
    let answered = users.create(ordered, by, call.run, keyed.as_ref()).await?;
    let document = document_of(answered, created)?;
    let version = document.user.version;
    Ok(Answer::of(document).in_version(version))
}

fn created(made: &WithPassword) -> CreatedUser {
    CreatedUser {
        user: document(&made.account),
        temporary_password: shown(made),
    }
}

fn ordered(mut body: NewUser) -> Result<NewUserOrder, AdminProblem> {
    let mut fields = Fields::default();
    let username = fields.parse("/username", &body.username);
    let email = fields.parse_opt("/email", body.email.as_deref());
    let asked = Asked {
        password: body.password.take(),
        temporary: body.temporary_password,
        requires_change: body.requires_password_change,
    };
    let password = new_password(&mut fields, asked);
    let (is_verified, is_admin) = (body.is_verified, body.is_admin);
    let profile = given_claims(&mut fields, body);
    let order = username
        .zip(password)
        .map(|(username, password)| NewUserOrder {
            username,
            email,
            is_verified,
            is_admin,
            password,
            profile,
        });
    fields.finish(order)
}
