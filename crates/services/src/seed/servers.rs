//! What a seed says of resource servers, and whether its clients name registered ones.

use authly_domain::id::ResourceServerId;
use authly_domain::resource_servers::{OpenTo, ResourceServer};
use authly_domain::scopes::Resource;
use authly_repositories::{DbError, UnitOfWork};

use super::apply::{PlannedClient, Seeder};
use super::{SeedError, SeedResourceServer};

/// A resource server, checked.
pub(super) struct PlannedServer {
    /// As it is where it is new.
    server: ResourceServer,
    /// Which clients may ask, where the seed says so.
    open_to: Option<OpenTo>,
}

impl Seeder {
    /// Reads what a seed says of resource servers.
    pub(super) fn servers_of(
        &self,
        seed: &[SeedResourceServer],
        problems: &mut Vec<String>,
    ) -> Vec<PlannedServer> {
        let mut servers: Vec<PlannedServer> = Vec::new();
        for one in seed {
            let mut problem = |what: &dyn std::fmt::Display| {
                problems.push(format!("resource server {:?}: {what}", one.resource));
            };
            let open_to = one.open_to.as_deref().map(str::parse::<OpenTo>).transpose();
            let (resource, open_to) = match (one.resource.parse::<Resource>(), open_to) {
                (Ok(resource), Ok(open_to)) => (resource, open_to),
                (Err(why), _) => {
                    problem(&why);
                    continue;
                }
                (Ok(_), Err(why)) => {
                    problem(&format!("open_to: {why}"));
                    continue;
                }
            };
            let server = ResourceServer {
                id: ResourceServerId::generate(self.context.now(), &*self.context.entropy),
                resource,
                name: one.name.clone(),
                open_to: open_to.unwrap_or(OpenTo::ListedClients),
                is_active: true,
            };
            for flaw in server.flaws() {
                problem(&flaw);
            }
            if servers
                .iter()
                .any(|before| before.server.resource == server.resource)
            {
                problem(&"it is listed more than once");
            }
            servers.push(PlannedServer { server, open_to });
        }
        servers
    }

    /// Lets every client name its resource servers in the registered spelling; each is in the seed or
    /// registered, enabled or not.
    pub(super) async fn name_registered(
        &self,
        servers: &[PlannedServer],
        clients: &mut [PlannedClient],
        problems: &mut Vec<String>,
    ) -> Result<(), DbError> {
        let named = named_by(clients);
        let conn = self.context.db.connect().await?;
        let mut registered = conn.reads().resource_servers().hold(&named).await?;
        drop(conn);
        registered.extend(servers.iter().map(|one| one.server.resource.clone()));
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

    /// Stores a resource server, and answers whether it was another before. What the seed does not say
    /// stays; it never says whether one is enabled.
    pub(super) async fn store_server(
        &self,
        work: &UnitOfWork<'_>,
        planned: &PlannedServer,
    ) -> Result<bool, DbError> {
        let PlannedServer { server, open_to } = planned;
        let stored = work.resource_servers();
        let Some(present) = stored.find_by_resource(&server.resource).await? else {
            return stored.insert(server, self.context.now()).await;
        };
        let next = ResourceServer {
            name: server.name.clone(),
            open_to: open_to.unwrap_or(present.server.open_to),
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
