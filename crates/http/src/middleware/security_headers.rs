//! Headers that tell browsers what they must not do with our answers.

use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL,
    CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use authly_domain::issuer::Issuer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::places::{Framing, Passage, Places, Sharing};

/// The policy of every page (decisions 18). It has no `form-action`: browsers apply that to the
/// redirects that follow a form as well, and ours end at clients.
pub(crate) const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
     base-uri 'none'; frame-ancestors 'none'";

/// What a policy says so that a page may run this script of ours, by its digest, and no other.
pub(crate) fn script_source(script: &str) -> String {
    let digest = STANDARD.encode(Sha256::digest(script));
    format!("script-src 'sha256-{digest}'")
}

/// What all answers carry, unless they say something else themselves.
const ALWAYS: [(HeaderName, &str); 6] = [
    // What is not marked as public may hold credentials.
    (CACHE_CONTROL, "no-store"),
    (CONTENT_SECURITY_POLICY, PAGE_POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Adds the headers that belong to answers at `path`.
pub(super) fn protect(headers: &mut HeaderMap, issuer: &Issuer, places: &Places, path: &str) {
    if places.sharing(path) == Sharing::AnyOrigin {
        // Nothing is shared by accident: cookies are not read there, and browsers send none with a
        // request that says nothing of credentials.
        add(headers, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        add(
            headers,
            ACCESS_CONTROL_EXPOSE_HEADERS,
            "WWW-Authenticate, Retry-After, X-Request-Id",
        );
        add(
            headers,
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        );
    }
    if places.passage(path) == Passage::Elsewhere {
        // Not on the way of an authorization: a client may have opened it in a window of its own
        // and waits to hear from there, which this header would cut off.
        add(
            headers,
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        );
    }
    if places.framing(path) == Framing::Nobody {
        // For browsers that do not know frame-ancestors (OAuth 2.1 §7.11).
        add(headers, X_FRAME_OPTIONS, "DENY");
    }
    if issuer.is_https() {
        add(headers, STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    for (name, value) in ALWAYS {
        add(headers, name, value);
    }
}

/// Adds a header that is not there yet.
fn add(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::places::{AUTHORIZE, END_SESSION, JWKS, LOGIN, LOGOUT, TOKEN};

    fn header(issuer: &str, path: &str, name: &str) -> Option<String> {
        let issuer: Issuer = issuer.parse().unwrap();
        let mut headers = HeaderMap::new();
        protect(&mut headers, &issuer, &Places::below(&issuer), path);
        let value = headers.get(name)?;
        Some(value.to_str().unwrap().to_owned())
    }

    const HTTPS: &str = "https://auth.example.com";

    #[test]
    fn no_page_can_be_framed_or_run_scripts_of_others() {
        for path in [AUTHORIZE, LOGIN, "/nothing"] {
            let policy = header(HTTPS, path, "content-security-policy").unwrap();
            assert!(policy.starts_with("default-src 'none'"));
            assert!(policy.contains("frame-ancestors 'none'"));
            assert!(!policy.contains("script-src") && !policy.contains("form-action"));
            assert_eq!(
                header(HTTPS, path, "x-frame-options").as_deref(),
                Some("DENY")
            );
        }
    }

    #[test]
    fn https_is_remembered_where_it_is_used() {
        let name = "strict-transport-security";
        assert_eq!(
            header(HTTPS, LOGIN, name).as_deref(),
            Some("max-age=31536000")
        );
        assert_eq!(header("http://localhost:8000", LOGIN, name), None);
    }

    #[test]
    fn only_places_without_cookies_are_shared_with_other_origins() {
        let name = "access-control-allow-origin";
        for path in [TOKEN, JWKS] {
            assert_eq!(header(HTTPS, path, name).as_deref(), Some("*"), "{path}");
        }
        for path in [AUTHORIZE, LOGIN] {
            assert_eq!(header(HTTPS, path, name), None, "{path}");
        }
    }

    #[test]
    fn a_client_s_own_window_keeps_its_opener() {
        let name = "cross-origin-opener-policy";
        assert_eq!(header(HTTPS, JWKS, name).as_deref(), Some("same-origin"));
        for path in [AUTHORIZE, LOGIN, END_SESSION, LOGOUT] {
            assert_eq!(header(HTTPS, path, name), None, "{path}");
        }
    }

    #[test]
    fn what_an_answer_says_itself_stays() {
        let issuer: Issuer = HTTPS.parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public"));
        protect(&mut headers, &issuer, &Places::below(&issuer), JWKS);
        assert_eq!(headers.get(CACHE_CONTROL).unwrap(), "public");
    }
}
