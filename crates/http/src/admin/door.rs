//! The network rule: from where the admin API may be called at all.

use actix_web::HttpRequest;
use authly_protocol::admin::ProblemCode;
use authly_services::policy::LivePolicies;

use crate::extract::{client_address, collaborator, comes_from_proxy};
use crate::respond::AdminProblem;
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

/// Lets a request in by where it comes from, before anything else of it is looked at.
pub(super) fn enter(request: &HttpRequest) -> Result<(), AdminProblem> {
    let settings = collaborator::<HttpSettings>(request)?;
    let admin = &collaborator::<LivePolicies>(request)?.load().admin;
    if !admin.enabled {
        let detail = "The admin API is switched off by the setting admin.enabled.";
        return Err(AdminProblem::new(ProblemCode::AdminApiDisabled, detail));
    }
    // Decisions 25: whoever forwards has to be listed, or the address behind it would be anybody's
    // word, and the proxy's own address would open the door for all who come through it.
    let forwarded = FORWARDING
        .iter()
        .any(|name| request.headers().contains_key(*name));
    if forwarded && !comes_from_proxy(request, &settings.trusted_proxies) {
        let detail = "The request came through a proxy that listen.trusted_proxies does not name.";
        return Err(AdminProblem::new(ProblemCode::UntrustedProxy, detail));
    }
    let address = client_address(request)?;
    if !admin.allows(address) {
        let detail = format!("The address {address} is not in admin.allowed_networks.");
        return Err(AdminProblem::new(ProblemCode::AddressNotAllowed, detail));
    }
    Ok(())
}
