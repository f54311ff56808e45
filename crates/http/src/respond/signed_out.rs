//! The answer to somebody who was signed out: back to the application, or a page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use authly_services::logout::WayBack;

use super::PageFailure;
use crate::pages::{Pages, SignedOutPage};
use crate::places::LOGIN;

/// Leads the browser back (RP-Initiated Logout §3), or says that nobody is signed in any more.
pub(crate) fn signed_out(
    way_back: Option<&WayBack>,
    pages: &Pages,
) -> Result<HttpResponse, PageFailure> {
    let Some(way_back) = way_back else {
        let page = SignedOutPage {
            login: pages.path(LOGIN, None),
        };
        return pages.show(StatusCode::OK, &page);
    };
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, location(way_back)))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish())
}

/// The registered text as it is, with `state` in its query.
fn location(way_back: &WayBack) -> String {
    let uri = way_back.uri.as_str();
    let Some(state) = &way_back.state else {
        return uri.to_owned();
    };
    let mark = if uri.contains('?') { '&' } else { '?' };
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("state", state)
        .finish();
    format!("{uri}{mark}{query}")
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn state_follows_whatever_query_was_registered_and_without_it_the_text_stays() {
        for (uri, state, expected) in [
            ("https://app.example", None, "https://app.example"),
            (
                "https://app.example/bye",
                Some("a b&c=é"),
                "https://app.example/bye?state=a+b%26c%3D%C3%A9",
            ),
            (
                "https://app.example/bye?a=1",
                Some("s"),
                "https://app.example/bye?a=1&state=s",
            ),
            (
                "com.example.app:/bye",
                Some("s"),
                "com.example.app:/bye?state=s",
            ),
        ] {
            let way_back = WayBack {
                uri: uri.parse().unwrap(),
                state: state.map(str::to_owned),
            };
            assert_eq!(location(&way_back), expected);
        }
    }
}
