//! Resource servers, one and many.

use authly_domain::resource_servers::ResourceServerFilter;
use authly_protocol::admin::resource_servers::{Get, List};

use super::{AdminCall, Answer, Servers, document};
use crate::admin::paging::page_of;
use crate::admin::parameters::QueryFields;
use crate::respond::AdminProblem;

/// `GET /admin/resource-servers`
pub(super) async fn list(
    call: AdminCall<List>,
    servers: Servers,
) -> Result<Answer<List>, AdminProblem> {
    let mut fields = QueryFields::default();
    let begins_with = fields.beginning("q", call.query.q.as_deref());
    let resource = call.query.resource.as_deref();
    let resource = fields.parse("resource", resource, "no identifier is like that");
    let page = fields.finish_with_page(call.query.limit, call.query.cursor)?;
    let filter = ResourceServerFilter {
        begins_with,
        resource,
        is_active: call.query.is_active,
    };
    let found = servers.list(&filter, &page).await?;
    Ok(Answer::of(page_of(found, document::server)))
}

/// `GET /admin/resource-servers/{resource_server}`
pub(super) async fn get(
    call: AdminCall<Get>,
    servers: Servers,
) -> Result<Answer<Get>, AdminProblem> {
    let server = servers.get(call.path.resource_server.0).await?;
    let version = server.version;
    Ok(Answer::of(document::server(&server)).in_version(version))
}
