//! Why a resource server is not changed, as a problem document.

use authly_domain::clients::ClientId;
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
            Why::OnlyAudience(clients) => {
                return Self::new(ProblemCode::InUse, only_audience(&clients));
            }
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

/// How to go on where clients would be left with tokens for this server itself.
fn only_audience(clients: &[ClientId]) -> String {
    let first: Vec<_> = clients.iter().take(5).map(ClientId::as_str).collect();
    let more = match clients.len().saturating_sub(first.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "It is the whole default_audience of {}{more}: without it, their tokens would be for this \
         server itself. Give them another default_audience first.",
        first.join(", ")
    )
}

fn field(flaw: ResourceServerFlaw) -> FieldError {
    FieldError {
        pointer: format!("/{}", flaw.member()),
        detail: flaw.to_string(),
    }
}
