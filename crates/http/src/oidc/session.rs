//! What scripts can ask about the login in a browser: those of clients by way of a frame (OpenID Connect
//! Session Management §3), those of our own origin by themselves.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use authly_protocol::oidc::SessionCheckResponse;
use authly_services::sessions::{LoginError, Presence, SessionService};

use crate::extract::Visitor;
use crate::middleware::script_source;
use crate::places::Surface;
use crate::respond::{OAuthFailure, Trouble, trouble};
use crate::settings::HttpSettings;

/// Answers `unchanged`, `changed` or `error` to whoever asks by a message, as §3.2 has it. Where the
/// browser shows frames no cookies of ours, the answer is `error`: nobody is signed out for that.
const SCRIPT: &str = include_str!("session/iframe.js");

/// `GET /oidc/session/iframe` -
/// [Session Management §3.3](https://openid.net/specs/openid-connect-session-1_0.html#OPiframe)
///
/// The one page that others may frame. It shows nothing, takes nothing and sets no cookie, and there is
/// none where the cookie that it reads could not be had (ADR 0022).
pub(crate) async fn iframe(
    settings: web::Data<HttpSettings>,
) -> Result<HttpResponse, actix_web::Error> {
    if !settings.issuer.is_https() {
        return Err(trouble(Surface::Json, Trouble::NotFound));
    }
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, policy()))
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .insert_header(("cross-origin-resource-policy", "cross-origin"))
        .body(format!(
            "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Session</title>\n\
             <script>{SCRIPT}</script></html>\n"
        )))
}

/// The script of the page, and nothing else; framed by anybody.
fn policy() -> String {
    let script = script_source(SCRIPT);
    format!("default-src 'none'; {script}; base-uri 'none'; form-action 'none'; frame-ancestors *")
}

/// `GET /oidc/session/check`: whether somebody is logged in in this browser. Only scripts of our own
/// origin can read it (decisions 24), and asking keeps no session alive.
pub(crate) async fn check(
    mut visitor: Visitor,
    sessions: web::Data<SessionService>,
) -> Result<HttpResponse, actix_web::Error> {
    let session = sessions.look(&visitor.browser).await;
    let session = session.map_err(|error| OAuthFailure::from(LoginError::Storage(error)))?;
    visitor.meets(Presence::of(session.as_ref()));
    let counts = session.filter(|session| session.next_step().is_none());
    let answer = counts.map_or_else(SessionCheckResponse::default, |session| {
        let authentication = session.authentication;
        SessionCheckResponse {
            active: true,
            username: Some(session.username.as_str().to_owned()),
            auth_time: Some(authentication.auth_time.unix_seconds()),
            acr: Some(authentication.acr),
        }
    });
    Ok(visitor.seal_changes(HttpResponse::Ok().json(answer))?)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::extract::STATE_COOKIE;

    #[test]
    fn the_policy_allows_the_script_and_every_frame_around_and_nothing_else() {
        let digest = STANDARD.encode(Sha256::digest(SCRIPT));
        let policy = policy();
        assert!(policy.contains(&format!("script-src 'sha256-{digest}'")));
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(policy.ends_with("frame-ancestors *"), "{policy}");
    }

    #[test]
    fn the_script_reads_the_cookie_that_is_set() {
        assert!(SCRIPT.contains(&format!("\"{STATE_COOKIE}=\"")));
        assert!(!SCRIPT.contains("</"), "it would end there");
    }
}
