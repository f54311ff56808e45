//! The introspection endpoint.

use actix_web::{HttpResponse, web};
use authly_domain::secret::PresentedToken;
use authly_domain::tokens::{TokenKind, TokenRecord};
use authly_domain::users::StandardClaim;
use authly_protocol::oauth::{Audience, IntrospectionResponse};
use authly_services::tokens::{Introspection, TokenService};

use crate::extract::ClientAuth;
use crate::respond::OAuthFailure;
use crate::settings::HttpSettings;

/// `POST /api/v1/oauth/introspect` - [RFC 7662 §2](https://www.rfc-editor.org/rfc/rfc7662#section-2)
///
/// `token_type_hint` is not needed to find a token, and ignored as §2.1 allows.
pub(crate) async fn introspect(
    mut auth: ClientAuth,
    tokens: web::Data<TokenService>,
    settings: web::Data<HttpSettings>,
) -> Result<HttpResponse, OAuthFailure> {
    let token = auth
        .form
        .require("token", "The parameter token is missing.")?;
    let token = PresentedToken::new(token);
    let introspection = tokens.introspect(&auth.client, &token).await?;
    let response = response(introspection, settings.issuer.as_str());
    Ok(HttpResponse::Ok().json(response))
}

/// The answer (RFC 7662 §2.2).
pub(crate) fn response(introspection: Introspection, issuer: &str) -> IntrospectionResponse {
    match introspection {
        Introspection::Active(record) => active(*record, issuer),
        Introspection::Inactive => IntrospectionResponse::default(),
    }
}

fn active(record: TokenRecord, issuer: &str) -> IntrospectionResponse {
    let is_access = record.kind == TokenKind::Access;
    let client_id = record.client_id.as_str().to_owned();
    // The `sub` of client credentials is the client (decisions 12).
    let subject = record.subject.map(|subject| subject.as_str().to_owned());
    // The name that somebody logs in with is a claim like any other: without its scope, a client with
    // pairwise subjects would know its users by it as all others do.
    let name_scope = StandardClaim::PreferredUsername.scope();
    let name = record
        .username
        .filter(|_name| record.scope.contains(name_scope));
    let authentication = record.authentication;
    IntrospectionResponse {
        active: true,
        iss: Some(issuer.to_owned()),
        sub: Some(subject.unwrap_or_else(|| client_id.clone())),
        aud: Audience::of(record.audience),
        client_id: Some(client_id),
        username: name.map(|name| name.as_str().to_owned()),
        scope: (!record.scope.is_empty()).then(|| record.scope.to_string()),
        token_type: is_access.then(|| "Bearer".to_owned()),
        exp: Some(record.expires_at.unix_seconds()),
        iat: Some(record.issued_at.unix_seconds()),
        jti: is_access.then(|| record.id.as_uuid().to_string()),
        auth_time: authentication
            .as_ref()
            .map(|how| how.auth_time.unix_seconds()),
        acr: authentication.as_ref().map(|how| how.acr.clone()),
        amr: authentication.map(|how| how.amr),
    }
}
