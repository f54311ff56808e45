//! The revocation endpoint.

use actix_web::{HttpResponse, web};
use authly_domain::secret::PresentedToken;
use authly_services::tokens::TokenService;

use crate::extract::ClientAuth;
use crate::respond::OAuthFailure;

/// `POST /api/v1/oauth/revoke` - [RFC 7009 §2](https://www.rfc-editor.org/rfc/rfc7009#section-2)
///
/// A token that is not there is as good as revoked (§2.2). `token_type_hint` is not needed.
pub(crate) async fn revoke(
    mut auth: ClientAuth,
    tokens: web::Data<TokenService>,
) -> Result<HttpResponse, OAuthFailure> {
    let token = auth
        .form
        .require("token", "The parameter token is missing.")?;
    tokens
        .revoke(&auth.client, &PresentedToken::new(token), auth.origin)
        .await?;
    Ok(HttpResponse::Ok().finish())
}
