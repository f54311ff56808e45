//! Which resource servers a request is for: those that are registered, and open to the client.

use std::sync::Arc;

use authly_domain::authorizations::AuthorizationRequest;
use authly_domain::clients::Client;
use authly_domain::resource_servers::{KnownServers, NotAdmitted};
use authly_domain::scopes::Resource;
use authly_repositories::DbError;

use super::respond::Refusal;
use super::{AuthorizationService, validate};

impl AuthorizationService {
    /// The request with its resources as they are registered, if the client may have tokens for all of
    /// them.
    pub(super) async fn with_servers(
        &self,
        mut request: AuthorizationRequest,
        client: &Client,
    ) -> Result<Result<AuthorizationRequest, Refusal>, DbError> {
        let rule = |servers: &KnownServers| servers.admit_all(client, &request.resources);
        let mut decided = self.servers.decide(rule).await?;
        if let Err((_, NotAdmitted::NotListed)) = decided
            && let Some(present) = self.clients.present_one(client).await?
        {
            // What follows finds that the copy is stale.
            decided = self.servers.known().admit_all(&present, &request.resources);
        }
        Ok(match decided {
            Ok(resources) => {
                request.resources = resources;
                Ok(request)
            }
            Err((resource, why)) => Err(validate::not_admitted(client, &resource, why)),
        })
    }

    /// What people know these as, as far as they are registered.
    pub(super) async fn names_of(&self, audience: &[Resource]) -> Result<Vec<String>, DbError> {
        let rule = |servers: &KnownServers| {
            let names: Vec<_> = servers.names_of(audience).map(str::to_owned).collect();
            let has_all = names.len() == audience.len();
            if has_all { Ok(names) } else { Err(names) }
        };
        let (Ok(names) | Err(names)) = self.servers.decide(rule).await?;
        Ok(names)
    }

    /// Whether the client may still ask for this, also where `client` is a copy that is stale.
    pub(super) async fn is_still_allowed(
        &self,
        request: &AuthorizationRequest,
        client: &Client,
    ) -> Result<bool, DbError> {
        let rule = |servers: &KnownServers| {
            let is_allowed = request.is_still_allowed(client, servers);
            is_allowed.then_some(()).ok_or(())
        };
        if self.servers.decide(rule).await?.is_ok() {
            return Ok(true);
        }
        let present = self.clients.present_one(client).await?;
        let is_allowed =
            |present: Arc<Client>| request.is_still_allowed(&present, &self.servers.known());
        Ok(present.is_some_and(is_allowed))
    }
}
