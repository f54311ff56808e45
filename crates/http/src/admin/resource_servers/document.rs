//! Resource servers as documents.

use authly_domain::resource_servers::RegisteredServer;
use authly_protocol::admin::resource_servers::ResourceServer;
use authly_protocol::admin::{Id, Moment};

/// A resource server as it is shown.
pub(super) fn server(registered: &RegisteredServer) -> ResourceServer {
    let server = &registered.server;
    ResourceServer {
        id: Id(server.id),
        resource: server.resource.to_string(),
        name: server.name.clone(),
        open_to: server.open_to.as_str().to_owned(),
        is_active: server.is_active,
        managed_by: registered.managed_by.as_ref().map(ToString::to_string),
        version: registered.version,
        created_at: Moment(registered.created_at),
        updated_at: Moment(registered.updated_at),
    }
}
