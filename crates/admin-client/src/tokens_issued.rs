//! Tokens that the server has issued, to whomever.

use authly_domain::id;
use authly_protocol::admin::tokens::{
    Get, List, LookUp, Revoke, RevokeOfClient, RevokePresented, TokenPath,
};
use authly_protocol::admin::{ClientPath, Id};
use authly_protocol::endpoint::NoPath;

use crate::{AdminClient, Call};

impl AdminClient {
    /// A page of tokens, the newest first.
    pub fn list_tokens(&self) -> Call<'_, List> {
        self.call(&NoPath)
    }

    /// One token, by its id.
    pub fn get_token(&self, token: id::TokenId) -> Call<'_, Get> {
        let token = Id(token);
        self.call(&TokenPath { token })
    }

    /// One token, by its value, which the body of the call has to name.
    pub fn look_up_token(&self) -> Call<'_, LookUp> {
        self.call(&NoPath)
    }

    /// Revokes a token: an access token by itself, a refresh token with its grant.
    pub fn revoke_token(&self, token: id::TokenId) -> Call<'_, Revoke> {
        let token = Id(token);
        self.call(&TokenPath { token })
    }

    /// Revokes a token that the body of the call names by its value.
    pub fn revoke_presented_token(&self) -> Call<'_, RevokePresented> {
        self.call(&NoPath)
    }

    /// Revokes every token of a client.
    pub fn revoke_tokens_of_client(&self, client: id::ClientKey) -> Call<'_, RevokeOfClient> {
        let client = Id(client);
        self.call(&ClientPath { client })
    }
}
