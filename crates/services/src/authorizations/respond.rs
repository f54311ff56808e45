//! Answers that go to the client through the browser.

use authly_domain::authorizations::{AuthorizationRequest, ResponseMode};
use authly_domain::clients::{Client, ClientId, RedirectUri};
use authly_domain::issuer::Issuer;
use authly_domain::refusals::{Explanation, Facts, Reason};
use authly_domain::secret::AuthorizationCode;
use authly_domain::sessions::Session;

use super::AuthorizeStep;
use crate::sessions::Presence;

use super::AuthorizeFailure;

/// The error codes of the authorization endpoint (OAuth 2.1 §4.1.2.1, OpenID Connect Core
/// §3.1.2.6, RFC 8707 §2) that travel by redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorizationErrorCode {
    /// A parameter is missing, malformed or repeated.
    InvalidRequest,
    /// The client may not use the code flow.
    UnauthorizedClient,
    /// The user said no.
    AccessDenied,
    /// Another response type than `code`.
    UnsupportedResponseType,
    /// A scope that the client may not ask for.
    InvalidScope,
    /// A resource that the client may not name.
    InvalidTarget,
    /// `prompt=none` and nobody is logged in.
    LoginRequired,
    /// `prompt=none` and the user has not consented.
    ConsentRequired,
    /// Nobody can prove who they are as strongly as the request wants it (OpenID Connect Core Unmet
    /// Authentication Requirements §2).
    UnmetAuthenticationRequirements,
    /// A request object that cannot be taken (RFC 9101 §7).
    InvalidRequestObject,
    /// An address that is not registered, or has no request object that can be taken.
    InvalidRequestUri,
}

impl AuthorizationErrorCode {
    /// The registered code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::AccessDenied => "access_denied",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::InvalidRequestUri => "invalid_request_uri",
        }
    }
}

/// An error for the client: a code, and a fixed text for its developer; and for administrators why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    code: AuthorizationErrorCode,
    description: &'static str,
    why: Box<Explanation>,
}

impl Refusal {
    /// An error of this code.
    pub(super) fn new(
        code: AuthorizationErrorCode,
        why: Reason,
        description: &'static str,
    ) -> Self {
        Self {
            code,
            description,
            why: Box::new(why.into()),
        }
    }

    /// Adds what administrators may know.
    pub(super) fn with(mut self, facts: Facts) -> Self {
        self.why.facts = facts;
        self
    }

    /// What a page says instead, where the client cannot be told.
    pub(super) fn into_failure(self) -> AuthorizeFailure {
        AuthorizeFailure::RequestObject(self.why)
    }
}

/// Where an answer goes, and what it hands back.
#[derive(Debug, Clone)]
pub(super) struct ReturnAddress {
    pub(super) redirect_uri: RedirectUri,
    pub(super) mode: ResponseMode,
    pub(super) state: Option<String>,
}

impl From<&AuthorizationRequest> for ReturnAddress {
    fn from(request: &AuthorizationRequest) -> Self {
        Self {
            redirect_uri: request.redirect_uri.clone(),
            mode: request.response_mode,
            state: request.state.clone(),
        }
    }
}

/// An answer for the client: `iss` always (RFC 9207), `state` whenever it was sent.
#[derive(Debug)]
pub struct AuthorizationResponse {
    /// Where it goes.
    pub redirect_uri: RedirectUri,
    /// How it travels.
    pub mode: ResponseMode,
    /// What it says.
    pub answer: AuthorizationAnswer,
    /// Handed back byte for byte.
    pub state: Option<String>,
    /// Who answers.
    pub iss: String,
    /// Whose login the answer is about, where an OpenID Connect client is answered after the browser's
    /// session was looked for.
    pub seen: Option<SeenLogin>,
    /// What the client is told of that (Session Management §2). It depends on a cookie, so that whoever
    /// reads cookies says it.
    pub session_state: Option<String>,
}

/// What an answer has seen of the login in the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenLogin {
    /// Who asked.
    pub client: ClientId,
    /// Whether somebody is logged in.
    pub presence: Presence,
}

impl SeenLogin {
    /// What a request of this client has seen; `None` if it is none of OpenID Connect.
    pub(super) fn by(
        client: &Client,
        request: &AuthorizationRequest,
        session: Option<&Session>,
    ) -> Option<Self> {
        request.scope.contains("openid").then(|| Self {
            client: client.id.clone(),
            presence: Presence::of(session),
        })
    }
}

/// What an authorization response says.
#[derive(Debug)]
pub enum AuthorizationAnswer {
    /// A code.
    Code(AuthorizationCode),
    /// An error.
    Error {
        /// The registered code.
        code: AuthorizationErrorCode,
        /// A fixed text for the client's developer.
        description: &'static str,
        /// For administrators; never sent.
        why: Box<Explanation>,
    },
}

impl AuthorizationResponse {
    pub(super) fn new(to: ReturnAddress, answer: AuthorizationAnswer, issuer: &Issuer) -> Self {
        Self {
            redirect_uri: to.redirect_uri,
            mode: to.mode,
            answer,
            state: to.state,
            iss: issuer.as_str().to_owned(),
            seen: None,
            session_state: None,
        }
    }

    /// The same, with what it has seen of the login.
    pub(super) fn having_seen(mut self, seen: Option<SeenLogin>) -> Self {
        self.seen = seen;
        self
    }

    pub(super) fn refused(to: ReturnAddress, refusal: Refusal, issuer: &Issuer) -> Self {
        let Refusal {
            code,
            description,
            why,
        } = refusal;
        let answer = AuthorizationAnswer::Error {
            code,
            description,
            why,
        };
        Self::new(to, answer, issuer)
    }

    /// The response parameters in order. A code is among them: not for logs.
    #[must_use]
    pub fn parameters(&self) -> Vec<(&'static str, &str)> {
        let mut parameters = match &self.answer {
            AuthorizationAnswer::Code(code) => vec![("code", code.expose())],
            AuthorizationAnswer::Error {
                code, description, ..
            } => {
                vec![
                    ("error", code.as_str()),
                    ("error_description", *description),
                ]
            }
        };
        parameters.extend(self.state.as_deref().map(|state| ("state", state)));
        parameters.push(("iss", &self.iss));
        let session_state = self.session_state.as_deref();
        parameters.extend(session_state.map(|value| ("session_state", value)));
        parameters
    }
}

impl AuthorizeStep {
    /// The same, where it is an answer with what that has seen of the login.
    pub(super) fn having_seen(self, seen: Option<SeenLogin>) -> Self {
        match self {
            Self::Respond(answer) => Self::Respond(answer.having_seen(seen)),
            page => page,
        }
    }
}
