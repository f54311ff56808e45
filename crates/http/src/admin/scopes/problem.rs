//! Why a scope is not changed, as a problem document.

use authly_domain::scopes::ScopeFlaw;
use authly_protocol::admin::{FieldError, ProblemCode};
use authly_services::scopes::ScopeAdminError;

use crate::admin::fields::invalid_body;
use crate::admin::paging::foreign_cursor;
use crate::respond::{AdminProblem, IsUnavailable};

impl From<ScopeAdminError> for AdminProblem {
    fn from(error: ScopeAdminError) -> Self {
        use ScopeAdminError as Why;
        let (code, detail) = match error {
            Why::Invalid(flaws) => return invalid_body(flaws.into_iter().map(field).collect()),
            Why::Storage(error) => {
                let is_unavailable = IsUnavailable(error.is_unavailable());
                return Self::storage(is_unavailable, error);
            }
            Why::Cursor(error) => return foreign_cursor(error),
            Why::NotFound => return Self::not_found("scope"),
            Why::AlreadyExists => (ProblemCode::AlreadyExists, "There is a scope of this name."),
            Why::VersionMismatch => (
                ProblemCode::VersionMismatch,
                "The scope was changed since it had the version in If-Match. Read it again.",
            ),
            Why::Protected => (
                ProblemCode::Protected,
                "The server depends on this scope: it can neither be disabled nor deleted.",
            ),
            Why::InUse => (
                ProblemCode::InUse,
                "Clients may ask for this scope. With force=true they lose it.",
            ),
        };
        Self::new(code, detail)
    }
}

fn field(flaw: ScopeFlaw) -> FieldError {
    FieldError {
        pointer: format!("/{}", flaw.member()),
        detail: flaw.to_string(),
    }
}
