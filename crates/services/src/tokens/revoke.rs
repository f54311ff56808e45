//! Revocation (RFC 7009): one round trip.

use authly_crypto::opaque;
use authly_domain::secret::PresentedToken;

use super::{TokenError, TokenService};
use crate::clients::AuthenticatedClient;

pub(super) async fn revoke(
    service: &TokenService,
    client: &AuthenticatedClient,
    token: &PresentedToken,
) -> Result<(), TokenError> {
    let digest = opaque::digest(token.expose());
    let conn = service.context.db.connect().await?;
    let tokens = conn.reads().tokens();
    Ok(tokens
        .revoke_for(&digest, client.client().key, service.context.now())
        .await?)
}
