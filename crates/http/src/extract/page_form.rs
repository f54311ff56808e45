//! Forms of our own pages.

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, HeaderValue, ORIGIN};
use actix_web::{FromRequest, HttpRequest};
use authly_domain::refusals::{Explain, Explanation, Facts, Reason};
use futures_util::future::LocalBoxFuture;

use super::form::read_form;
use super::{Parameters, Visitor, collaborator};
use crate::respond::{PageFailure, PageProblem};
use crate::settings::HttpSettings;

/// A form that one of our pages sent from the same browser. Extracting it *is* the check against
/// forged requests: the token in the field `csrf`, and what the browser itself says about who sent
/// the form.
pub(crate) struct PageForm {
    /// Whose form it is.
    pub(crate) visitor: Visitor,
    /// The fields, without the token.
    pub(crate) fields: Parameters,
}

impl FromRequest for PageForm {
    type Error = PageFailure;
    type Future = LocalBoxFuture<'static, Result<Self, PageFailure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let origin = collaborator::<HttpSettings>(request)
            .map_err(PageFailure::failed)
            .and_then(|settings| check_origin(request.headers(), &settings.issuer.origin()));
        let visitor = Visitor::of(request).map_err(PageFailure::failed);
        let body = read_form(request, payload);
        Box::pin(async move {
            origin?;
            let visitor = visitor?;
            let mut fields = body.await?;
            let token = fields.take("csrf").unwrap_or_default();
            if !visitor.admits(&token) {
                return Err(forged("the form carries no token of this browser"));
            }
            Ok(Self { visitor, fields })
        })
    }
}

/// Refuses what the browser says was sent by another origin. Our pages say `no-referrer`, so that
/// their own forms come with `Origin: null`: that is no answer either way, and the token decides.
fn check_origin(headers: &HeaderMap, own: &str) -> Result<(), PageFailure> {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if !matches!(site, None | Some(b"same-origin" | b"none")) {
        return Err(forged("Sec-Fetch-Site names another site"));
    }
    let origin = headers.get(ORIGIN).map(HeaderValue::as_bytes);
    if origin.is_some_and(|origin| origin != b"null" && origin != own.as_bytes()) {
        return Err(forged("Origin names another origin"));
    }
    Ok(())
}

/// Why a form is not taken for ours.
#[derive(Debug, thiserror::Error)]
#[error("the form was not sent by our page: {0}")]
struct Forged(&'static str);

impl Explain for Forged {
    fn explain(&self) -> Explanation {
        let facts = Facts::default()
            .expected("a form of a page of ours, with its token, from the browser that got it")
            .came(self.0);
        Explanation::new(Reason::FormForged, facts)
    }
}

fn forged(reason: &'static str) -> PageFailure {
    PageFailure::new(PageProblem::Forged, Forged(reason))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderName;

    use super::*;

    fn admitted(headers: &[(&'static str, &'static str)]) -> bool {
        let pairs = headers.iter().map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        });
        check_origin(&pairs.collect(), "https://auth.example.com").is_ok()
    }

    #[test]
    fn a_form_of_our_own_page_is_admitted() {
        assert!(admitted(&[]));
        assert!(admitted(&[
            ("sec-fetch-site", "same-origin"),
            ("origin", "null")
        ]));
        assert!(admitted(&[("origin", "https://auth.example.com")]));
        assert!(admitted(&[("sec-fetch-site", "none")]));
    }

    #[test]
    fn a_form_of_another_site_is_refused() {
        for site in ["cross-site", "same-site", "nonsense", ""] {
            assert!(!admitted(&[("sec-fetch-site", site)]), "{site}");
        }
        for origin in [
            "https://evil.example",
            "https://auth.example.com.evil.example",
            "",
        ] {
            assert!(!admitted(&[("origin", origin)]), "{origin}");
        }
    }
}
