//! What would be removed: what is marked with the configuration's name and does not stand in it.

use std::collections::BTreeSet;

use authly_admin_client::admin::{clients, resource_servers, scopes};

use super::super::document::Desired;
use super::super::entry::Place;
use super::super::show::Verb;
use super::{Act, Planner, ServerAct};
use crate::args::Paging;
use crate::failure::Failure;

/// Everything.
const ALL: Paging = Paging {
    limit: 0,
    all: true,
};

impl Planner<'_> {
    /// Plans the removal of what the configuration does not name any more.
    pub(super) async fn prune(&mut self, desired: &Desired) -> Result<(), Failure> {
        let page = |cursor, size: u32| {
            self.caller.client.clients(&clients::ListQuery {
                limit: Some(u64::from(size)),
                cursor,
                ..clients::ListQuery::default()
            })
        };
        let present = self.caller.gather(&ALL, page).await?;
        let named = desired.clients.iter();
        let named: BTreeSet<_> = named
            .map(|placed| placed.said.own.client_id.as_str())
            .collect();
        let (gone, stay): (Vec<_>, Vec<_>) = present.into_iter().partition(|client| {
            self.is_ours(client.managed_by.as_ref(), client.is_system)
                && !named.contains(client.client_id.as_str())
        });
        for client in gone {
            let at = self.nowhere("clients", &client.client_id);
            let call = self.caller.client.delete_client(client.id).dry_run();
            if self.tried(&at, call.await)?.is_some() {
                self.thing(Verb::Remove, "client", &client.client_id, Vec::new());
                self.plan.acts.push(Act::RemoveClient {
                    id: client.id,
                    client_id: client.client_id,
                    version: client.version,
                });
            }
        }
        self.prune_scopes(desired, &stay).await?;
        self.prune_servers(desired, &stay).await
    }

    async fn prune_servers(
        &mut self,
        desired: &Desired,
        clients: &[clients::Client],
    ) -> Result<(), Failure> {
        let page = |cursor, size: u32| {
            self.caller
                .client
                .resource_servers(&resource_servers::ListQuery {
                    limit: Some(u64::from(size)),
                    cursor,
                    ..resource_servers::ListQuery::default()
                })
        };
        let present = self.caller.gather(&ALL, page).await?;
        let named = desired.servers.iter();
        let named: BTreeSet<_> = named.map(|placed| placed.said.resource.as_str()).collect();
        for server in present {
            let is_ours = server.managed_by.as_ref() == Some(&self.name);
            if !is_ours || named.contains(server.resource.as_str()) {
                continue;
            }
            if let Some(client) = self.namer_of(&server.resource, clients) {
                let at = self.nowhere("resource_servers", &server.resource);
                let what = format!("it cannot be removed: the client {client} names it");
                self.problem(&at, &what);
                continue;
            }
            self.thing(
                Verb::Remove,
                "resource server",
                &server.resource,
                Vec::new(),
            );
            self.plan.acts.push(Act::Server(ServerAct::Remove {
                id: server.id,
                resource: server.resource,
                version: server.version,
            }));
        }
        Ok(())
    }

    async fn prune_scopes(
        &mut self,
        desired: &Desired,
        clients: &[clients::Client],
    ) -> Result<(), Failure> {
        let page = |cursor, size: u32| {
            self.caller.client.scopes(&scopes::ListQuery {
                limit: Some(u64::from(size)),
                cursor,
                ..scopes::ListQuery::default()
            })
        };
        let present = self.caller.gather(&ALL, page).await?;
        let named = desired.scopes.iter();
        let named: BTreeSet<_> = named.map(|placed| placed.said.name.as_str()).collect();
        for scope in present {
            let is_ours = self.is_ours(scope.managed_by.as_ref(), scope.is_system);
            if !is_ours || named.contains(scope.name.as_str()) {
                continue;
            }
            if let Some(user) = self.user_of(&scope.name, clients) {
                let at = self.nowhere("scopes", &scope.name);
                let what = format!("it cannot be removed: the client {user} may ask for it");
                self.problem(&at, &what);
                continue;
            }
            self.thing(Verb::Remove, "scope", &scope.name, Vec::new());
            self.plan.acts.push(Act::RemoveScope {
                name: scope.name,
                version: scope.version,
            });
        }
        Ok(())
    }

    fn is_ours(&self, managed_by: Option<&String>, is_system: bool) -> bool {
        managed_by == Some(&self.name) && !is_system
    }

    /// A client that may ask for a scope in the end.
    fn user_of(&self, scope: &str, clients: &[clients::Client]) -> Option<String> {
        let asks = |text: &str| text.split_whitespace().any(|name| name == scope);
        let planned = self.asking.iter();
        let planned = planned.map(|(id, scope)| (id.as_str(), scope.as_str()));
        let others = clients
            .iter()
            .map(|one| (one.client_id.as_str(), one.scope.as_str()));
        let others = others.filter(|(id, _)| !self.asking.contains_key(*id));
        let mut all = planned.chain(others);
        all.find(|(_, scope)| asks(scope))
            .map(|(id, _)| id.to_owned())
    }

    /// The place of what no file names.
    fn nowhere(&self, kind: &str, name: &str) -> Place {
        Place {
            file: format!("configuration {}", self.name),
            path: format!("{kind} {name}, which no file names"),
        }
    }
}
