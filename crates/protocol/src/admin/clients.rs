//! Clients: the applications that ask for tokens.

mod change;
mod document;
mod secrets;

use authly_domain::scopes::AdminScope::{ClientsRead, ClientsWrite};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ClientPath, Page};
use crate::endpoint::Access::Scope;
use crate::endpoint::endpoint;

pub use change::{AssignedScopes, ClientChange, NewClient};
pub use document::{Client, CreatedClient, LiveSecret};
pub use secrets::{EntitledScopes, GivenSecret, KeptSecret, NewSecret, RotateSecret};

endpoint! {
    /// Lists clients, in pages, filtered and sorted.
    pub List = "clients.list", Get "/admin/clients", Scope(ClientsRead);
    query: ListQuery;
    answer: 200 Page<Client>;
}

endpoint! {
    /// Registers a client. A confidential one gets a secret, which this answer shows and no other.
    pub Create = "clients.create", Post "/admin/clients", Scope(ClientsWrite);
    headers: [IdempotencyKey];
    body: NewClient;
    answer: 201 CreatedClient;
}

endpoint! {
    /// Shows a client.
    pub Get = "clients.get", Get "/admin/clients/{client}", Scope(ClientsRead);
    path: ClientPath;
    answer: 200 Client;
}

endpoint! {
    /// Changes what is named of a client, and keeps the rest.
    pub Update = "clients.update", Patch "/admin/clients/{client}", Scope(ClientsWrite);
    headers: [IfMatch];
    path: ClientPath;
    body: ClientChange;
    answer: 200 Client;
}

endpoint! {
    /// Deletes a client with everything of its: secrets, consents, grants and tokens.
    pub Delete = "clients.delete", Delete "/admin/clients/{client}", Scope(ClientsWrite);
    headers: [IfMatch];
    path: ClientPath;
    answer: 204;
}

endpoint! {
    /// Lets a disabled client work again. What was granted before stays revoked.
    pub Enable = "clients.enable", Post "/admin/clients/{client}/enable", Scope(ClientsWrite);
    headers: [IfMatch];
    path: ClientPath;
    answer: 200 Client;
}

endpoint! {
    /// Disables a client: from now on it gets no tokens, and those that it has count no more.
    pub Disable = "clients.disable", Post "/admin/clients/{client}/disable", Scope(ClientsWrite);
    headers: [IfMatch];
    path: ClientPath;
    answer: 200 Client;
}

endpoint! {
    /// Gives a confidential client another secret, which this answer shows and no other. The old one
    /// stays valid for as long as is asked.
    pub Rotate = "clients.rotate_secret", Post "/admin/clients/{client}/secrets", Scope(ClientsWrite);
    headers: [IfMatch, IdempotencyKey];
    path: ClientPath;
    body: RotateSecret;
    answer: 201 NewSecret;
}

endpoint! {
    /// Gives a confidential client a secret that was made elsewhere, unless it has it.
    pub SetSecret = "clients.set_secret", Put "/admin/clients/{client}/secrets", Scope(ClientsWrite);
    headers: [IfMatch];
    path: ClientPath;
    body: GivenSecret;
    answer: 200 KeptSecret;
}

endpoint! {
    /// Replaces what a client may ask for.
    pub AssignScopes = "clients.assign_scopes", Put "/admin/clients/{client}/scopes", Scope(ClientsWrite);
    headers: [IfMatch];
    path: ClientPath;
    body: AssignedScopes;
    answer: 200 Client;
}

endpoint! {
    /// Replaces what a service client may administer for itself. Only a person may decide that, and
    /// nobody gives more than the own access token allows.
    pub Entitle = "clients.entitle", Put "/admin/clients/{client}/entitled_admin_scopes", Scope(ClientsWrite);
    headers: [IfMatch];
    path: ClientPath;
    body: EntitledScopes;
    answer: 200 Client;
}

/// Which clients are listed, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListQuery {
    /// The `client_id` of the one that is looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// What the `client_id` or the name begins with, whatever the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// `confidential` or `public`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_type: Option<String>,
    /// Whether it is enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    /// A grant that it may use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_type: Option<String>,
    /// `client_id` (the default), `client_name` or `created_at`; with `-` in front from the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// How many clients a page holds: 1 to 200, 50 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
