//! The network rule: from where the admin API may be called at all, and people may log in to it with
//! a password.

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::ORIGIN;
use actix_web::{FromRequest, HttpRequest};
use authly_domain::refusals::{Explain, Explanation, Facts, Reason};
use authly_protocol::admin::ProblemCode;
use authly_protocol::oauth::ErrorCode;
use authly_services::policy::LivePolicies;

use super::browser::user_agent;
use super::{Misconfigured, client_address, collaborator, comes_from_proxy};
use crate::respond::{AdminProblem, OAuthFailure, Unexplained};
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
    UntrustedProxy(Box<Facts>),
    /// Its address is in none of the networks.
    #[error("the address {0} is not in admin.allowed_networks")]
    Address(IpAddr, Box<Facts>),
    /// The wiring is at fault.
    #[error(transparent)]
    Misconfigured(#[from] Misconfigured),
}

impl Explain for Outside {
    fn explain(&self) -> Explanation {
        match self {
            Self::SwitchedOff => Reason::AdminApiDisabled.into(),
            Self::UntrustedProxy(facts) => {
                Explanation::new(Reason::UntrustedProxy, (**facts).clone())
            }
            Self::Address(_, facts) => {
                Explanation::new(Reason::AddressNotAllowed, (**facts).clone())
            }
            Self::Misconfigured(_) => Reason::ServerError.into(),
        }
    }
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
        let proxies = settings.trusted_proxies.iter();
        let proxies: Vec<_> = proxies.map(ToString::to_string).collect();
        let facts = Facts::default()
            .expected(format!("one of: {}", proxies.join(" ")))
            .came(client_address(request)?);
        return Err(Outside::UntrustedProxy(facts.into()));
    }
    let address = client_address(request)?;
    if !admin.allows(address) {
        let networks = admin.allowed_networks.iter();
        let networks: Vec<_> = networks.map(ToString::to_string).collect();
        let facts = Facts::default()
            .expected(format!("one of: {}", networks.join(" ")))
            .came(address);
        return Err(Outside::Address(address, facts.into()));
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
    if let Some(origin) = request.headers().get(ORIGIN) {
        let origin = String::from_utf8_lossy(origin.as_bytes());
        let facts = Facts::default().expected("no Origin header").came(origin);
        let refusal = refusal("Pages in browsers log in at the login page.");
        return Err(refusal.because(Explanation::new(Reason::OriginNamed, facts)));
    }
    Ok(ProgramInside {
        name: user_agent(request),
    })
}

impl From<Outside> for AdminProblem {
    fn from(error: Outside) -> Self {
        let (code, detail) = match &error {
            Outside::SwitchedOff => (
                ProblemCode::AdminApiDisabled,
                "The admin API is switched off by the setting admin.enabled.".to_owned(),
            ),
            Outside::UntrustedProxy(_) => (
                ProblemCode::UntrustedProxy,
                "The request came through a proxy that listen.trusted_proxies does not name."
                    .to_owned(),
            ),
            Outside::Address(address, _) => (
                ProblemCode::AddressNotAllowed,
                format!("The address {address} is not in admin.allowed_networks."),
            ),
            Outside::Misconfigured(error) => return (*error).into(),
        };
        Self::new(code, detail).caused_by(error)
    }
}

impl From<Outside> for OAuthFailure {
    fn from(error: Outside) -> Self {
        let description = match &error {
            Outside::SwitchedOff => "The admin API is switched off.",
            Outside::UntrustedProxy(_) => {
                "The request came through a proxy that listen.trusted_proxies does not name."
            }
            Outside::Address(..) => "The address is not in admin.allowed_networks.",
            Outside::Misconfigured(_) => return Self::failed(error),
        };
        refusal(description).because(error)
    }
}

fn refusal(description: &'static str) -> Unexplained {
    OAuthFailure::of(ErrorCode::AccessDenied)
        .with_status(StatusCode::FORBIDDEN)
        .describe(description)
}
