//! The logout endpoint. A hint that is right ends the session at once; everything else leads to the
//! page that asks first.

use actix_web::{HttpResponse, web};
use authly_services::logout::{LogoutParameters, LogoutService, LogoutStep, Question};

use crate::extract::{FormParameters, QueryParameters, Visit, Visitor};
use crate::pages::Pages;
use crate::places::{END_SESSION, LOGOUT};
use crate::respond::{PageFailure, signed_out};

/// `GET /oidc/logout` -
/// [RP-Initiated Logout §2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout)
pub(crate) async fn by_query(
    parameters: QueryParameters,
    visitor: Visitor,
    logout: web::Data<LogoutService>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    begin(parameters.of_logout(), visitor, &logout, &pages).await
}

/// `POST /oidc/logout` -
/// [RP-Initiated Logout §2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout)
///
/// A form that a page of another site posts comes without our cookies: the browser is sent on to the
/// same request by GET, which brings them.
pub(crate) async fn by_form(
    parameters: FormParameters,
    visitor: Visitor,
    logout: web::Data<LogoutService>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    if visitor.visit == Visit::Withheld {
        return Ok(pages.see_other_with_query(END_SESSION, &parameters.as_query()));
    }
    let pages = pages.asked_in(parameters.ui_locales());
    begin(parameters.of_logout(), visitor, &logout, &pages).await
}

async fn begin(
    parameters: LogoutParameters,
    mut visitor: Visitor,
    logout: &LogoutService,
    pages: &Pages,
) -> Result<HttpResponse, PageFailure> {
    match logout.begin(parameters, &visitor.browser).await? {
        LogoutStep::Ask(question) => Ok(pages.see_other_with(LOGOUT, &as_parameters(&question))),
        LogoutStep::SignedOut(done) => {
            visitor.end_session();
            visitor.seal(signed_out(&done, pages)?)
        }
    }
}

/// What the page that asks first is told by its address, and its form by its own.
pub(crate) fn as_parameters(question: &Question) -> Vec<(&'static str, &str)> {
    let mut parameters = Vec::new();
    if let Some(client) = &question.client {
        parameters.push(("client_id", client.as_str()));
    }
    if let Some(way_back) = &question.way_back {
        parameters.push(("post_logout_redirect_uri", way_back.uri.as_str()));
        if let Some(state) = &way_back.state {
            parameters.push(("state", state));
        }
    }
    parameters
}
