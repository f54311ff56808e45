//! The answer to somebody who was signed out: back to the application, or a page; by way of the clients
//! that sign their users out in the browser.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION};
use authly_services::logout::{SignedOut, WayBack};
use url::Url;

use super::PageFailure;
use crate::middleware::{PAGE_POLICY, script_source};
use crate::pages::{Onward, Pages, SignedOutPage, SigningOutPage};
use crate::places::LOGIN;

/// Goes on when all frames have loaded, and after some seconds in any case. Without it the button does.
pub(crate) const SCRIPT: &str = "(function () {
  var on = document.getElementById(\"continue\");
  var go = function () { window.location.replace(on.href); };
  window.addEventListener(\"load\", go);
  window.setTimeout(go, 5000);
})();";

/// Leads the browser back (RP-Initiated Logout §3), or says that nobody is signed in any more.
pub(crate) fn signed_out(done: &SignedOut, pages: &Pages) -> Result<HttpResponse, PageFailure> {
    if !done.frames.is_empty() {
        return in_frames(done, pages);
    }
    let Some(way_back) = &done.way_back else {
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

/// The page that has clients sign their users out (Front-Channel Logout §2).
fn in_frames(done: &SignedOut, pages: &Pages) -> Result<HttpResponse, PageFailure> {
    let onward = done.way_back.as_ref().map(|way_back| Onward {
        address: location(way_back),
        destination: way_back.destination(),
    });
    let page = SigningOutPage {
        frames: done.frames.iter().map(ToString::to_string).collect(),
        onward,
        login: pages.path(LOGIN, None),
        script: SCRIPT,
    };
    let mut response = pages.show(StatusCode::OK, &page)?;
    let policy = policy(done).try_into().map_err(PageFailure::failed)?;
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// That of all pages, the script, and frames of exactly these origins.
fn policy(done: &SignedOut) -> String {
    let origins = done.frames.iter().map(Url::origin);
    let origins: BTreeSet<_> = origins.map(|origin| origin.ascii_serialization()).collect();
    let origins: Vec<_> = origins.into_iter().collect();
    let (script, origins) = (script_source(SCRIPT), origins.join(" "));
    format!("{PAGE_POLICY}; {script}; frame-src {origins}")
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

    #[test]
    fn frames_may_come_from_the_origins_of_the_clients_and_from_nowhere_else() {
        let frames = [
            "https://b.example/out?sid=1",
            "https://a.example:8443/out",
            "https://b.example/other",
        ];
        let done = SignedOut {
            way_back: None,
            frames: frames.iter().map(|text| text.parse().unwrap()).collect(),
        };
        let policy = policy(&done);
        let expected = "; frame-src https://a.example:8443 https://b.example";
        assert!(policy.ends_with(expected), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    }
}
