//! Why no answer goes to a client.

use std::sync::Arc;

use authly_domain::clients::{Client, RedirectUri};
use authly_domain::refusals::{Explanation, Facts, difference};
use authly_repositories::DbError;

use super::AuthorizationParameters;

/// Why a page is shown instead: there is no client that could be told, or nothing to tell it.
#[derive(Debug, thiserror::Error)]
pub enum AuthorizeFailure {
    /// `client_id` is missing, repeated, malformed, unknown or disabled.
    #[error("there is no such client")]
    UnknownClient(UnknownClient),
    /// `redirect_uri` is missing, repeated or not registered.
    #[error("the redirect_uri is refused")]
    RedirectUri(#[source] RedirectUriRefusal, Box<Facts>),
    /// What the client was to sign is not in order, and nothing else says where it could be told.
    #[error("the request is not signed as it has to be")]
    RequestObject(#[source] Box<Explanation>),
    /// The stored request is unknown, or belongs to another browser.
    #[error("there is no such request in this browser")]
    RequestUnknown,
    /// The time of the stored request is over.
    #[error("the time of the request is over")]
    RequestExpired,
    /// The stored request was answered already (double submit, back button).
    #[error("the request was answered already")]
    AlreadyAnswered,
    /// The form was made for another login than the present one, or nobody is logged in now.
    #[error("the login has changed since the page was made")]
    SessionChanged,
    /// Too many requests of this address wait.
    #[error("too many authorization requests wait")]
    TooManyRequests,
    /// As many requests wait as may wait in all: 503.
    #[error("as many authorization requests wait as may wait in all")]
    Crowded,
    /// While the request waited, an administrator took from the client something that it asks for.
    #[error("the client may no longer ask for this")]
    NoLongerAllowed,
    /// The client is being changed at this very moment.
    #[error("the client is being changed")]
    ClientChanging,
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

impl From<UnknownClient> for AuthorizeFailure {
    fn from(why: UnknownClient) -> Self {
        Self::UnknownClient(why)
    }
}

/// Why `client_id` names no client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownClient {
    /// It is missing.
    Missing,
    /// It stands there more than once.
    Repeated,
    /// There is no such client.
    Unknown,
    /// The client is disabled.
    Disabled,
}

/// Why no answer goes to a redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriRefusal {
    /// It stands in the request more than once.
    #[error("redirect_uri stands there more than once")]
    Repeated,
    /// The request has to name one.
    #[error("redirect_uri is missing")]
    Missing,
    /// It is not registered for the client.
    #[error("the redirect_uri is not registered for the client")]
    NotRegistered,
}

/// The client, if it is active.
pub(crate) fn active(client: Option<Arc<Client>>) -> Result<Arc<Client>, UnknownClient> {
    match client {
        Some(client) if client.is_active => Ok(client),
        Some(_) => Err(UnknownClient::Disabled),
        None => Err(UnknownClient::Unknown),
    }
}

/// What is known of a refused redirect URI.
pub(super) fn uri_facts(parameters: &AuthorizationParameters, client: &Client) -> Facts {
    let registered: Vec<_> = client
        .redirect_uris
        .iter()
        .map(RedirectUri::as_str)
        .collect();
    let facts = Facts::default().expected(format!("one of: {}", registered.join(" ")));
    let Some(came) = parameters.redirect_uri.as_deref() else {
        return facts.came("none");
    };
    let facts = facts.came(came);
    match difference(
        "redirect_uri",
        "the registered",
        &client.redirect_uris,
        came,
    ) {
        Some(difference) => facts.more(difference),
        None => facts.more("None is registered."),
    }
}
