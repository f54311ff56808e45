//! What stands between a valid request and its answer.

use super::{AuthorizationRequest, Prompt};
use crate::clients::Client;
use crate::clock::Timestamp;
use crate::consents::{Consent, ConsentNeed, consent_need};
use crate::scopes::Scope;
use crate::sessions::Session;

/// Why the user has to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginReason {
    /// Nobody is logged in, or the login is not finished.
    NoSession,
    /// The request wants it: `prompt=login`.
    Prompted,
    /// The last login is older than `max_age`.
    TooLongAgo,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextStep {
    /// The user logs in.
    LogIn(LoginReason),
    /// The user is asked.
    AskConsent,
    /// Nothing is left: the answer is a code for this scope.
    Answer(Scope),
}

/// What stands between `request` and its answer. A login or consent that `prompt` or `max_age` asks
/// for counts once it happened after the request came.
#[must_use]
pub fn next_step(
    request: &AuthorizationRequest,
    client: &Client,
    session: Option<&Session>,
    consent: Option<&Consent>,
    now: Timestamp,
) -> NextStep {
    let Some(session) = session.filter(|session| session.next_step().is_none()) else {
        return NextStep::LogIn(LoginReason::NoSession);
    };
    let auth_time = session.authentication.auth_time;
    let logged_in_since = auth_time > request.requested_at;
    if request.prompt.wants_login() && !logged_in_since {
        return NextStep::LogIn(LoginReason::Prompted);
    }
    let too_old = |age| now.since(auth_time) > age;
    if request.max_age.is_some_and(too_old) && !logged_in_since {
        return NextStep::LogIn(LoginReason::TooLongAgo);
    }
    if request.prompt.wants_consent() {
        return NextStep::AskConsent;
    }
    match consent_need(client, &request.redirect_uri, &request.scope, consent) {
        ConsentNeed::Ask => NextStep::AskConsent,
        ConsentNeed::Granted(scope) => NextStep::Answer(scope),
    }
}

impl NextStep {
    /// The error for `prompt=none`, where a page would be needed (OpenID Connect Core §3.1.2.6).
    #[must_use]
    pub const fn forbidden_by(&self, prompt: Prompt) -> bool {
        prompt.forbids_pages() && !matches!(self, Self::Answer(_))
    }
}
