//! The parameters of a request that a client sends its user here with, from the query or from a form.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use authly_services::authorizations::AuthorizationParameters;
use authly_services::logout::LogoutParameters;
use futures_util::future::LocalBoxFuture;

use super::form::read_form;
use super::{Parameters, ParametersError, collaborator, note_client};
use crate::respond::PageFailure;
use crate::settings::HttpSettings;

/// The most bytes of a query. The web server itself takes no address of 64 kB.
const LONGEST_QUERY: usize = 32_768;

/// The parameters of a request by GET.
pub(crate) struct QueryParameters(Parameters);

/// The parameters of a request by POST; the query is ignored.
pub(crate) struct FormParameters(Parameters);

impl QueryParameters {
    /// Those of an authorization request by their names.
    pub(crate) fn named(self) -> AuthorizationParameters {
        named(self.0)
    }

    /// Those of a request to sign out by their names.
    pub(crate) fn of_logout(self) -> LogoutParameters {
        of_logout(self.0)
    }
}

impl FormParameters {
    /// Those of an authorization request by their names.
    pub(crate) fn named(self) -> AuthorizationParameters {
        named(self.0)
    }

    /// Those of a request to sign out by their names.
    pub(crate) fn of_logout(self) -> LogoutParameters {
        of_logout(self.0)
    }

    /// The languages that the client asks for.
    pub(crate) fn ui_locales(&self) -> Option<&str> {
        self.0.get("ui_locales")
    }

    /// Written as a query.
    pub(crate) fn as_query(&self) -> String {
        self.0.encode()
    }
}

impl FromRequest for QueryParameters {
    type Error = PageFailure;
    type Future = Ready<Result<Self, PageFailure>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let read = read_query(request).map_err(PageFailure::from);
        ready(read.map(|parameters| Self(noted(request, parameters))))
    }
}

impl FromRequest for FormParameters {
    type Error = PageFailure;
    type Future = LocalBoxFuture<'static, Result<Self, PageFailure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = read_form(request, payload);
        let request = request.clone();
        Box::pin(async move { Ok(Self(noted(&request, without_nul(body.await?)?))) })
    }
}

/// Notes the client that the parameters name.
fn noted(request: &HttpRequest, parameters: Parameters) -> Parameters {
    if let Some(client_id) = parameters.get("client_id") {
        note_client(request, client_id);
    }
    parameters
}

fn read_query(request: &HttpRequest) -> Result<Parameters, ParametersError> {
    let limit = collaborator::<HttpSettings>(request)?.max_body_bytes;
    let limit = limit.min(LONGEST_QUERY);
    let query = request.query_string();
    if query.len() > limit {
        return Err(ParametersError::AddressTooLong);
    }
    without_nul(Parameters::parse(query.as_bytes())?)
}

fn without_nul(parameters: Parameters) -> Result<Parameters, ParametersError> {
    if parameters.hold_nul() {
        return Err(ParametersError::Malformed);
    }
    Ok(parameters)
}

/// Sorts the parameters. Whether what is repeated or refused leads to a page or to the client is for
/// the service to say.
fn named(mut parameters: Parameters) -> AuthorizationParameters {
    let repeated = parameters.repeated();
    let mut take = |name| parameters.take(name);
    AuthorizationParameters {
        repeated,
        client_id: take("client_id"),
        redirect_uri: take("redirect_uri"),
        response_type: take("response_type"),
        response_mode: take("response_mode"),
        scope: take("scope"),
        state: take("state"),
        nonce: take("nonce"),
        code_challenge: take("code_challenge"),
        code_challenge_method: take("code_challenge_method"),
        prompt: take("prompt"),
        claims: take("claims"),
        acr_values: take("acr_values"),
        id_token_hint: take("id_token_hint"),
        max_age: take("max_age"),
        login_hint: take("login_hint"),
        request: take("request"),
        request_uri: take("request_uri"),
        resources: parameters.take_all("resource"),
    }
}

/// The same for the logout endpoint.
fn of_logout(mut parameters: Parameters) -> LogoutParameters {
    let repeated = parameters.repeated_at_all();
    let mut take = |name| parameters.take(name);
    LogoutParameters {
        repeated,
        id_token_hint: take("id_token_hint"),
        logout_hint: take("logout_hint"),
        client_id: take("client_id"),
        post_logout_redirect_uri: take("post_logout_redirect_uri"),
        state: take("state"),
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn read(text: &str) -> AuthorizationParameters {
        named(Parameters::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn known_parameters_are_sorted_and_unknown_ones_ignored() {
        let read = read("client_id=web&state=%C3%A9&nonce=&foo=bar&resource=a&resource=b");
        assert_eq!(read.client_id.as_deref(), Some("web"));
        assert_eq!(read.state.as_deref(), Some("é"));
        assert_eq!(read.nonce, None);
        assert_eq!(read.resources, ["a", "b"]);
        assert!(read.repeated.is_empty());
    }

    #[test]
    fn repeated_names_are_reported() {
        let read = read("state=a&state=b&client_id=web&client_id=web");
        assert_eq!(read.repeated, ["client_id", "state"]);
    }

    #[test]
    fn a_nul_is_refused() {
        let parameters = Parameters::parse(b"state=a%00").unwrap();
        let refused = without_nul(parameters).map(|_read| ());
        assert_eq!(refused, Err(ParametersError::Malformed));
    }
}
