//! Logins of the command line with a password, for `authly login --username`. Nothing here reads or
//! sets a cookie, and scripts of other origins read no answer.

use actix_web::{HttpResponse, web};
use authly_domain::refusals::{Explanation, Facts, Reason};
use authly_domain::secret::{Password, PresentedToken, RefreshToken};
use authly_protocol::oauth::ErrorCode;
use authly_services::tokens::{PasswordGrant, PasswordLogins, RefreshTokenGrant};

use crate::extract::{ClientAuth, OAuthForm, ProgramInside};
use crate::oauth::token::{read_scope, token_response, worth_telling};
use crate::respond::OAuthFailure;

/// `POST /api/v1/auth/token` -
/// [RFC 6749 §4.3.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.3.2)
pub(crate) async fn log_in(
    program: ProgramInside,
    mut auth: ClientAuth,
    logins: web::Data<PasswordLogins>,
) -> Result<HttpResponse, OAuthFailure> {
    let form = &mut auth.form;
    expect_grant_type(form, "password")?;
    let asked = PasswordGrant {
        username: form.require("username", "The parameter username is missing.")?,
        password: form
            .require("password", "The parameter password is missing.")
            .map(Password::new)?,
        scope: read_scope(form)?.unwrap_or_default(),
        address: auth.address,
        program: program.name,
        request: auth.origin.request,
    };
    let issued = logins.log_in(&auth.client, &asked).await?;
    Ok(HttpResponse::Ok().json(token_response(issued)))
}

/// `POST /api/v1/auth/refresh` -
/// [OAuth 2.1 §4.3.1](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1#section-4.3.1)
pub(crate) async fn refresh(
    _program: ProgramInside,
    mut auth: ClientAuth,
    logins: web::Data<PasswordLogins>,
) -> Result<HttpResponse, OAuthFailure> {
    let form = &mut auth.form;
    expect_grant_type(form, "refresh_token")?;
    let grant = RefreshTokenGrant {
        refresh_token: form
            .require("refresh_token", "The parameter refresh_token is missing.")
            .map(RefreshToken::new)?,
        scope: read_scope(form)?,
        resources: Vec::new(),
    };
    let issued = logins.refresh(&auth.client, grant, auth.origin).await?;
    Ok(HttpResponse::Ok().json(token_response(issued)))
}

/// `POST /api/v1/auth/logout`: like revocation ([RFC 7009 §2](https://www.rfc-editor.org/rfc/rfc7009#section-2)),
/// and the session ends too. Nobody is kept from ending a login, from wherever they come.
pub(crate) async fn log_out(
    mut auth: ClientAuth,
    logins: web::Data<PasswordLogins>,
) -> Result<HttpResponse, OAuthFailure> {
    let missing = "The parameter refresh_token is missing.";
    let token = auth.form.require("refresh_token", missing)?;
    logins
        .log_out(&auth.client, &PresentedToken::new(token), auth.origin)
        .await?;
    Ok(HttpResponse::Ok().finish())
}

/// The one grant that an endpoint is for.
fn expect_grant_type(form: &mut OAuthForm, expected: &str) -> Result<(), OAuthFailure> {
    let name = form.require("grant_type", "The parameter grant_type is missing.")?;
    if name == expected {
        Ok(())
    } else {
        let facts = Facts::default()
            .expected(expected)
            .came(worth_telling(&name));
        let cause = Explanation::new(Reason::UnknownGrantType, facts);
        Err(OAuthFailure::of(ErrorCode::UnsupportedGrantType).because(cause))
    }
}
