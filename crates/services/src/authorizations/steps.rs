//! What the browser is to see next, and which refusals stand in the way of a page.

use authly_domain::authorizations::{LoginReason, NextStep, Unmet};
use authly_domain::refusals::Reason;
use authly_domain::secret::RequestHandle;
use authly_domain::sessions::{LoginStep, Session};

use super::respond::Refusal;
use super::{AuthorizationErrorCode, AuthorizationResponse, AuthorizeFailure, validate};

/// What the browser is to see next.
#[derive(Debug)]
pub enum AuthorizeStep {
    /// The answer, at the client.
    Respond(AuthorizationResponse),
    /// The login page for this request.
    LogIn(RequestHandle),
    /// A step that is left of the login, for this request.
    FinishLogin(RequestHandle, LoginStep),
    /// The consent page for this request.
    AskConsent(RequestHandle),
}

/// What comes of a request by a copy of its client.
pub(super) enum Tried {
    /// This, whatever the client is now.
    Settled(AuthorizeStep),
    /// This, unless the client is registered otherwise by now.
    Refused(Result<AuthorizeStep, AuthorizeFailure>),
    /// The copy turned out to be stale.
    Stale,
}

/// The error where `prompt=none` forbids the page (OpenID Connect Core §3.1.2.6).
pub(super) fn page_needed(step: &NextStep) -> Refusal {
    match step {
        NextStep::LogIn(_) => Refusal::new(
            AuthorizationErrorCode::LoginRequired,
            Reason::LoginRequired,
            "the user has to log in",
        ),
        NextStep::AskConsent | NextStep::Answer(_) | NextStep::Refuse(_) => Refusal::new(
            AuthorizationErrorCode::ConsentRequired,
            Reason::ConsentRequired,
            "the user has to consent",
        ),
    }
}

/// The error where a login was made and does not meet the request (OpenID Connect Core §3.1.2.1,
/// §5.5.1.1).
pub(super) fn unmet(why: Unmet) -> Refusal {
    match why {
        Unmet::OtherUser => Refusal::new(
            AuthorizationErrorCode::LoginRequired,
            Reason::OtherUser,
            "another user has logged in than the request speaks of",
        ),
        Unmet::Acr => validate::acr_out_of_reach(),
    }
}

/// The page for a step: a login that was begun goes on where it stopped.
pub(super) fn page_for(
    step: &NextStep,
    handle: RequestHandle,
    session: Option<&Session>,
) -> AuthorizeStep {
    let unfinished = session.and_then(Session::next_step);
    match (step, unfinished) {
        (NextStep::LogIn(LoginReason::NoSession), Some(left)) => {
            AuthorizeStep::FinishLogin(handle, left)
        }
        (NextStep::AskConsent, _) => AuthorizeStep::AskConsent(handle),
        (NextStep::LogIn(_) | NextStep::Answer(_) | NextStep::Refuse(_), _) => {
            AuthorizeStep::LogIn(handle)
        }
    }
}
