//! Changes of resource servers.

use authly_domain::audit::AuditAction;
use authly_domain::resource_servers::{OpenTo, ResourceServerChange};
use authly_protocol::admin::ResourceServerPath;
use authly_protocol::admin::resource_servers::{Create, Delete, Disable, Enable, Update};
use authly_protocol::endpoint::Endpoint;
use authly_services::resource_servers::{InUse, ServerAim, ServerOrdered};

use super::{AdminCall, Answer, Servers, document};
use crate::admin::fields::Fields;
use crate::respond::AdminProblem;

/// One for which tokens are issued.
const ENABLED: ResourceServerChange = ResourceServerChange {
    name: None,
    open_to: None,
    is_active: Some(true),
    managed_by: None,
};

/// One for which no tokens are issued.
const DISABLED: ResourceServerChange = ResourceServerChange {
    is_active: Some(false),
    ..ENABLED
};

fn aim<E: Endpoint<Path = ResourceServerPath>>(call: &AdminCall<E>) -> ServerAim<'_> {
    ServerAim {
        server: call.path.resource_server.0,
        version: call.if_match,
        by: &call.caller.identity,
        run: call.run,
    }
}

/// `POST /admin/resource-servers`
pub(super) async fn create(
    call: AdminCall<Create>,
    servers: Servers,
) -> Result<Answer<Create>, AdminProblem> {
    let mut fields = Fields::default();
    let resource = fields.parse("/resource", &call.body.resource);
    let open_to = fields.parse_opt("/open_to", call.body.open_to.as_deref());
    let managed_by = fields.parse_opt("/managed_by", call.body.managed_by.as_deref());
    let ordered = resource.map(|resource| ServerOrdered {
        resource,
        name: call.body.name.clone(),
        open_to: open_to.unwrap_or(OpenTo::ListedClients),
        is_active: call.body.is_active.unwrap_or(true),
        managed_by,
    });
    let ordered = fields.finish(ordered)?;
    let created = servers.create(ordered, &call.caller.identity, call.run);
    let created = created.await?;
    let version = created.version;
    Ok(Answer::of(document::server(&created)).in_version(version))
}

/// `PATCH /admin/resource-servers/{resource_server}`
pub(super) async fn update(
    call: AdminCall<Update>,
    servers: Servers,
) -> Result<Answer<Update>, AdminProblem> {
    let mut fields = Fields::default();
    let open_to = fields.required("/open_to", call.body.open_to.clone());
    let change = ResourceServerChange {
        name: fields.required("/name", call.body.name.clone()),
        open_to: fields.parse_opt("/open_to", open_to.as_deref()),
        is_active: None,
        managed_by: fields.mark(&call.body.managed_by),
    };
    let change = fields.finish(Some(change))?;
    let changed = servers.change(aim(&call), AuditAction::ResourceServerUpdated, change);
    let changed = changed.await?;
    Ok(Answer::of(document::server(&changed)).in_version(changed.version))
}

/// `POST /admin/resource-servers/{resource_server}/enable`
pub(super) async fn enable(
    call: AdminCall<Enable>,
    servers: Servers,
) -> Result<Answer<Enable>, AdminProblem> {
    let changed = servers.change(aim(&call), AuditAction::ResourceServerEnabled, ENABLED);
    let changed = changed.await?;
    Ok(Answer::of(document::server(&changed)).in_version(changed.version))
}

/// `POST /admin/resource-servers/{resource_server}/disable`
pub(super) async fn disable(
    call: AdminCall<Disable>,
    servers: Servers,
) -> Result<Answer<Disable>, AdminProblem> {
    let action = AuditAction::ResourceServerDisabled;
    let changed = servers.change(aim(&call), action, DISABLED).await?;
    Ok(Answer::of(document::server(&changed)).in_version(changed.version))
}

/// `DELETE /admin/resource-servers/{resource_server}`
pub(super) async fn delete(
    call: AdminCall<Delete>,
    servers: Servers,
) -> Result<Answer<Delete>, AdminProblem> {
    let in_use = match call.query.force {
        Some(true) => InUse::Take,
        Some(false) | None => InUse::Keep,
    };
    servers.delete(aim(&call), in_use).await?;
    Ok(Answer::done())
}
