//! The admin API described: as an OpenAPI document for programs, as a page for people.

mod view;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use authly_domain::issuer::Issuer;
use authly_protocol::admin::openapi::{self, Server};

use crate::pages::{ApiDocsPage, Pages};
use crate::places::{API_DOCS, AUTHORIZE, OPENAPI, TOKEN};
use crate::respond::{PageFailure, cacheable, etag};

/// How long callers may keep the document.
const MAX_AGE: Duration = Duration::from_mins(5);

/// The description, made once.
#[derive(Clone)]
pub struct ApiDocs {
    document: Bytes,
    etag: String,
    page: Arc<ApiDocsPage>,
    /// The page as it is sent, by language: it is long, and says the same to everybody.
    sent: Arc<Mutex<BTreeMap<String, Bytes>>>,
}

impl ApiDocs {
    /// Describes the admin API below this issuer.
    #[must_use]
    pub fn new(issuer: &Issuer) -> Self {
        let described = openapi::document(Server {
            issuer: issuer.as_str(),
            version: env!("CARGO_PKG_VERSION"),
            authorization_endpoint: &issuer.url_of(AUTHORIZE),
            token_endpoint: &issuer.url_of(TOKEN),
        });
        // A value in memory always becomes JSON.
        let document = serde_json::to_vec(&described).unwrap_or_default();
        let page = view::page(
            &described,
            format!("{}{API_DOCS}", issuer.path()),
            format!("{}{OPENAPI}", issuer.path()),
        );
        Self {
            etag: etag(&document),
            document: document.into(),
            page: Arc::new(page),
            sent: Arc::default(),
        }
    }

    /// The page in the language of these pages, rendered once. There are no more of them than
    /// languages that the theme speaks.
    fn html(&self, language: &str, pages: &Pages) -> Result<Bytes, PageFailure> {
        let sent = || self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(html) = sent().get(language) {
            return Ok(html.clone());
        }
        let html = pages.render(&*self.page).map_err(PageFailure::failed)?;
        let html = Bytes::from(html);
        sent().insert(language.to_owned(), html.clone());
        Ok(html)
    }
}

/// `GET /openapi.json` - [OpenAPI 3.1](https://spec.openapis.org/oas/v3.1.0)
pub(crate) async fn document(request: HttpRequest, docs: Data<ApiDocs>) -> HttpResponse {
    cacheable(&request, docs.document.clone(), &docs.etag, MAX_AGE)
}

/// `GET /api-docs`
pub(crate) async fn show(pages: Pages, docs: Data<ApiDocs>) -> Result<HttpResponse, PageFailure> {
    let mut response = HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish();
    pages.label(response.headers_mut());
    let language = response.headers().get(CONTENT_LANGUAGE);
    let language = language.and_then(|tag| tag.to_str().ok());
    let html = docs.html(language.unwrap_or_default(), &pages)?;
    Ok(response.set_body(BoxBody::new(html)))
}
