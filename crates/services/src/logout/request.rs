//! What a request to sign out says, and what of that counts.

use std::sync::Arc;

use authly_domain::clients::{Client, ClientId, RedirectUri};
use authly_domain::refusals::{Facts, difference};

use super::{LogoutFailure, LogoutService, Question, WayBack};
use crate::authorizations::{UnknownClient, active};
use crate::tokens::IdTokenHint;

/// The parameters of a request to sign out (RP-Initiated Logout §2) as they came: unknown ones left
/// out, empty ones absent.
#[derive(Debug, Default)]
pub struct LogoutParameters {
    /// Names of parameters that stood there more than once.
    pub repeated: Vec<String>,
    /// `id_token_hint`.
    pub id_token_hint: Option<String>,
    /// `logout_hint`.
    pub logout_hint: Option<String>,
    /// `client_id`.
    pub client_id: Option<String>,
    /// `post_logout_redirect_uri`.
    pub post_logout_redirect_uri: Option<String>,
    /// `state`.
    pub state: Option<String>,
}

/// What a request says of the session that is to end.
pub(super) enum Said {
    /// Nothing that counts.
    Nothing,
    /// That it is the one of this ID token.
    Hint(IdTokenHint),
}

/// A request of which everything counts.
pub(super) struct Request {
    pub(super) said: Said,
    pub(super) client: Option<Arc<Client>>,
    pub(super) logout_hint: Option<String>,
    pub(super) way_back: Option<WayBack>,
}

impl Request {
    /// One that says nothing.
    const fn of_nobody() -> Self {
        Self {
            said: Said::Nothing,
            client: None,
            logout_hint: None,
            way_back: None,
        }
    }

    /// What is left of it for the page that asks first.
    pub(super) fn into_question(self) -> Question {
        Question {
            client: self.client.map(|client| client.id.clone()),
            way_back: self.way_back,
        }
    }
}

impl LogoutService {
    /// Reads a request. Where it has a hint that is wrong, nothing else of it is believed either: the
    /// user is asked, and stays here afterwards.
    pub(super) async fn read(
        &self,
        parameters: LogoutParameters,
    ) -> Result<Request, LogoutFailure> {
        if !parameters.repeated.is_empty() {
            let facts = Facts::default().came(parameters.repeated.join(" "));
            return Err(LogoutFailure::Repeated(facts.into()));
        }
        let named = parameters.client_id.as_deref();
        let (said, client) = if let Some(hint) = &parameters.id_token_hint {
            let Some((hint, client)) = self.hinted(hint, named).await? else {
                tracing::info!("the hint is no ID token of the client: the user is asked");
                return Ok(Request::of_nobody());
            };
            (Said::Hint(hint), Some(client))
        } else {
            (Said::Nothing, self.named(named).await?)
        };
        let way_back = match (&client, parameters.post_logout_redirect_uri) {
            (Some(client), Some(uri)) => Some(WayBack {
                uri: registered(client, &uri).ok_or_else(|| other_way_back(client, &uri))?,
                state: parameters.state,
            }),
            // Nobody has registered anything: the browser stays here.
            (None, _) | (_, None) => None,
        };
        Ok(Request {
            said,
            client,
            logout_hint: parameters.logout_hint,
            way_back,
        })
    }

    /// The ID token, and the client that got it here, which is the one of `client_id` if there is one.
    /// The client is read as it is now: an address that was taken from it leads nowhere.
    async fn hinted(
        &self,
        hint: &str,
        client_id: Option<&str>,
    ) -> Result<Option<(IdTokenHint, Arc<Client>)>, LogoutFailure> {
        let read = IdTokenHint::read(hint, &self.keys.ring().load(), &self.issuer);
        let named = read.and_then(|hint| hint.client().map(|client| (hint, client)));
        let Some((hint, id)) = named else {
            return Ok(None);
        };
        if client_id.is_some_and(|named| named != id.as_str()) {
            return Ok(None);
        }
        let client = self.clients.read_anew(&id).await?;
        let client = client.filter(|client| client.is_active);
        Ok(client.map(|client| (hint, client)))
    }

    /// The client that `client_id` names.
    async fn named(&self, client_id: Option<&str>) -> Result<Option<Arc<Client>>, LogoutFailure> {
        let Some(client_id) = client_id else {
            return Ok(None);
        };
        let id: Option<ClientId> = client_id.parse().ok();
        let id = id.ok_or(LogoutFailure::UnknownClient(UnknownClient::Unknown))?;
        let client = self.clients.read_anew(&id).await?;
        let client = active(client).map_err(LogoutFailure::UnknownClient)?;
        Ok(Some(client))
    }
}

/// The registered URI of exactly this text (RP-Initiated Logout §3). What could not be registered
/// leads nowhere, however it came to be stored.
fn registered(client: &Client, uri: &str) -> Option<RedirectUri> {
    let parsed: RedirectUri = uri.parse().ok()?;
    let mut all = client.post_logout_redirect_uris.iter();
    all.find(|one| **one == parsed).cloned()
}

/// What is known of an address that is not registered.
fn other_way_back(client: &Client, came: &str) -> LogoutFailure {
    let registered = &client.post_logout_redirect_uris;
    let all: Vec<_> = registered.iter().map(RedirectUri::as_str).collect();
    let facts = Facts::default().came(came);
    let facts = match difference(
        "post_logout_redirect_uri",
        "the registered",
        registered,
        came,
    ) {
        Some(difference) => facts
            .expected(format!("one of: {}", all.join(" ")))
            .more(difference),
        None => facts.more("None is registered."),
    };
    LogoutFailure::WayBack(facts.into())
}
