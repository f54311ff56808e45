//! What an application does with its tokens.

use actix_web::{HttpResponse, web};
use authly_services::sessions::{LoginError, SessionService};
use authly_services::tokens::Introspection;

use super::view::page;
use super::{Demo, refusal_of};
use crate::extract::PageForm;
use crate::oauth::introspect;
use crate::pages::{DemoOutcome, Pages};
use crate::places::DEMO;
use crate::respond::PageFailure;
use crate::settings::HttpSettings;

/// `POST /demo/refresh`: the next tokens (OAuth 2.1 §4.3).
pub(crate) async fn refresh(
    PageForm { visitor, .. }: PageForm,
    demo: web::Data<Demo>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    let browser = &visitor.browser;
    let refreshed = demo.service.refresh(&browser.token, browser.address).await;
    let response = match refreshed {
        Ok(()) => pages.see_other(DEMO, None),
        Err(error) => {
            let outcome = DemoOutcome::Refused(refusal_of(error)?);
            page(&visitor, &demo, &pages, Some(outcome)).await?
        }
    };
    visitor.seal(response)
}

/// `POST /demo/introspect`: what the server says of the access token (RFC 7662).
pub(crate) async fn introspect(
    PageForm { visitor, .. }: PageForm,
    demo: web::Data<Demo>,
    settings: web::Data<HttpSettings>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    let browser = &visitor.browser;
    let introspection = demo
        .service
        .introspect(&browser.token, browser.address)
        .await?;
    let is_active = matches!(introspection, Introspection::Active(_));
    let answer = introspect::response(introspection, settings.issuer.as_str());
    let json = serde_json::to_string_pretty(&answer).map_err(PageFailure::failed)?;
    let outcome = if is_active {
        DemoOutcome::Active(json)
    } else {
        DemoOutcome::Inactive(json)
    };
    let response = page(&visitor, &demo, &pages, Some(outcome)).await?;
    visitor.seal(response)
}

/// `POST /demo/revoke`: ends the grant (RFC 7009).
pub(crate) async fn revoke(
    PageForm { visitor, .. }: PageForm,
    demo: web::Data<Demo>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    let browser = &visitor.browser;
    demo.service.revoke(&browser.token, browser.address).await?;
    let response = page(&visitor, &demo, &pages, Some(DemoOutcome::Revoked)).await?;
    visitor.seal(response)
}

/// `POST /demo/sign-out`: forgets the tokens and ends the session.
pub(crate) async fn sign_out(
    PageForm { mut visitor, .. }: PageForm,
    demo: web::Data<Demo>,
    sessions: web::Data<SessionService>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    demo.service.forget(&visitor.browser.token);
    sessions
        .log_out(&visitor.browser)
        .await
        .map_err(LoginError::Storage)?;
    visitor.end_session();
    visitor.seal(pages.see_other("/", None))
}
