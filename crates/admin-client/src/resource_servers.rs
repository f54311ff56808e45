//! Resource servers: the APIs that tokens are for.

use authly_domain::id::ResourceServerId;
use authly_protocol::admin::resource_servers::{
    Create, Delete, DeleteQuery, Disable, Enable, Get, List, ListQuery, NewResourceServer,
    ResourceServerChange, Update,
};
use authly_protocol::admin::{Id, ResourceServerPath};
use authly_protocol::endpoint::NoPath;

use crate::{AdminClient, Call};

/// The path to a resource server.
const fn at(resource_server: Id<ResourceServerId>) -> ResourceServerPath {
    ResourceServerPath { resource_server }
}

impl AdminClient {
    /// A page of the resource servers.
    pub fn resource_servers(&self, query: &ListQuery) -> Call<'_, List> {
        self.call(&NoPath).query(query)
    }

    /// The resource server with this id.
    pub fn resource_server(&self, server: Id<ResourceServerId>) -> Call<'_, Get> {
        self.call(&at(server))
    }

    /// Registers a resource server.
    pub fn create_resource_server(&self, new: &NewResourceServer) -> Call<'_, Create> {
        self.call(&NoPath).body(new)
    }

    /// Changes what is named of a resource server, and keeps the rest.
    pub fn update_resource_server(
        &self,
        server: Id<ResourceServerId>,
        change: &ResourceServerChange,
    ) -> Call<'_, Update> {
        self.call(&at(server)).body(change)
    }

    /// Lets tokens be issued for a disabled resource server again.
    pub fn enable_resource_server(&self, server: Id<ResourceServerId>) -> Call<'_, Enable> {
        self.call(&at(server))
    }

    /// Disables a resource server: no token is issued for it any more.
    pub fn disable_resource_server(&self, server: Id<ResourceServerId>) -> Call<'_, Disable> {
        self.call(&at(server))
    }

    /// Deletes a resource server.
    pub fn delete_resource_server(
        &self,
        server: Id<ResourceServerId>,
        how: &DeleteQuery,
    ) -> Call<'_, Delete> {
        self.call(&at(server)).query(how)
    }
}
