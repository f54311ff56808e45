//! The registration endpoint, and what each client has there.

mod metadata;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, web};
use authly_domain::issuer::Issuer;
use authly_domain::secret::AccessToken;
use authly_services::registration::{OwnAim, OwnRegistration, RegistrationService};
use serde_json::{Map, Value};

use crate::extract::{BearerToken, JsonBody, client_address, header_token, origin};
use crate::places;
use crate::respond::OAuthFailure;
use crate::settings::HttpSettings;

/// `POST /api/v1/oauth/register` - [RFC 7591 §3](https://www.rfc-editor.org/rfc/rfc7591#section-3),
/// [OpenID Connect Dynamic Client Registration §3](https://openid.net/specs/openid-connect-registration-1_0.html#ClientRegistration)
pub(crate) async fn register(
    JsonBody(document): JsonBody,
    registrations: web::Data<RegistrationService>,
    settings: web::Data<HttpSettings>,
    request: HttpRequest,
) -> Result<HttpResponse, OAuthFailure> {
    let token = header_token(request.headers())?;
    let from = (client_address(&request)?, origin(&request));
    // Who may not register learns nothing about what it sends.
    let leave = registrations.leave(token.as_ref(), from.0).await?;
    let said = metadata::read(&document, &registrations)?;
    let registered = registrations.register(leave, said.asked, from.1).await?;
    let token = registered.token.expose();
    let mut answer = information(&registered.own, &settings.issuer, token);
    if let Some(secret) = &registered.secret {
        answer.insert("client_secret".to_owned(), secret.expose().into());
        // It does not expire.
        answer.insert("client_secret_expires_at".to_owned(), 0.into());
    }
    Ok(HttpResponse::Created()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(answer))
}

/// `GET /api/v1/oauth/register/{client_id}` -
/// [RFC 7592 §2.1](https://www.rfc-editor.org/rfc/rfc7592#section-2.1)
///
/// The secret is not among the answer: only its digest is known (decisions 15).
pub(crate) async fn read(
    BearerToken(token): BearerToken,
    client_id: web::Path<String>,
    registrations: web::Data<RegistrationService>,
    settings: web::Data<HttpSettings>,
) -> Result<HttpResponse, OAuthFailure> {
    let opened = registrations.open(aim(&token, &client_id)).await?;
    Ok(shown(&opened.into_own(), &settings.issuer, &token))
}

/// `PUT /api/v1/oauth/register/{client_id}` -
/// [RFC 7592 §2.2](https://www.rfc-editor.org/rfc/rfc7592#section-2.2)
pub(crate) async fn replace(
    BearerToken(token): BearerToken,
    client_id: web::Path<String>,
    JsonBody(document): JsonBody,
    registrations: web::Data<RegistrationService>,
    settings: web::Data<HttpSettings>,
    request: HttpRequest,
) -> Result<HttpResponse, OAuthFailure> {
    // Who may not see the registration learns nothing about what it sends.
    let opened = registrations.open(aim(&token, &client_id)).await?;
    let from = (client_address(&request)?, origin(&request));
    let said = metadata::read(&document, &registrations)?;
    said.check_replacement(&client_id)?;
    let own = registrations
        .replace(&opened, said.asked, from.0, from.1)
        .await?;
    Ok(shown(&own, &settings.issuer, &token))
}

/// `DELETE /api/v1/oauth/register/{client_id}` -
/// [RFC 7592 §2.3](https://www.rfc-editor.org/rfc/rfc7592#section-2.3)
pub(crate) async fn delete(
    BearerToken(token): BearerToken,
    client_id: web::Path<String>,
    registrations: web::Data<RegistrationService>,
    request: HttpRequest,
) -> Result<HttpResponse, OAuthFailure> {
    let opened = registrations.open(aim(&token, &client_id)).await?;
    registrations.delete(&opened, origin(&request)).await?;
    Ok(HttpResponse::NoContent()
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish())
}

fn aim<'a>(token: &'a AccessToken, id: &'a str) -> OwnAim<'a> {
    OwnAim { token, id }
}

fn shown(own: &OwnRegistration, issuer: &Issuer, token: &AccessToken) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(information(own, issuer, token.expose()))
}

/// The client information response (RFC 7591 §3.2.1, RFC 7592 §3).
fn information(own: &OwnRegistration, issuer: &Issuer, token: &str) -> Map<String, Value> {
    let mut answer = metadata::of(own);
    let id = own.client.client.id.as_str();
    let issued_at = own.client.created_at.unix_seconds();
    let place = issuer.url_of(&format!("{}/{id}", places::REGISTER));
    for (name, value) in [
        ("client_id", Value::from(id)),
        ("client_id_issued_at", issued_at.into()),
        ("registration_access_token", token.into()),
        ("registration_client_uri", place.into()),
    ] {
        answer.insert(name.to_owned(), value);
    }
    answer
}
