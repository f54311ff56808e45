//! What a seed says of resource servers, and whether its clients name registered ones.

use authly_domain::id::ResourceServerId;
use authly_domain::resource_servers::{OpenTo, ResourceServer};
use authly_domain::scopes::Resource;
use authly_repositories::{DbError, UnitOfWork};

use super::apply::{PlannedClient, Seeder};
use super::{SeedError, SeedResourceServer};

impl Seeder {
    /// Reads what a seed says of resource servers.
    pub(super) fn servers_of(
        &self,
        seed: &[SeedResourceServer],
        problems: &mut Vec<String>,
    ) -> Vec<ResourceServer> {
        let mut servers: Vec<ResourceServer> = Vec::new();
        for one in seed {
            let mut problem = |what: &dyn std::fmt::Display| {
                problems.push(format!("resource server {:?}: {what}", one.resource));
            };
            let open_to = one.open_to.as_deref().map(str::parse::<OpenTo>);
            let (resource, open_to) = match (one.resource.parse::<Resource>(), open_to) {
                (Ok(resource), None) => (resource, OpenTo::ListedClients),
                (Ok(resource), Some(Ok(open_to))) => (resource, open_to),
                (Err(why), _) => {
                    problem(&why);
                    continue;
                }
                (Ok(_), Some(Err(why))) => {
                    problem(&format!("open_to: {why}"));
                    continue;
                }
            };
            let server = ResourceServer {
                id: ResourceServerId::generate(self.context.now(), &*self.context.entropy),
                resource,
                name: one.name.clone(),
                open_to,
                is_active: true,
            };
            for flaw in server.flaws() {
                problem(&flaw);
            }
            if servers
                .iter()
                .any(|before| before.resource == server.resource)
            {
                problem(&"it is listed more than once");
            }
            servers.push(server);
        }
        servers
    }

    /// Lets every client name its resource servers in the registered spelling; each is in the seed or
    /// registered, enabled or not.
    pub(super) async fn name_registered(
        &self,
        servers: &[ResourceServer],
        clients: &mut [PlannedClient],
        problems: &mut Vec<String>,
    ) -> Result<(), DbError> {
        let named = named_by(clients);
        let conn = self.context.db.connect().await?;
        let mut registered = conn.reads().resource_servers().hold(&named).await?;
        drop(conn);
        registered.extend(servers.iter().map(|server| server.resource.clone()));
        for PlannedClient { client, .. } in clients {
            let lists = [&mut client.resources, &mut client.default_audience];
            for one in lists.into_iter().flatten() {
                match registered.iter().find(|registered| *registered == one) {
                    Some(registered) => one.clone_from(registered),
                    None => problems.push(format!(
                        "client {}: there is no resource server {one}",
                        client.id
                    )),
                }
            }
        }
        Ok(())
    }

    /// Stores a resource server, and answers whether it was another before. A seed does not say whether
    /// it is enabled: one that was disabled stays so.
    pub(super) async fn store_server(
        &self,
        work: &UnitOfWork<'_>,
        server: &ResourceServer,
    ) -> Result<bool, DbError> {
        let stored = work.resource_servers();
        let Some(present) = stored.find_by_resource(&server.resource).await? else {
            return stored.insert(server, self.context.now()).await;
        };
        let next = ResourceServer {
            name: server.name.clone(),
            open_to: server.open_to,
            ..present.server.clone()
        };
        if next == present.server {
            return Ok(false);
        }
        stored.update(&next).await?;
        Ok(true)
    }
}

/// Keeps what clients name from being removed before they are stored.
pub(super) async fn hold(
    work: &UnitOfWork<'_>,
    clients: &[PlannedClient],
) -> Result<(), SeedError> {
    let named = named_by(clients);
    let held = work.resource_servers().hold(&named).await?;
    match named.iter().find(|one| !held.contains(one)) {
        Some(gone) => Err(SeedError::Problems(vec![format!(
            "there is no resource server {gone} any more"
        )])),
        None => Ok(()),
    }
}

fn named_by(clients: &[PlannedClient]) -> Vec<Resource> {
    let of = |planned: &PlannedClient| {
        let client = &planned.client;
        [client.resources.clone(), client.default_audience.clone()].concat()
    };
    clients.iter().flat_map(of).collect()
}
