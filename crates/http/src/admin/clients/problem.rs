//! Why a client is not changed, as a problem document.

use authly_domain::clients::Flaw;
use authly_protocol::admin::{FieldError, ProblemCode};
use authly_services::clients::ClientAdminError;

use crate::admin::fields::invalid_body;
use crate::admin::paging::foreign_cursor;
use crate::respond::{AdminProblem, IsUnavailable};

impl From<ClientAdminError> for AdminProblem {
    fn from(error: ClientAdminError) -> Self {
        use ClientAdminError as Why;
        let (code, detail) = match error {
            Why::Invalid(flaws) => return invalid_body(flaws.into_iter().map(field).collect()),
            Why::BeyondOwnRights(scope) => return Self::insufficient_scope(scope),
            Why::Idempotency(error) => return error.into(),
            Why::Storage(error) => {
                let is_unavailable = IsUnavailable(error.is_unavailable());
                return Self::storage(is_unavailable, error);
            }
            Why::Cursor(error) => return foreign_cursor(error),
            Why::NotFound => return Self::not_found("client"),
            Why::AlreadyExists => (
                ProblemCode::AlreadyExists,
                "There is a client of this client_id.",
            ),
            Why::VersionMismatch => (
                ProblemCode::VersionMismatch,
                "The client was changed since it had the version in If-Match. Read it again.",
            ),
            Why::Protected => (
                ProblemCode::Protected,
                "The server depends on this client: what it is called and how long its tokens live \
                 can be changed, and nothing else.",
            ),
            Why::OwnRights => (
                ProblemCode::OwnRights,
                "A service client can neither disable nor delete itself.",
            ),
            Why::NoSecret => (ProblemCode::Conflict, "Such a client has no secret."),
            Why::TwoSecrets => (
                ProblemCode::Conflict,
                "Two secrets are valid, and a third would hide which one is used. Wait until the old \
                 one has ended, or end both at once with old_secret_valid_for 0.",
            ),
            Why::NotAPerson => (
                ProblemCode::NotAnAdministrator,
                "Only a person says what a service client may administer.",
            ),
            Why::NoServiceClient => (
                ProblemCode::Conflict,
                "Only a confidential client with client_credentials can administer for itself.",
            ),
        };
        Self::new(code, detail)
    }
}

fn field(flaw: Flaw) -> FieldError {
    FieldError {
        pointer: format!("/{}", flaw.member),
        detail: flaw.what,
    }
}
