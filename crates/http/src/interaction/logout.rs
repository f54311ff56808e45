//! The logout page: asks first, in the name of an application or of nobody else.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use authly_services::logout::LogoutService;

use crate::extract::{PageForm, QueryParameters, Visitor};
use crate::oidc::end_session::as_parameters;
use crate::pages::{LogoutPage, Pages};
use crate::places::LOGOUT;
use crate::respond::{PageFailure, signed_out};

/// `GET /logout`: asks first, so that no link can sign anybody out.
pub(crate) async fn show(
    parameters: QueryParameters,
    visitor: Visitor,
    logout: web::Data<LogoutService>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    let view = logout
        .view(parameters.of_logout(), &visitor.browser)
        .await?;
    let page = LogoutPage {
        action: pages.path_with(LOGOUT, &as_parameters(&view.question)),
        csrf: visitor.csrf().expose().to_owned(),
        username: view.username,
        client_name: view.client_name,
        destination: view.destination,
    };
    visitor.seal(pages.show(StatusCode::OK, &page)?)
}

/// `POST /logout`: ends the session. Doing it twice does no harm.
pub(crate) async fn submit(
    parameters: QueryParameters,
    PageForm { mut visitor, .. }: PageForm,
    logout: web::Data<LogoutService>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    let confirmed = logout.confirm(parameters.of_logout(), &visitor.browser);
    let done = confirmed.await?;
    visitor.end_session();
    visitor.seal(signed_out(&done, &pages)?)
}
