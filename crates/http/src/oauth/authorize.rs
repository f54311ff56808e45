//! The authorization endpoint. No script of another origin may read it, and no form token is needed:
//! it changes nothing that the user has not still to confirm.

use actix_web::{HttpResponse, web};
use authly_services::authorizations::{
    AuthorizationParameters, AuthorizationService, AuthorizeStep,
};

use crate::extract::{FormParameters, QueryParameters, Visit, Visitor};
use crate::pages::Pages;
use crate::places::AUTHORIZE;
use crate::respond::{PageFailure, answer_client, follow};

/// `GET /api/v1/oauth/authorize` -
/// [OAuth 2.1 §4.1.1](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1#section-4.1.1),
/// [OpenID Connect Core §3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)
pub(crate) async fn by_query(
    parameters: QueryParameters,
    visitor: Visitor,
    authorizations: web::Data<AuthorizationService>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    begin(parameters.named(), visitor, &authorizations, &pages).await
}

/// `POST /api/v1/oauth/authorize` -
/// [OAuth 2.1 §3.1](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1#section-3.1)
///
/// A form that a page of another site posts comes without our cookies. The browser is sent on to the
/// same request by GET, which brings them: else nobody would seem to be logged in, and a new cookie
/// would take the place of the one that other tabs depend on.
pub(crate) async fn by_form(
    parameters: FormParameters,
    visitor: Visitor,
    authorizations: web::Data<AuthorizationService>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    if visitor.visit == Visit::Withheld {
        return Ok(pages.see_other_with_query(AUTHORIZE, &parameters.as_query()));
    }
    let pages = pages.asked_in(parameters.ui_locales());
    begin(parameters.named(), visitor, &authorizations, &pages).await
}

async fn begin(
    parameters: AuthorizationParameters,
    mut visitor: Visitor,
    authorizations: &AuthorizationService,
    pages: &Pages,
) -> Result<HttpResponse, PageFailure> {
    let step = authorizations
        .authorize(parameters, &visitor.browser)
        .await?;
    match visitor.tell(step) {
        AuthorizeStep::Respond(answer) => visitor.seal_changes(answer_client(&answer, pages)?),
        step => visitor.seal(follow(step, pages)?),
    }
}
