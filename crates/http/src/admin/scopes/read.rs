//! Scopes, one and many.

use authly_domain::scopes::{ScopeFilter, ScopeToken};
use authly_protocol::admin::ScopePath;
use authly_protocol::admin::scopes::{Get, List};

use super::{AdminCall, Answer, Scopes, document};
use crate::admin::paging::page_of;
use crate::admin::parameters::QueryFields;
use crate::respond::AdminProblem;

/// The scope that a path names. A name that none can have is that of no scope.
pub(super) fn named(path: &ScopePath) -> Result<ScopeToken, AdminProblem> {
    path.scope
        .parse()
        .map_err(|_malformed| AdminProblem::not_found("scope"))
}

/// `GET /admin/scopes`
pub(super) async fn list(
    call: AdminCall<List>,
    scopes: Scopes,
) -> Result<Answer<List>, AdminProblem> {
    let mut fields = QueryFields::default();
    let begins_with = fields.beginning("q", call.query.q.as_deref());
    let page = fields.finish_with_page(call.query.limit, call.query.cursor)?;
    let filter = ScopeFilter {
        begins_with,
        is_active: call.query.is_active,
    };
    let found = scopes.list(&filter, &page).await?;
    Ok(Answer::of(page_of(found, document::scope)))
}

/// `GET /admin/scopes/{scope}`
pub(super) async fn get(call: AdminCall<Get>, scopes: Scopes) -> Result<Answer<Get>, AdminProblem> {
    let scope = scopes.get(&named(&call.path)?).await?;
    let version = scope.version;
    Ok(Answer::of(document::scope(&scope)).in_version(version))
}
