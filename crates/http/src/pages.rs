//! Pages: what they are told, in which language, and their addresses.

mod brand;
mod color;
mod contexts;
mod directory;
mod embedded;
mod engine;
mod language;
mod samples;
mod text;
mod texts;
mod theme;
mod theme_error;
mod tongue;

pub use brand::Branding;
pub use color::{AccentColor, ParseColorError};
pub(crate) use contexts::{
    AccountPage, ApiDocsPage, ApiGroup, ApiMember, ApiOperation, ApiSchema, ApplicationEntry,
    ChangePasswordPage, ConsentPage, DecodedToken, DemoHomePage, DemoOutcome, DemoPage, ErrorPage,
    FormPostPage, FormProblem, LoginPage, LogoutPage, Moment, Onward, Page, PostedParameter,
    ScopeEntry, SessionEntry, SignedInPage, SignedOutPage, SigningOutPage, Waiter,
};
pub(crate) use text::Text;
pub use theme::{PageSettings, Theme};
pub use theme_error::ThemeError;

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, HeaderMap, HeaderValue,
    LOCATION, VARY,
};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse};
use authly_domain::secret::RequestHandle;

use crate::extract::Misconfigured;
use crate::respond::PageFailure;
use tongue::{Chosen, Tongue};

/// Names the wanted languages in the address of a page, as the client did in its request (OpenID
/// Connect Core §3.1.2.1): the pages of an authorization carry the one that was chosen on.
const UI_LOCALES: &str = "ui_locales";

/// The content type of every page.
const CONTENT_TYPE_HTML: &str = "text/html; charset=utf-8";

/// The pages for one request: in the language of the person who reads them.
#[derive(Clone)]
pub(crate) struct Pages {
    theme: Arc<Theme>,
    tongue: Arc<Tongue>,
    chosen: Chosen,
}

impl Pages {
    /// The pages in the language that the query asks for, else in the browser's.
    pub(crate) fn new(theme: Arc<Theme>, query: &str, headers: &HeaderMap) -> Self {
        let mut asked = form_urlencoded::parse(query.as_bytes());
        let asked = asked.find(|(name, _)| name == UI_LOCALES);
        let accepted = headers
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        let (tongue, chosen) = theme.choose(asked.as_ref().map(|(_, value)| &**value), accepted);
        Self {
            theme,
            tongue,
            chosen,
        }
    }

    /// The same for a client that asked for languages by form.
    pub(crate) fn asked_in(mut self, ui_locales: Option<&str>) -> Self {
        let (tongue, chosen) = self.theme.choose(ui_locales, None);
        if chosen == Chosen::ByAddress {
            self.tongue = tongue;
            self.chosen = chosen;
        }
        self
    }

    /// The page as an answer.
    pub(crate) fn show<P: Page>(
        &self,
        status: StatusCode,
        page: &P,
    ) -> Result<HttpResponse, PageFailure> {
        let html = self.render(page).map_err(PageFailure::failed)?;
        let mut response = HttpResponse::build(status)
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(html);
        self.label(response.headers_mut());
        Ok(response)
    }

    /// The page as HTML.
    pub(crate) fn render<P: Page>(&self, page: &P) -> Result<String, minijinja::Error> {
        self.theme.render(&self.tongue, page)
    }

    /// Says what the body of an answer is.
    pub(crate) fn label(&self, headers: &mut HeaderMap) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE_HTML));
        headers.insert(VARY, HeaderValue::from_static("Accept-Language"));
        if let Ok(tag) = HeaderValue::from_str(&self.tongue.language.tag) {
            headers.insert(CONTENT_LANGUAGE, tag);
        }
    }

    /// The language, where it was chosen by address.
    pub(crate) fn ui_locales(&self) -> Option<&str> {
        (self.chosen == Chosen::ByAddress).then_some(&*self.tongue.language.tag)
    }

    /// The address of one of our pages for a link or form, with the request that waits.
    pub(crate) fn path(&self, path: &str, waiting: Option<&RequestHandle>) -> String {
        let waiting = waiting.map(|handle| ("request", handle.expose()));
        self.path_with(path, waiting.as_slice())
    }

    /// The address of one of our pages for a link or form, with these parameters.
    pub(crate) fn path_with(&self, path: &str, parameters: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters);
        if let Some(language) = self.ui_locales() {
            query.append_pair(UI_LOCALES, language);
        }
        let query = query.finish();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{path}{mark}{query}", self.theme.issuer().path())
    }

    /// Sends the browser to one of our pages by GET, whatever it did to come here (RFC 9110
    /// §15.4.4).
    pub(crate) fn see_other(&self, path: &str, waiting: Option<&RequestHandle>) -> HttpResponse {
        self.redirect(&self.path(path, waiting))
    }

    /// Sends the browser by GET to one of our pages, with these parameters.
    pub(crate) fn see_other_with(&self, path: &str, parameters: &[(&str, &str)]) -> HttpResponse {
        self.redirect(&self.path_with(path, parameters))
    }

    /// Sends the browser by GET to an address of ours with this query.
    pub(crate) fn see_other_with_query(&self, path: &str, query: &str) -> HttpResponse {
        self.redirect(&format!("{}{path}?{query}", self.theme.issuer().path()))
    }

    /// Every address in a `Location` is absolute and made from the issuer, never from `Host`.
    fn redirect(&self, path: &str) -> HttpResponse {
        HttpResponse::SeeOther()
            .insert_header((LOCATION, format!("{}{path}", self.theme.issuer().origin())))
            .insert_header((CACHE_CONTROL, "no-store"))
            .finish()
    }
}

/// The outermost layer has chosen the language already, since its own pages are in it too.
impl FromRequest for Pages {
    type Error = PageFailure;
    type Future = Ready<Result<Self, PageFailure>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let pages = request.extensions().get::<Self>().cloned();
        ready(pages.ok_or_else(|| PageFailure::failed(Misconfigured)))
    }
}

#[cfg(test)]
mod tests;
