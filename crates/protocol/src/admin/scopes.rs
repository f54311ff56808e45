//! Scopes: the catalogue of what may be asked for.

use authly_domain::scopes::AdminScope::{ScopesRead, ScopesWrite};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Moment, Page, Patch, ScopePath};
use crate::endpoint::Access::Scope as Needs;
use crate::endpoint::endpoint;

endpoint! {
    /// Lists the catalogue of scopes, in pages, by name.
    pub List = "scopes.list", Get "/admin/scopes", Needs(ScopesRead);
    query: ListQuery;
    answer: 200 Page<Scope>;
}

endpoint! {
    /// Adds a scope to the catalogue.
    pub Create = "scopes.create", Post "/admin/scopes", Needs(ScopesWrite);
    body: NewScope;
    answer: 201 Scope;
}

endpoint! {
    /// Shows a scope.
    pub Get = "scopes.get", Get "/admin/scopes/{scope}", Needs(ScopesRead);
    path: ScopePath;
    answer: 200 Scope;
}

endpoint! {
    /// Changes what is named of a scope, and keeps the rest.
    pub Update = "scopes.update", Patch "/admin/scopes/{scope}", Needs(ScopesWrite);
    headers: [IfMatch];
    path: ScopePath;
    body: ScopeChange;
    answer: 200 Scope;
}

endpoint! {
    /// Lets a disabled scope be asked for again.
    pub Enable = "scopes.enable", Post "/admin/scopes/{scope}/enable", Needs(ScopesWrite);
    headers: [IfMatch];
    path: ScopePath;
    answer: 200 Scope;
}

endpoint! {
    /// Disables a scope: no new token has it, while those that were issued keep it until they expire.
    pub Disable = "scopes.disable", Post "/admin/scopes/{scope}/disable", Needs(ScopesWrite);
    headers: [IfMatch];
    path: ScopePath;
    answer: 200 Scope;
}

endpoint! {
    /// Deletes a scope. One that clients may ask for is kept, unless it is forced: then they lose it.
    pub Delete = "scopes.delete", Delete "/admin/scopes/{scope}", Needs(ScopesWrite);
    headers: [IfMatch];
    path: ScopePath;
    query: DeleteQuery;
    answer: 204;
}

/// A scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches that stand for themselves on the wire"
)]
pub struct Scope {
    /// Its name on the wire.
    pub name: String,
    /// What the consent page says it allows.
    pub description: String,
    /// Whether a request without `scope` asks for it.
    pub is_default: bool,
    /// Whether it may be asked for at all.
    pub is_active: bool,
    /// Whether the server depends on it, so that it can neither be disabled nor deleted.
    pub is_system: bool,
    /// The configuration that looks after it, where it is kept as code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
    /// Whether a client may ask for it, so that it is deleted by force alone.
    pub is_in_use: bool,
    /// Goes up at each change: what `If-Match` names.
    pub version: i64,
    /// When it was added.
    pub created_at: Moment,
    /// When it was changed last.
    pub updated_at: Moment,
}

/// A scope to be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewScope {
    /// Its name on the wire.
    pub name: String,
    /// What the consent page says it allows.
    pub description: String,
    /// Whether a request without `scope` asks for it.
    #[serde(default)]
    pub is_default: bool,
    /// The configuration that looks after it, where it is kept as code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
}

/// A change of a scope: what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ScopeChange {
    /// What the consent page says it allows.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub description: Patch<String>,
    /// Whether a request without `scope` asks for it.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub is_default: Patch<bool>,
    /// The configuration that looks after it, where it is kept as code.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub managed_by: Patch<String>,
}

/// Which scopes are listed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListQuery {
    /// What the name begins with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Whether it is enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    /// How many scopes a page holds: 1 to 200, 50 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// How a scope is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DeleteQuery {
    /// Whether it is taken from the clients that may ask for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force: Option<bool>,
}
