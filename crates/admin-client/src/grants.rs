//! Grants.

use authly_domain::id;
use authly_protocol::admin::grants::{Get, GrantPath, List, Revoke, RevokeOfClient, RevokeOfUser};
use authly_protocol::admin::{ClientPath, Id, UserPath};
use authly_protocol::endpoint::NoPath;

use crate::{AdminClient, Call};

impl AdminClient {
    /// A page of grants, the newest first.
    pub fn list_grants(&self) -> Call<'_, List> {
        self.call(&NoPath)
    }

    /// One grant.
    pub fn get_grant(&self, grant: id::GrantId) -> Call<'_, Get> {
        let grant = Id(grant);
        self.call(&GrantPath { grant })
    }

    /// Revokes a grant, with every token of it.
    pub fn revoke_grant(&self, grant: id::GrantId) -> Call<'_, Revoke> {
        let grant = Id(grant);
        self.call(&GrantPath { grant })
    }

    /// Revokes the grants that a user gave.
    pub fn revoke_grants_of_user(&self, user: id::UserId) -> Call<'_, RevokeOfUser> {
        let user = Id(user);
        self.call(&UserPath { user })
    }

    /// Revokes the grants that a client got.
    pub fn revoke_grants_of_client(&self, client: id::ClientKey) -> Call<'_, RevokeOfClient> {
        let client = Id(client);
        self.call(&ClientPath { client })
    }
}
