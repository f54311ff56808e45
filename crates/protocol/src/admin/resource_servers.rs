//! Resource servers: the APIs that tokens are for.

use authly_domain::id::ResourceServerId;
use authly_domain::scopes::AdminScope::{ClientsRead, ClientsWrite};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, Moment, Page, Patch, ResourceServerPath};
use crate::endpoint::Access::Scope as Needs;
use crate::endpoint::endpoint;

endpoint! {
    /// Lists resource servers, in pages, by identifier.
    pub List = "resource_servers.list", Get "/admin/resource-servers", Needs(ClientsRead);
    query: ListQuery;
    answer: 200 Page<ResourceServer>;
}

endpoint! {
    /// Registers a resource server.
    pub Create = "resource_servers.create", Post "/admin/resource-servers", Needs(ClientsWrite);
    body: NewResourceServer;
    answer: 201 ResourceServer;
}

endpoint! {
    /// Shows a resource server.
    pub Get = "resource_servers.get", Get "/admin/resource-servers/{resource_server}", Needs(ClientsRead);
    path: ResourceServerPath;
    answer: 200 ResourceServer;
}

endpoint! {
    /// Changes what is named of a resource server, and keeps the rest.
    pub Update = "resource_servers.update", Patch "/admin/resource-servers/{resource_server}", Needs(ClientsWrite);
    headers: [IfMatch];
    path: ResourceServerPath;
    body: ResourceServerChange;
    answer: 200 ResourceServer;
}

endpoint! {
    /// Lets tokens be issued for a disabled resource server again.
    pub Enable = "resource_servers.enable", Post "/admin/resource-servers/{resource_server}/enable", Needs(ClientsWrite);
    headers: [IfMatch];
    path: ResourceServerPath;
    answer: 200 ResourceServer;
}

endpoint! {
    /// Disables a resource server: no token is issued for it any more, while those that were issued keep
    /// it until they expire.
    pub Disable = "resource_servers.disable", Post "/admin/resource-servers/{resource_server}/disable", Needs(ClientsWrite);
    headers: [IfMatch];
    path: ResourceServerPath;
    answer: 200 ResourceServer;
}

endpoint! {
    /// Deletes a resource server. One that clients name is kept, unless it is forced: then they lose it.
    pub Delete = "resource_servers.delete", Delete "/admin/resource-servers/{resource_server}", Needs(ClientsWrite);
    headers: [IfMatch];
    path: ResourceServerPath;
    query: DeleteQuery;
    answer: 204;
}

/// A resource server (RFC 8707).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ResourceServer {
    /// Its id, which is not its identifier.
    pub id: Id<ResourceServerId>,
    /// Its identifier, as it stands in the `aud` of its tokens.
    pub resource: String,
    /// What people know it as.
    pub name: String,
    /// Which clients may ask for tokens for it: `listed_clients` or `every_client`.
    pub open_to: String,
    /// Whether tokens are issued for it at all.
    pub is_active: bool,
    /// The configuration that looks after it, where it is kept as code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
    /// Goes up at each change: what `If-Match` names.
    pub version: i64,
    /// When it was registered.
    pub created_at: Moment,
    /// When it was changed last.
    pub updated_at: Moment,
}

/// A resource server to be registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewResourceServer {
    /// Its identifier: an absolute URI without a fragment, as it shall stand in the `aud` of its tokens.
    pub resource: String,
    /// What people know it as.
    pub name: String,
    /// Which clients may ask for tokens for it: `listed_clients` (the default) for those that have it
    /// among their `resources`, or `every_client`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_to: Option<String>,
    /// Whether tokens are issued for it from the beginning; they are, unless it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    /// The configuration that looks after it, where it is kept as code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
}

/// A change of a resource server: what is absent stays. Its identifier cannot be changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ResourceServerChange {
    /// What people know it as.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub name: Patch<String>,
    /// Which clients may ask for tokens for it: `listed_clients` or `every_client`.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub open_to: Patch<String>,
    /// The configuration that looks after it, where it is kept as code.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub managed_by: Patch<String>,
}

/// Which resource servers are listed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListQuery {
    /// What the identifier begins with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// The identifier, in any spelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Whether it is enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    /// How many resource servers a page holds: 1 to 200, 50 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// How a resource server is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DeleteQuery {
    /// Whether it is taken from the clients that name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force: Option<bool>,
}
