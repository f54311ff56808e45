//! The way of a sign-in: away to the authorization endpoint, and back.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use authly_domain::secret::AuthorizationCode;
use authly_services::demo::{DemoAnswer, DemoError};

use super::{Demo, home_page};
use crate::extract::{PageForm, Parameters, Visitor};
use crate::pages::Pages;
use crate::places::{AUTHORIZE, DEMO};
use crate::respond::PageFailure;
use crate::settings::HttpSettings;

/// `POST /demo/start`: sends the browser to the authorization endpoint, as any application would.
pub(crate) async fn start(
    PageForm { visitor, .. }: PageForm,
    demo: web::Data<Demo>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    let browser = &visitor.browser.token;
    let query = demo.service.begin(browser, pages.ui_locales()).await;
    visitor.seal(pages.see_other_with_query(AUTHORIZE, &query))
}

/// `GET /demo/callback`: the redirect URI (OAuth 2.1 §4.1.2).
pub(crate) async fn callback(
    request: HttpRequest,
    visitor: Visitor,
    demo: web::Data<Demo>,
    settings: web::Data<HttpSettings>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    let mut answer = Parameters::parse(request.query_string().as_bytes())?;
    let answer = DemoAnswer {
        state: answer.take("state"),
        iss: answer.take("iss"),
        code: answer.take("code").map(AuthorizationCode::new),
        error: answer.take("error"),
    };
    let browser = &visitor.browser;
    let ui_locales = demo.service.ui_locales(&browser.token).await;
    let pages = pages.asked_in(ui_locales.as_deref());
    let finished = demo
        .service
        .finish(&browser.token, answer, browser.address)
        .await;
    let response = match finished {
        // On to a page whose address has no code in it.
        Ok(()) => pages.see_other(DEMO, None),
        Err(DemoError::Refused { error }) => {
            let mut page = home_page(&visitor, &demo, &settings, &pages);
            page.refused = Some(error);
            pages.show(StatusCode::OK, &page)?
        }
        Err(other) => return Err(other.into()),
    };
    visitor.seal(response)
}
