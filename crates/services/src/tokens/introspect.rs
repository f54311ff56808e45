//! Introspection (RFC 7662): one round trip.

use authly_crypto::opaque;
use authly_domain::clients::{Client, ClientType};
use authly_domain::scopes::Resource;
use authly_domain::secret::PresentedToken;
use authly_domain::tokens::TokenRecord;
use authly_repositories::tokens::Asker;

use super::service::Attempt;
use super::{TokenError, TokenService};
use crate::clients::AuthenticatedClient;

/// What a client may know of a token.
#[derive(Debug)]
pub enum Introspection {
    /// It counts, and this is what it says.
    Active(Box<TokenRecord>),
    /// It does not count, or is none of the client's business.
    Inactive,
}

pub(super) async fn introspect(
    service: &TokenService,
    client: &AuthenticatedClient,
    token: &PresentedToken,
) -> Result<Attempt<Introspection>, TokenError> {
    let client = client.client();
    if client.client_type != ClientType::Confidential {
        return Err(TokenError::ClientNotAllowed);
    }
    let digest = opaque::digest(token.expose());
    let asker = Asker {
        key: client.key,
        version: client.version,
    };
    let conn = service.context.db.connect().await?;
    let Some(answer) = conn.reads().tokens().find_for(&digest, asker).await? else {
        return Ok(Attempt::Done(Introspection::Inactive));
    };
    if !answer.asker_is_current {
        return Ok(Attempt::StaleClient);
    }
    let token = answer.token;
    let alive = token.is_alive(service.context.now());
    if let Err(reason) = &alive {
        tracing::debug!(token.id = %token.id, reason = %reason, "the token is not active");
    }
    if alive.is_ok() && concerns(&token, client) {
        Ok(Attempt::Done(Introspection::Active(Box::new(token))))
    } else {
        Ok(Attempt::Done(Introspection::Inactive))
    }
}

/// A client's own tokens, and those for a resource that is registered for it (decisions 11).
fn concerns(token: &TokenRecord, client: &Client) -> bool {
    let is_for = |resource: &Resource| {
        let mut audience = token.audience.iter();
        audience.any(|one| resource.is_meant_by(one))
    };
    token.client == client.key || client.resources.iter().any(is_for)
}
