//! Which resource servers a request is for: those that are registered, and open to the client.

use authly_domain::authorizations::AuthorizationRequest;
use authly_domain::clients::Client;
use authly_domain::resource_servers::KnownServers;
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
        Ok(match self.servers.decide(rule).await? {
            Ok(resources) => {
                request.resources = resources;
                Ok(request)
            }
            Err((resource, why)) => Err(validate::not_admitted(client, &resource, why)),
        })
    }

    /// Whether the client may still ask for this.
    pub(super) async fn is_still_allowed(
        &self,
        request: &AuthorizationRequest,
        client: &Client,
    ) -> Result<bool, DbError> {
        let rule = |servers: &KnownServers| {
            let is_allowed = request.is_still_allowed(client, servers);
            is_allowed.then_some(()).ok_or(())
        };
        Ok(self.servers.decide(rule).await?.is_ok())
    }
}
