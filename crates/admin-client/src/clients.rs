//! Clients: the applications that ask for tokens.

use authly_domain::id::ClientKey;
use authly_protocol::admin::clients::{
    AssignScopes, AssignedScopes, ClientChange, Create, Delete, Disable, Enable, Entitle,
    EntitledScopes, Get, GivenSecret, List, ListQuery, NewClient, Rotate, RotateSecret, SetSecret,
    Update,
};
use authly_protocol::admin::{ClientPath, Id};
use authly_protocol::endpoint::NoPath;

use crate::{AdminClient, Call};

/// The path to a client.
const fn at(client: Id<ClientKey>) -> ClientPath {
    ClientPath { client }
}

impl AdminClient {
    /// A page of the registered clients.
    pub fn clients(&self, query: &ListQuery) -> Call<'_, List> {
        self.call(&NoPath).query(query)
    }

    /// A client.
    pub fn client(&self, client: Id<ClientKey>) -> Call<'_, Get> {
        self.call(&at(client))
    }

    /// Registers a client. Its secret is in the answer and nowhere else: send it with an
    /// [`IdempotencyKey`](crate::IdempotencyKey), so that a lost answer is no lost secret.
    pub fn create_client(&self, new: &NewClient) -> Call<'_, Create> {
        self.call(&NoPath).body(new)
    }

    /// Changes what is named of a client, and keeps the rest.
    pub fn update_client(&self, client: Id<ClientKey>, change: &ClientChange) -> Call<'_, Update> {
        self.call(&at(client)).body(change)
    }

    /// Deletes a client with everything of its.
    pub fn delete_client(&self, client: Id<ClientKey>) -> Call<'_, Delete> {
        self.call(&at(client))
    }

    /// Lets a disabled client work again.
    pub fn enable_client(&self, client: Id<ClientKey>) -> Call<'_, Enable> {
        self.call(&at(client))
    }

    /// Disables a client, and ends everything of its.
    pub fn disable_client(&self, client: Id<ClientKey>) -> Call<'_, Disable> {
        self.call(&at(client))
    }

    /// Gives a client another secret, which is in the answer and nowhere else.
    pub fn rotate_client_secret(
        &self,
        client: Id<ClientKey>,
        how: &RotateSecret,
    ) -> Call<'_, Rotate> {
        self.call(&at(client)).body(how)
    }

    /// Gives a client a secret that was made elsewhere, unless it has it.
    pub fn set_client_secret(
        &self,
        client: Id<ClientKey>,
        given: &GivenSecret,
    ) -> Call<'_, SetSecret> {
        self.call(&at(client)).body(given)
    }

    /// Replaces what a client may ask for.
    pub fn assign_client_scopes(
        &self,
        client: Id<ClientKey>,
        scopes: &AssignedScopes,
    ) -> Call<'_, AssignScopes> {
        self.call(&at(client)).body(scopes)
    }

    /// Replaces what a service client may administer for itself.
    pub fn entitle_client(&self, client: Id<ClientKey>, to: &EntitledScopes) -> Call<'_, Entitle> {
        self.call(&at(client)).body(to)
    }
}
