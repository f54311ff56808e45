//! Revocation (RFC 7009): one round trip.

use authly_crypto::opaque;
use authly_domain::secret::PresentedToken;
use authly_repositories::tokens::Asker;

use super::service::Attempt;
use super::{TokenError, TokenService};
use crate::clients::AuthenticatedClient;

pub(super) async fn revoke(
    service: &TokenService,
    client: &AuthenticatedClient,
    token: &PresentedToken,
) -> Result<Attempt<()>, TokenError> {
    let digest = opaque::digest(token.expose());
    let client = client.client();
    let asker = Asker {
        key: client.key,
        version: client.version,
    };
    let conn = service.context.db.connect().await?;
    let tokens = conn.reads().tokens();
    let asker_is_current = tokens
        .revoke_for(&digest, asker, service.context.now())
        .await?;
    Ok(if asker_is_current {
        Attempt::Done(())
    } else {
        Attempt::StaleClient
    })
}
