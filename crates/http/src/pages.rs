//! Pages: templates, and what each of them is told.

mod contexts;
mod templates;

pub(crate) use contexts::{
    ChangePasswordPage, ConsentPage, ErrorPage, FormPostPage, LoginPage, LogoutPage, Page,
    PostedParameter, ScopeEntry, SignedInPage, SignedOutPage, Waiter,
};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use authly_domain::issuer::Issuer;
use authly_domain::secret::RequestHandle;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, HtmlEscape, Output, State, UndefinedBehavior};
use serde::Serialize;

use crate::assets::Stylesheet;
use crate::respond::PageFailure;

/// Renders pages and names their addresses.
pub(crate) struct Pages {
    templates: Environment<'static>,
    issuer: Issuer,
    stylesheet: String,
}

/// What every template is told, and the page's own part.
#[derive(Serialize)]
struct Framed<'p, P> {
    stylesheet: &'p str,
    page: &'p P,
}

impl Pages {
    /// The pages of this issuer, from the templates in the binary.
    pub(crate) fn new(issuer: &Issuer, stylesheet: &Stylesheet) -> Self {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_formatter(write_escaped);
        for (name, source) in templates::ALL {
            if let Err(error) = templates.add_template(name, source) {
                tracing::error!(template = name, cause = %error, "a template cannot be read");
            }
        }
        Self {
            templates,
            stylesheet: format!("{}{}", issuer.path(), stylesheet.path()),
            issuer: issuer.clone(),
        }
    }

    /// The page as an answer.
    pub(crate) fn show<P: Page>(
        &self,
        status: StatusCode,
        page: &P,
    ) -> Result<HttpResponse, PageFailure> {
        let html = self.render(page).map_err(PageFailure::failed)?;
        Ok(HttpResponse::build(status)
            .insert_header((CACHE_CONTROL, "no-store"))
            .content_type(CONTENT_TYPE_HTML)
            .body(html))
    }

    /// The page as HTML.
    pub(crate) fn render<P: Page>(&self, page: &P) -> Result<String, minijinja::Error> {
        let framed = Framed {
            stylesheet: &self.stylesheet,
            page,
        };
        let template = self.templates.get_template(P::TEMPLATE)?;
        template.render(Serde(&framed))
    }

    /// The address of one of our pages for a link or form, with the request that waits.
    pub(crate) fn path(&self, path: &str, waiting: Option<&RequestHandle>) -> String {
        let query = waiting.map(|handle| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("request", handle.expose());
            format!("?{}", query.finish())
        });
        format!("{}{path}{}", self.issuer.path(), query.unwrap_or_default())
    }

    /// Sends the browser to one of our pages by GET, whatever it did to come here (RFC 9110
    /// §15.4.4).
    pub(crate) fn see_other(&self, path: &str, waiting: Option<&RequestHandle>) -> HttpResponse {
        self.redirect(&self.path(path, waiting))
    }

    /// Sends the browser by GET to an address of ours with this query.
    pub(crate) fn see_other_with_query(&self, path: &str, query: &str) -> HttpResponse {
        self.redirect(&format!("{}{path}?{query}", self.issuer.path()))
    }

    /// Every address in a `Location` is absolute and made from the issuer, never from `Host`.
    fn redirect(&self, path: &str) -> HttpResponse {
        HttpResponse::SeeOther()
            .insert_header((LOCATION, format!("{}{path}", self.issuer.origin())))
            .insert_header((CACHE_CONTROL, "no-store"))
            .finish()
    }
}

/// Escapes as minijinja does, but for the slash, which needs it nowhere in a page and would make
/// addresses hard to read. What is taken back can only come from a slash: `&` is escaped itself.
fn write_escaped(
    output: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), minijinja::Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() && *state.auto_escape() == AutoEscape::Html => {
            let escaped = HtmlEscape(text).to_string().replace("&#x2f;", "/");
            Ok(output.write_str(&escaped)?)
        }
        _ => minijinja::escape_formatter(output, state, value),
    }
}

/// The content type of every page.
pub(crate) const CONTENT_TYPE_HTML: &str = "text/html; charset=utf-8";

#[cfg(test)]
impl Pages {
    /// Pages for tests.
    pub(crate) fn sample() -> Self {
        let issuer = "https://example.com/auth".parse().unwrap();
        Self::new(&issuer, &Stylesheet::embedded())
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn text_is_escaped_but_for_the_slash() {
        let mut pages = Pages::sample();
        pages
            .templates
            .add_template("text.html", "{{ page }}")
            .unwrap();
        let rendered = |text: &str| {
            let template = pages.templates.get_template("text.html").unwrap();
            let stylesheet = "";
            template
                .render(Serde(Framed {
                    stylesheet,
                    page: &text,
                }))
                .unwrap()
        };
        assert_eq!(rendered("https://a/b?c&d"), "https://a/b?c&amp;d");
        assert_eq!(rendered("</b>\"'"), "&lt;/b&gt;&quot;&#x27;");
        assert_eq!(rendered("&#x2f;"), "&amp;#x2f;");
    }

    #[test]
    fn addresses_are_made_from_the_issuer_and_carry_the_waiting_request() {
        let pages = Pages::sample();
        let handle = RequestHandle::new("a+b".to_owned());
        assert_eq!(pages.path("/login", None), "/auth/login");
        assert_eq!(
            pages.path("/login", Some(&handle)),
            "/auth/login?request=a%2Bb"
        );

        let redirect = pages.see_other("/consent", Some(&handle));
        assert_eq!(redirect.status(), StatusCode::SEE_OTHER);
        assert_eq!(
            redirect.headers().get(LOCATION).unwrap(),
            "https://example.com/auth/consent?request=a%2Bb"
        );
    }
}
