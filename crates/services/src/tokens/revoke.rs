//! Revocation (RFC 7009): one round trip.

use authly_crypto::opaque;
use authly_domain::audit::{Actor, AuditAction, Origin};
use authly_domain::secret::PresentedToken;
use authly_repositories::tokens::Asker;

use super::service::Attempt;
use super::{TokenError, TokenService};
use crate::clients::AuthenticatedClient;

pub(super) async fn revoke(
    service: &TokenService,
    client: &AuthenticatedClient,
    token: &PresentedToken,
    from: &Origin,
) -> Result<Attempt<()>, TokenError> {
    let digest = opaque::digest(token.expose());
    let client = client.client();
    let asker = Asker {
        key: client.key,
        version: client.version,
    };
    let actor = Actor::Client(client.key);
    let event = service
        .context
        .event(AuditAction::TokenRevokedByClient, actor, from.clone())
        .of_client(client.key);
    let event = service.context.written(&event);
    let conn = service.context.db.connect().await?;
    let tokens = conn.reads().tokens();
    let asker_is_current = tokens.revoke_for(&digest, asker, &event).await?;
    Ok(if asker_is_current {
        Attempt::Done(())
    } else {
        Attempt::StaleClient
    })
}
