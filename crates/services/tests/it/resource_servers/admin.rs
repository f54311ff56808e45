//! Administration of resource servers.

use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::AuditAction;
use authly_domain::id::ResourceServerId;
use authly_domain::page::PageSize;
use authly_domain::resource_servers::{
    OpenTo, ResourceServerChange, ResourceServerFilter, ResourceServerFlaw,
};
use authly_services::paging::PageAsked;
use authly_services::resource_servers::{ResourceServerAdminError, ServerAim, ServerOrdered};
use authly_testing::TestServices;
use pretty_assertions::assert_eq;

pub(super) use crate::clients::registry::person;

pub(super) fn aim(server: ResourceServerId, by: &Administrator) -> ServerAim<'_> {
    ServerAim {
        server,
        version: None,
        by,
        run: Run::ForReal,
    }
}

fn ordered(resource: &str, open_to: OpenTo) -> ServerOrdered {
    ServerOrdered {
        resource: resource.parse().unwrap(),
        name: "An API".to_owned(),
        open_to,
        is_active: true,
        managed_by: None,
    }
}

/// Registers one.
pub(super) async fn registered(
    services: &TestServices,
    resource: &str,
    open_to: OpenTo,
) -> ResourceServerId {
    let by = person(services);
    let servers = &services.deps.resource_server_admin;
    let created = servers.create(ordered(resource, open_to), &by, Run::ForReal);
    created.await.unwrap().server.id
}

/// The key of a registered one.
pub(super) async fn id_of(services: &TestServices, resource: &str) -> ResourceServerId {
    let conn = services.db.connect().await.unwrap();
    let stored = conn.reads().resource_servers();
    let found = stored.find_by_resource(&resource.parse().unwrap()).await;
    found.unwrap().unwrap().server.id
}

/// Lets tokens be issued for one again.
pub(super) async fn enable(services: &TestServices, id: ResourceServerId) {
    let enabled = ResourceServerChange {
        is_active: Some(true),
        ..ResourceServerChange::default()
    };
    let (servers, by) = (&services.deps.resource_server_admin, person(services));
    let action = AuditAction::ResourceServerEnabled;
    servers.change(aim(id, &by), action, enabled).await.unwrap();
}

/// Lets no tokens be issued for one any more.
pub(super) async fn disable(services: &TestServices, id: ResourceServerId) {
    let disabled = ResourceServerChange {
        is_active: Some(false),
        ..ResourceServerChange::default()
    };
    let (servers, by) = (&services.deps.resource_server_admin, person(services));
    let action = AuditAction::ResourceServerDisabled;
    servers
        .change(aim(id, &by), action, disabled)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_not_meant_or_wrong_is_not_stored() {
    let services = TestServices::start().await;
    let (servers, by) = (&services.deps.resource_server_admin, person(&services));
    let before = services.stored().registry().await;
    let new = || ordered("https://api.example.com", OpenTo::EveryClient);
    let tried = servers.create(new(), &by, Run::Dry).await.unwrap();
    assert_eq!((tried.version, tried.server.is_active), (1, true));
    let unnamed = ServerOrdered {
        name: String::new(),
        ..new()
    };
    let refused = servers.create(unnamed, &by, Run::ForReal).await;
    let Err(ResourceServerAdminError::Invalid(flaws)) = refused else {
        panic!("not refused: {refused:?}");
    };
    assert_eq!(flaws, [ResourceServerFlaw::Name]);
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn they_are_listed_in_pages_by_identifier() {
    let services = TestServices::start().await;
    let servers = &services.deps.resource_server_admin;
    for name in ["c", "a", "b"] {
        let resource = format!("https://api.example.com/{name}");
        registered(&services, &resource, OpenTo::ListedClients).await;
    }
    let page = |cursor| PageAsked {
        size: PageSize::new(2).unwrap(),
        cursor,
    };
    let filter = ResourceServerFilter::default();
    let first = servers.list(&filter, &page(None)).await.unwrap();
    let last = servers.list(&filter, &page(first.next)).await.unwrap();
    let all = first.items.iter().chain(&last.items);
    let names: Vec<_> = all.map(|one| one.server.resource.as_str()).collect();
    let expected = ["a", "b", "c"].map(|name| format!("https://api.example.com/{name}"));
    assert_eq!(names, expected);
    assert_eq!(last.next, None);
}
