//! What would change of resource servers.

use authly_admin_client::admin::clients::{Client, ClientChange};
use authly_admin_client::admin::resource_servers::{
    ListQuery, NewResourceServer, ResourceServer, ResourceServerChange,
};
use authly_admin_client::admin::{Id, Patch, ProblemCode};
use authly_admin_client::id::ResourceServerId;
use authly_admin_client::{ClientError, Resource};
use serde_json::{Map, Value};

use super::super::document::Placed;
use super::super::entry::{ServerSaid, written};
use super::super::show::Verb;
use super::{Act, Planner, activity, activity_change, beginning, difference, is_so};
use crate::failure::Failure;

/// Something to be done with a resource server.
#[derive(Debug)]
pub(in crate::configuration) enum ServerAct {
    Create(NewResourceServer),
    Change {
        id: Id<ResourceServerId>,
        resource: String,
        version: i64,
        change: Option<ResourceServerChange>,
        active: Option<bool>,
    },
    Remove {
        id: Id<ResourceServerId>,
        resource: String,
        version: i64,
    },
}

impl ServerAct {
    /// The identifier of what it is about.
    pub(in crate::configuration) fn resource(&self) -> &str {
        match self {
            Self::Create(new) => &new.resource,
            Self::Change { resource, .. } | Self::Remove { resource, .. } => resource,
        }
    }
}

impl Planner<'_> {
    /// Plans what becomes of a resource server.
    pub(super) async fn server(&mut self, placed: &Placed<ServerSaid>) -> Result<(), Failure> {
        match self.find_server(&placed.said.resource).await? {
            Some(present) if self.passes_over(format!("resource server {}", present.resource)) => {
                Ok(())
            }
            Some(present) => self.present_server(placed, &present).await,
            None => self.new_server(placed).await,
        }
    }

    async fn find_server(&self, resource: &str) -> Result<Option<ResourceServer>, Failure> {
        let query = ListQuery {
            resource: Some(resource.to_owned()),
            ..ListQuery::default()
        };
        match self.caller.client.resource_servers(&query).await {
            // In another spelling it is not the same here: what that means is said when it is made.
            Ok(page) => {
                let mut found = page.items.into_iter();
                Ok(found.find(|one| one.resource == resource))
            }
            // What is wrong about it, too.
            Err(ClientError::Refused { refusal, .. })
                if refusal.code() == Some(ProblemCode::InvalidQuery) =>
            {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn new_server(&mut self, placed: &Placed<ServerSaid>) -> Result<(), Failure> {
        let Placed { at, said } = placed;
        let Some(new) = said.as_new(self.mark()) else {
            let at = at.member("name");
            self.problem(
                &at,
                "it is missing, and the resource server is not there yet",
            );
            return Ok(());
        };
        let call = self.caller.client.create_resource_server(&new).dry_run();
        if self.tried(at, call.await)?.is_none() {
            return Ok(());
        }
        self.coming_servers.insert(said.resource.clone());
        let changes = beginning(written(&new)?, "resource");
        self.thing(Verb::Create, "resource server", &said.resource, changes);
        self.plan.acts.push(Act::Server(ServerAct::Create(new)));
        Ok(())
    }

    async fn present_server(
        &mut self,
        placed: &Placed<ServerSaid>,
        present: &ResourceServer,
    ) -> Result<(), Failure> {
        let Placed { at, said } = placed;
        let change = said.as_change(self.mark());
        let (before, members) = (written(present)?, written(&change)?);
        let mut changes = Vec::new();
        if !is_so(&before, &members) {
            let call = self
                .caller
                .client
                .update_resource_server(present.id, &change);
            let call = call.if_match(present.version).dry_run();
            let Some(after) = self.tried(at, call.await)? else {
                return Ok(());
            };
            changes = difference(&before, &written(&after)?, &members);
        }
        let change = (!changes.is_empty()).then_some(change);
        let active = activity(present.is_active, said.is_active);
        changes.extend(active.map(activity_change));
        if changes.is_empty() {
            self.unchanged();
            return Ok(());
        }
        self.thing(Verb::Change, "resource server", &said.resource, changes);
        self.plan.acts.push(Act::Server(ServerAct::Change {
            id: present.id,
            resource: said.resource.clone(),
            version: present.version,
            change,
            active,
        }));
        Ok(())
    }

    /// What a client is to name, without what is not there yet.
    pub(super) fn without_coming_servers(&self, mut named: Vec<String>) -> Vec<String> {
        named.retain(|one| !self.coming_servers.contains(one));
        named
    }

    /// Puts back what the server did not see.
    pub(super) fn with_coming_servers(
        &self,
        after: &mut Map<String, Value>,
        name: &str,
        said: &[String],
    ) {
        if said.iter().any(|one| self.coming_servers.contains(one)) {
            after.insert(name.to_owned(), said.into());
        }
    }

    /// Notes what a client that is here names in the end.
    pub(super) fn note_named(&mut self, present: &Client, change: &ClientChange) {
        let lists = [
            (&change.resources, &present.resources),
            (&change.default_audience, &present.default_audience),
        ];
        let named = lists.into_iter().flat_map(|(said, before)| match said {
            Patch::Set(said) => said.clone(),
            Patch::Keep => before.clone(),
            Patch::Clear => Vec::new(),
        });
        let named = named.collect();
        self.naming.insert(present.client_id.clone(), named);
    }

    /// A client that names a resource server in the end.
    pub(super) fn namer_of(&self, resource: &str, clients: &[Client]) -> Option<String> {
        let names = |list: &[String]| list.iter().any(|one| is_same(one, resource));
        let mut planned = self.naming.iter();
        let planned = planned.find(|(_, named)| names(named));
        let other = || {
            let mut others = clients
                .iter()
                .filter(|one| !self.naming.contains_key(&one.client_id));
            others.find(|one| names(&one.resources) || names(&one.default_audience))
        };
        planned
            .map(|(id, _)| id.clone())
            .or_else(|| other().map(|one| one.client_id.clone()))
    }
}

/// Whether two spellings are of the same resource server.
fn is_same(one: &str, other: &str) -> bool {
    match (one.parse::<Resource>(), other.parse::<Resource>()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}
