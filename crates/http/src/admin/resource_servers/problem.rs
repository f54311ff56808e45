//! Why a resource server is not changed, as a problem document.

use authly_domain::resource_servers::ResourceServerFlaw;
use authly_protocol::admin::{FieldError, ProblemCode};
use authly_services::resource_servers::ResourceServerAdminError;

use crate::admin::fields::invalid_body;
use crate::admin::paging::foreign_cursor;
use crate::respond::{AdminProblem, IsUnavailable};

impl From<ResourceServerAdminError> for AdminProblem {
    fn from(error: ResourceServerAdminError) -> Self {
        use ResourceServerAdminError as Why;
        let (code, detail) = match error {
            Why::Invalid(flaws) => return invalid_body(flaws.into_iter().map(field).collect()),
            Why::Storage(error) => {
                let is_unavailable = IsUnavailable(error.is_unavailable());
                return Self::storage(is_unavailable, error);
            }
            Why::Cursor(error) => return foreign_cursor(error),
            Why::NotFound => return Self::not_found("resource server"),
            Why::AlreadyExists => (
                ProblemCode::AlreadyExists,
                "There is a resource server of this identifier, perhaps in another spelling.",
            ),
            Why::VersionMismatch => (
                ProblemCode::VersionMismatch,
                "The resource server was changed since it had the version in If-Match. Read it again.",
            ),
            Why::InUse => (
                ProblemCode::InUse,
                "Clients name this resource server. With force=true they lose it.",
            ),
        };
        Self::new(code, detail)
    }
}

fn field(flaw: ResourceServerFlaw) -> FieldError {
    FieldError {
        pointer: format!("/{}", flaw.member()),
        detail: flaw.to_string(),
    }
}
