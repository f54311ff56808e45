//! What handlers ask for, read from the request: extracting something is its check.

mod authorization;
mod basic;
mod bearer;
mod browser;
mod caller;
mod client_auth;
mod cookies;
mod door;
mod form;
mod json_body;
mod page_form;
mod parameters;
mod peer;
mod waiting;

pub(crate) use authorization::{FormParameters, QueryParameters};
pub(crate) use bearer::{BearerToken, header_token};
pub(crate) use browser::{Visit, Visitor, origin};
pub(crate) use caller::CallerAddress;
pub(crate) use client_auth::ClientAuth;
pub(crate) use cookies::Cookies;
#[cfg(test)]
pub(crate) use cookies::STATE_COOKIE;
pub(crate) use door::{ProgramInside, enter};
pub(crate) use form::{OAuthForm, read_json};
pub(crate) use json_body::JsonBody;
pub(crate) use page_form::PageForm;
pub(crate) use parameters::{Parameters, ParametersError};
pub(crate) use peer::{client_address, comes_from_proxy};
pub(crate) use waiting::Waiting;

use actix_web::{HttpMessage as _, HttpRequest, web};
use authly_domain::refusals::shown;

/// Which client a request is about, as it named it: for those who ask later why it was refused.
#[derive(Debug, Clone)]
pub(crate) struct NamedClient(pub(crate) String);

/// Notes which client a request is about.
pub(crate) fn note_client(request: &HttpRequest, client_id: &str) {
    request
        .extensions_mut()
        .insert(NamedClient(shown(client_id)));
}

/// A collaborator was not handed to the application: a fault of the wiring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a collaborator is missing: the endpoints were mounted without configure")]
pub(crate) struct Misconfigured;

/// The collaborator of this type.
pub(crate) fn collaborator<T: 'static>(
    request: &HttpRequest,
) -> Result<web::Data<T>, Misconfigured> {
    request
        .app_data::<web::Data<T>>()
        .cloned()
        .ok_or(Misconfigured)
}
