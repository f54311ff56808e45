//! Why users are not administered as asked, as a problem document.

use authly_domain::users::{AccountConflict, AccountProtection};
use authly_protocol::admin::{FieldError, ProblemCode};
use authly_services::users::{ImportFlaw, TakenName, UserAdminError};

use crate::admin::fields::invalid_body;
use crate::admin::paging::foreign_cursor;
use crate::respond::{AdminProblem, IsUnavailable};

impl From<UserAdminError> for AdminProblem {
    fn from(error: UserAdminError) -> Self {
        use UserAdminError as Why;
        let (code, detail) = match error {
            Why::NotFound => return Self::not_found("user"),
            Why::NoConsent => return Self::not_found("consent"),
            Why::VersionMismatch => (
                ProblemCode::VersionMismatch,
                "The user was changed since they had the version in If-Match. Read them again.",
            ),
            Why::Protected(AccountProtection::OwnRights) => (
                ProblemCode::OwnRights,
                "Administrators cannot disable, demote or delete themselves. Ask another one.",
            ),
            Why::Protected(AccountProtection::PersonRequired) => (
                ProblemCode::NotAnAdministrator,
                "Only a person makes or changes administrators, and no service client.",
            ),
            Why::LastAdministrator => (
                ProblemCode::LastAdministrator,
                "This is the last active administrator. Make another one first.",
            ),
            Why::Taken(name) => return taken(name),
            Why::Conflict(AccountConflict::NoEmail) => (
                ProblemCode::Conflict,
                "The user has no e-mail address that could be verified.",
            ),
            Why::Conflict(AccountConflict::NoPhoneNumber) => (
                ProblemCode::Conflict,
                "The user has no phone number that could be verified.",
            ),
            Why::Import(flaws) => return invalid_body(flaws.iter().map(imported).collect()),
            Why::Password(refused) => return invalid_body(vec![at("/password", &refused)]),
            Why::Cursor(error) => return foreign_cursor(error),
            Why::Busy => return Self::unavailable(),
            Why::Hashing(error) => return Self::failed(error),
            Why::Storage(error) => {
                let is_unavailable = IsUnavailable(error.is_unavailable());
                return Self::storage(is_unavailable, error);
            }
            Why::Idempotency(error) => return error.into(),
        };
        Self::new(code, detail)
    }
}

fn imported(flaw: &ImportFlaw) -> FieldError {
    at(&format!("/users/{}/{}", flaw.at, flaw.member), &flaw.what)
}

fn at(pointer: &str, detail: &impl ToString) -> FieldError {
    FieldError {
        pointer: pointer.to_owned(),
        detail: detail.to_string(),
    }
}

/// Names what another user has.
fn taken(name: TakenName) -> AdminProblem {
    let (detail, members): (_, &[&str]) = match name {
        TakenName::Username => ("Another user has this user name.", &["/username"]),
        TakenName::Email => ("Another user has this e-mail address.", &["/email"]),
        TakenName::Both => (
            "Other users have this user name and this e-mail address.",
            &["/username", "/email"],
        ),
    };
    let errors = members
        .iter()
        .map(|member| at(member, &"another user has it"));
    AdminProblem::new(ProblemCode::AlreadyExists, detail).about(errors.collect())
}
