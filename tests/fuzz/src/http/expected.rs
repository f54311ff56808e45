//! What is true of every answer.

use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, LOCATION, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, header::AsHeaderName};
use serde_json::Value;

use super::actors::REDIRECT_URIS;
use super::written::Asked;

/// A request and its answer.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) asked: Asked,
    pub(super) issuer: String,
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answered {
    fn header(&self, name: impl AsHeaderName) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Whether the place that was asked talks to programs.
    fn is_for_programs(&self) -> bool {
        let path = self.asked.address.path();
        let programs = ["/api/", "/oidc/", "/.well-known/", "/health"];
        programs.iter().any(|place| path.starts_with(place)) && path != "/api/v1/oauth/authorize"
    }
}

/// Holds an answer against what every answer is.
pub(super) fn hold(answered: &Answered) {
    assert!(answered.status < 500, "{answered:?}");
    assert_eq!(
        answered.header(X_CONTENT_TYPE_OPTIONS),
        "nosniff",
        "{answered:?}"
    );
    assert!(!answered.header("x-request-id").is_empty(), "{answered:?}");
    refusal(answered);
    redirect(answered);
    reflection(answered);
}

/// A refusal has the form of the place that gives it.
fn refusal(answered: &Answered) {
    let status = answered.status;
    if !(400..500).contains(&status) {
        return;
    }
    assert_eq!(answered.header(CACHE_CONTROL), "no-store", "{answered:?}");
    assert!(
        status != 405 || !answered.header(ALLOW).is_empty(),
        "{answered:?}"
    );
    if answered.is_for_programs() {
        let has_challenge = !answered.header(WWW_AUTHENTICATE).is_empty();
        assert!(status != 401 || has_challenge, "{answered:?}");
    }
    // Answers to HEAD have no body to look at.
    if answered.asked.method == Method::HEAD {
        return;
    }
    if answered.is_for_programs() {
        let json = serde_json::from_str::<Value>(&answered.body);
        let error = json.as_ref().ok().and_then(|json| json.get("error"));
        assert!(error.is_some_and(Value::is_string), "{answered:?}");
    } else {
        let kind = answered.header(CONTENT_TYPE);
        assert!(kind.starts_with("text/html"), "{answered:?}");
    }
}

/// Nobody is sent anywhere but to a page of ours or to what a client has registered.
fn redirect(answered: &Answered) {
    let location = answered.header(LOCATION);
    let is_redirect = (300..400).contains(&answered.status) && answered.status != 304;
    assert_eq!(is_redirect, !location.is_empty(), "{answered:?}");
    if location.is_empty() {
        return;
    }
    assert_eq!(answered.status, 303, "{answered:?}");
    let own = location
        .strip_prefix(&answered.issuer)
        .is_some_and(|rest| rest.starts_with('/'));
    let registered = REDIRECT_URIS.iter().any(|uri| {
        let rest = location.strip_prefix(uri);
        rest.is_some_and(|rest| rest.starts_with(['?', '&', '#']))
    });
    let loopback = location
        .strip_prefix("http://127.0.0.1:")
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(port, rest)| port.parse::<u16>().is_ok() && rest.starts_with("cb"));
    assert!(own || registered || loopback, "{answered:?}");
}

/// What was sent stands in no page as it was: the mark would open an element there.
fn reflection(answered: &Answered) {
    assert!(!answered.body.contains("<fuzz"), "{answered:?}");
}
