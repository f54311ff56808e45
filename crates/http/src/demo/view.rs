//! The tokens, decoded and explained.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use authly_services::demo::Decoded;

use super::Demo;
use crate::extract::Visitor;
use crate::pages::{DecodedToken, DemoOutcome, DemoPage, Pages};
use crate::places::{DEMO, DEMO_INTROSPECT, DEMO_REFRESH, DEMO_REVOKE, DEMO_SIGN_OUT};
use crate::respond::PageFailure;

/// `GET /demo`: what the application of this browser holds.
pub(crate) async fn show(
    visitor: Visitor,
    demo: web::Data<Demo>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    let response = page(&visitor, &demo, &pages, None).await?;
    visitor.seal(response)
}

pub(super) async fn page(
    visitor: &Visitor,
    demo: &Demo,
    pages: &Pages,
    outcome: Option<DemoOutcome>,
) -> Result<HttpResponse, PageFailure> {
    let Some(holding) = demo.service.holding(&visitor.browser.token).await else {
        // Nothing, or no longer: to where it begins.
        return Ok(pages.see_other("/", None));
    };
    let page = DemoPage {
        address: pages.path(DEMO, None),
        csrf: visitor.csrf().expose().to_owned(),
        refresh: pages.path(DEMO_REFRESH, None),
        introspect: pages.path(DEMO_INTROSPECT, None),
        revoke: pages.path(DEMO_REVOKE, None),
        sign_out: pages.path(DEMO_SIGN_OUT, None),
        scope: holding.scope.to_string(),
        refreshed: holding.refreshed,
        access_token: decoded(holding.access_token.expose()),
        id_token: holding.id_token.and_then(|token| decoded(token.expose())),
        refresh_token: holding.refresh_token.map(|token| token.expose().to_owned()),
        outcome,
    };
    pages.show(StatusCode::OK, &page)
}

fn decoded(token: &str) -> Option<DecodedToken> {
    Decoded::of(token).map(|Decoded { header, claims }| DecodedToken {
        raw: token.to_owned(),
        header,
        claims,
    })
}
