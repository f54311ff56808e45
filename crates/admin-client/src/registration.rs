//! Tokens that let clients register themselves.

use authly_domain::id::InitialAccessTokenId;
use authly_protocol::admin::Id;
use authly_protocol::admin::registration::{
    Create, Delete, InitialAccessTokenPath, List, NewInitialAccessToken,
};
use authly_protocol::endpoint::NoPath;

use crate::{AdminClient, Call};

impl AdminClient {
    /// A page of the tokens that let clients register themselves, the newest first.
    pub fn initial_access_tokens(&self) -> Call<'_, List> {
        self.call(&NoPath)
    }

    /// Makes one.
    pub fn create_initial_access_token(&self, new: &NewInitialAccessToken) -> Call<'_, Create> {
        self.call(&NoPath).body(new)
    }

    /// Deletes one. Clients that have registered by it stay.
    pub fn delete_initial_access_token(&self, token: InitialAccessTokenId) -> Call<'_, Delete> {
        let initial_access_token = Id(token);
        self.call(&InitialAccessTokenPath {
            initial_access_token,
        })
    }
}
