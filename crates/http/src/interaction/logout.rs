//! The logout page.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use authly_services::sessions::{LoginError, SessionService};

use crate::extract::{PageForm, Visitor};
use crate::pages::{LogoutPage, Pages, SignedOutPage};
use crate::places::{LOGIN, LOGOUT};
use crate::respond::PageFailure;

/// `GET /logout`: asks first, so that no link can sign anybody out.
pub(crate) async fn show(
    visitor: Visitor,
    sessions: web::Data<SessionService>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    let session = sessions
        .current(&visitor.browser)
        .await
        .map_err(LoginError::Storage)?;
    let page = LogoutPage {
        action: pages.path(LOGOUT, None),
        csrf: visitor.csrf().expose().to_owned(),
        username: session.map(|session| session.username.as_str().to_owned()),
    };
    visitor.seal(pages.show(StatusCode::OK, &page)?)
}

/// `POST /logout`: ends the session. Doing it twice does no harm.
pub(crate) async fn submit(
    PageForm { mut visitor, .. }: PageForm,
    sessions: web::Data<SessionService>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    sessions
        .log_out(&visitor.browser)
        .await
        .map_err(LoginError::Storage)?;
    visitor.end_session();
    let page = SignedOutPage {
        login: pages.path(LOGIN, None),
    };
    visitor.seal(pages.show(StatusCode::OK, &page)?)
}
