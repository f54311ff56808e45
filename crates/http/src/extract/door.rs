//! The network rule: from where the admin API may be called at all, and people may log in to it with
//! a password.

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::ORIGIN;
use actix_web::{FromRequest, HttpRequest};
use authly_protocol::admin::ProblemCode;
use authly_protocol::oauth::ErrorCode;
use authly_services::policy::LivePolicies;

use super::browser::user_agent;
use super::{Misconfigured, client_address, collaborator, comes_from_proxy};
use crate::respond::{AdminProblem, OAuthFailure};
use crate::settings::HttpSettings;

/// Headers that only a proxy has reason to send.
const FORWARDING: [&str; 7] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-forwarded-prefix",
    "x-real-ip",
];

/// Why a request is not let in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Outside {
    /// The admin API is switched off.
    #[error("the admin API is switched off by the setting admin.enabled")]
    SwitchedOff,
    /// It came through a proxy that nobody has named.
    #[error("the request came through a proxy that listen.trusted_proxies does not name")]
    UntrustedProxy,
    /// Its address is in none of the networks.
    #[error("the address {0} is not in admin.allowed_networks")]
    Address(IpAddr),
    /// The wiring is at fault.
    #[error(transparent)]
    Misconfigured(#[from] Misconfigured),
}

/// Lets a request in by where it comes from, before anything else of it is looked at.
pub(crate) fn enter(request: &HttpRequest) -> Result<(), Outside> {
    let settings = collaborator::<HttpSettings>(request)?;
    let admin = &collaborator::<LivePolicies>(request)?.load().admin;
    if !admin.enabled {
        return Err(Outside::SwitchedOff);
    }
    // Decisions 25: whoever forwards has to be listed, or the address behind it would be anybody's
    // word, and the proxy's own address would open the door for all who come through it.
    let forwarded = FORWARDING
        .iter()
        .any(|name| request.headers().contains_key(*name));
    if forwarded && !comes_from_proxy(request, &settings.trusted_proxies) {
        return Err(Outside::UntrustedProxy);
    }
    let address = client_address(request)?;
    if !admin.allows(address) {
        return Err(Outside::Address(address));
    }
    Ok(())
}

/// A program that the network rule lets in.
pub(crate) struct ProgramInside {
    /// How it names itself: the beginning of `User-Agent`, empty where it does not.
    pub(crate) name: String,
}

impl FromRequest for ProgramInside {
    type Error = OAuthFailure;
    type Future = Ready<Result<Self, OAuthFailure>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(inside(request))
    }
}

/// Browsers name an origin with everything that a page posts (Fetch §3.1). They stand in networks that
/// are allowed, and the pages in them need not: those must not try passwords from there.
fn inside(request: &HttpRequest) -> Result<ProgramInside, OAuthFailure> {
    enter(request)?;
    if request.headers().contains_key(ORIGIN) {
        let refusal = refusal("Pages in browsers log in at the login page.");
        return Err(refusal.caused_by("the request names an origin, as pages in browsers do"));
    }
    Ok(ProgramInside {
        name: user_agent(request),
    })
}

impl From<Outside> for AdminProblem {
    fn from(error: Outside) -> Self {
        let (code, detail) = match error {
            Outside::SwitchedOff => (
                ProblemCode::AdminApiDisabled,
                "The admin API is switched off by the setting admin.enabled.".to_owned(),
            ),
            Outside::UntrustedProxy => (
                ProblemCode::UntrustedProxy,
                "The request came through a proxy that listen.trusted_proxies does not name."
                    .to_owned(),
            ),
            Outside::Address(address) => (
                ProblemCode::AddressNotAllowed,
                format!("The address {address} is not in admin.allowed_networks."),
            ),
            Outside::Misconfigured(error) => return error.into(),
        };
        Self::new(code, detail)
    }
}

impl From<Outside> for OAuthFailure {
    fn from(error: Outside) -> Self {
        let description = match &error {
            Outside::SwitchedOff => "The admin API is switched off.",
            Outside::UntrustedProxy => {
                "The request came through a proxy that listen.trusted_proxies does not name."
            }
            Outside::Address(_) => "The address is not in admin.allowed_networks.",
            Outside::Misconfigured(_) => return Self::failed(error),
        };
        refusal(description).caused_by(error)
    }
}

fn refusal(description: &'static str) -> OAuthFailure {
    OAuthFailure::new(ErrorCode::AccessDenied)
        .with_status(StatusCode::FORBIDDEN)
        .describe(description)
}
