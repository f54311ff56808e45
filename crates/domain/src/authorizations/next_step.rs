//! What stands between a valid request and its answer.

use super::{AuthorizationRequest, Prompt};
use crate::clients::Client;
use crate::clock::Timestamp;
use crate::consents::{Consent, ConsentNeed, consent_need};
use crate::scopes::Scope;
use crate::sessions::Session;
use crate::users::Subject;

/// Why the user has to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginReason {
    /// Nobody is logged in, or the login is not finished.
    NoSession,
    /// The request wants it: `prompt=login`.
    Prompted,
    /// The last login is older than `max_age`.
    TooLongAgo,
    /// The last login was not as strong as the request wants it.
    StepUp,
    /// Somebody else is logged in than the request speaks of.
    OtherUser,
}

/// Why the request cannot be answered with a code any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmet {
    /// Somebody has logged in for it, and is not whom it speaks of.
    OtherUser,
    /// The login was not as strong as it has to be.
    Acr,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextStep {
    /// The user logs in.
    LogIn(LoginReason),
    /// The user is asked.
    AskConsent,
    /// Nothing is left: the answer is a code, and this is what the user allows, of scopes and of those
    /// that claims belong to.
    Answer(Scope),
    /// The answer is an error.
    Refuse(Unmet),
}

/// What is known when a request is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// Who asks.
    pub client: &'a Client,
    /// The browser's session.
    pub session: Option<&'a Session>,
    /// Its user, as the client knows them.
    pub subject: Option<&'a Subject>,
    /// What they once answered to the client.
    pub consent: Option<&'a Consent>,
    /// The time.
    pub now: Timestamp,
}

/// What stands between `request` and its answer. A login or consent that `prompt` or `max_age` asks
/// for counts once it happened after the request came.
#[must_use]
pub fn next_step(request: &AuthorizationRequest, situation: &Situation<'_>) -> NextStep {
    let Situation {
        client,
        session,
        subject,
        consent,
        now,
    } = *situation;
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
    // A login that was made for this request and does not meet it will not do so the next time.
    let is_meant = |known: &Subject| request.subjects.contains(known);
    if !request.subjects.is_empty() && !subject.is_some_and(is_meant) {
        return if logged_in_since {
            NextStep::Refuse(Unmet::OtherUser)
        } else {
            NextStep::LogIn(LoginReason::OtherUser)
        };
    }
    let acr = &session.authentication.acr;
    if !request.acr.is_met_by(acr) && !logged_in_since {
        return NextStep::LogIn(LoginReason::StepUp);
    }
    if !request.acr.allows(acr) {
        return NextStep::Refuse(Unmet::Acr);
    }
    if request.prompt.wants_consent() {
        return NextStep::AskConsent;
    }
    match consent_need(
        client,
        &request.redirect_uri,
        &request.asked_scope(),
        request.audience(client),
        consent,
    ) {
        ConsentNeed::Ask => NextStep::AskConsent,
        ConsentNeed::Granted(scope) => NextStep::Answer(scope),
    }
}

impl NextStep {
    /// The error for `prompt=none`, where a page would be needed (OpenID Connect Core §3.1.2.6).
    #[must_use]
    pub const fn forbidden_by(&self, prompt: Prompt) -> bool {
        prompt.forbids_pages() && matches!(self, Self::LogIn(_) | Self::AskConsent)
    }
}

#[cfg(test)]
mod tests;
