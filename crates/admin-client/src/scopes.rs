//! Scopes: the catalogue of what may be asked for.

use authly_protocol::admin::ScopePath;
use authly_protocol::admin::scopes::{
    Create, Delete, DeleteQuery, Disable, Enable, Get, List, ListQuery, NewScope, ScopeChange,
    Update,
};
use authly_protocol::endpoint::NoPath;

use crate::{AdminClient, Call};

/// The path to a scope.
fn at(scope: &str) -> ScopePath {
    ScopePath {
        scope: scope.to_owned(),
    }
}

impl AdminClient {
    /// A page of the catalogue.
    pub fn scopes(&self, query: &ListQuery) -> Call<'_, List> {
        self.call(&NoPath).query(query)
    }

    /// The scope of this name.
    pub fn scope(&self, scope: &str) -> Call<'_, Get> {
        self.call(&at(scope))
    }

    /// Adds a scope.
    pub fn create_scope(&self, new: &NewScope) -> Call<'_, Create> {
        self.call(&NoPath).body(new)
    }

    /// Changes what is named of a scope, and keeps the rest.
    pub fn update_scope(&self, scope: &str, change: &ScopeChange) -> Call<'_, Update> {
        self.call(&at(scope)).body(change)
    }

    /// Lets a disabled scope be asked for again.
    pub fn enable_scope(&self, scope: &str) -> Call<'_, Enable> {
        self.call(&at(scope))
    }

    /// Disables a scope: no new token has it.
    pub fn disable_scope(&self, scope: &str) -> Call<'_, Disable> {
        self.call(&at(scope))
    }

    /// Deletes a scope.
    pub fn delete_scope(&self, scope: &str, how: &DeleteQuery) -> Call<'_, Delete> {
        self.call(&at(scope)).query(how)
    }
}
