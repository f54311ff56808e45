//! Refusals and failures of endpoints that answer in JSON (OAuth 2.1 §3.2.4, §5.3).

mod reasons;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use authly_protocol::oauth::{ErrorCode, ErrorResponse};

use super::cause::Fault;
use super::{Cause, RETRY_SOON, retry_seconds};

/// Which authentication the answer asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// None.
    Nothing,
    /// A client's: the answer to `invalid_client`.
    Basic,
    /// An access token, with what is wrong about the one that came.
    Bearer,
    /// An access token with this scope.
    Scope(&'static str),
    /// An access token; none came (OAuth 2.1 §5.3.2).
    BearerAlone,
}

/// The longest explanation, in characters.
const MAX_EXPLANATION: usize = 500;

/// A refusal or failure: what is sent, and apart from it what is logged and kept for administrators.
#[derive(Debug)]
pub(crate) struct OAuthFailure {
    answer: Unexplained,
    cause: Cause,
}

/// What is sent. It becomes a failure with its cause alone.
#[derive(Debug)]
pub(crate) struct Unexplained {
    code: ErrorCode,
    status: StatusCode,
    description: Cow<'static, str>,
    challenge: Challenge,
    retry_after: Option<Duration>,
    allow: Option<String>,
}

impl Unexplained {
    fn of(code: ErrorCode) -> Self {
        let status = StatusCode::from_u16(code.status());
        let challenge = match code {
            ErrorCode::InvalidClient => Challenge::Basic,
            _ => Challenge::Nothing,
        };
        Self {
            code,
            status: status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            description: code.description().into(),
            challenge,
            retry_after: (code == ErrorCode::TemporarilyUnavailable).then_some(RETRY_SOON),
            allow: None,
        }
    }

    /// Says something more exact; of the characters that OAuth 2.1 §3.2.4 allows.
    pub(crate) fn describe(mut self, description: &'static str) -> Self {
        self.description = description.into();
        self
    }

    /// Says something more exact that depends on the request. What OAuth 2.1 §3.2.4 does not allow is
    /// left out, and what nobody would read.
    pub(crate) fn explain(mut self, description: &str) -> Self {
        let allowed = |letter: &char| matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\');
        let kept = description.chars().filter(allowed).take(MAX_EXPLANATION);
        self.description = kept.collect::<String>().into();
        self
    }

    /// Travels with another status than its code's: for what HTTP itself says.
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Asks for authentication.
    pub(crate) fn challenged_by(mut self, challenge: Challenge) -> Self {
        self.challenge = challenge;
        self
    }

    /// Says when to ask again.
    pub(crate) fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Names the methods that work here (RFC 9110 §15.5.6).
    pub(crate) fn allowing(mut self, methods: &str) -> Self {
        self.allow = Some(methods.to_owned());
        self
    }

    /// Says what lies behind it.
    pub(crate) fn because(self, cause: impl Into<Cause>) -> OAuthFailure {
        OAuthFailure {
            answer: self,
            cause: cause.into(),
        }
    }

    /// The same at an endpoint that takes access tokens.
    pub(crate) fn for_bearer(self) -> Self {
        self.challenged_by(Challenge::Bearer)
    }

    /// The value of `WWW-Authenticate` (OAuth 2.1 §3.2.4, §5.3.1).
    fn www_authenticate(&self) -> Option<String> {
        match self.challenge {
            Challenge::Nothing => None,
            Challenge::Basic => Some(r#"Basic realm="Authly", charset="UTF-8""#.to_owned()),
            Challenge::BearerAlone => Some(r#"Bearer realm="Authly""#.to_owned()),
            Challenge::Bearer => Some(self.bearer()),
            Challenge::Scope(scope) => Some(format!(r#"{}, scope="{scope}""#, self.bearer())),
        }
    }
}

impl OAuthFailure {
    /// An answer with the status and text of its code.
    pub(crate) fn of(code: ErrorCode) -> Unexplained {
        Unexplained::of(code)
    }

    /// A fault of ours.
    pub(crate) fn failed(cause: impl Into<Fault>) -> Self {
        Self::of(ErrorCode::ServerError).because(Cause::fault(cause))
    }

    /// The same at an endpoint that takes access tokens.
    pub(crate) fn for_bearer(self) -> Self {
        self.answer.for_bearer().because(self.cause)
    }

    /// What kind it is.
    pub(crate) const fn code(&self) -> ErrorCode {
        self.answer.code
    }

    /// What lies behind it.
    pub(crate) const fn cause(&self) -> &Cause {
        &self.cause
    }

    /// What lies behind it, for an answer of another shape.
    pub(crate) fn into_cause(self) -> Cause {
        self.cause
    }
}

impl Unexplained {
    fn bearer(&self) -> String {
        format!(
            r#"Bearer realm="Authly", error="{}", error_description="{}""#,
            self.code.as_str(),
            self.description
        )
    }
}

/// What was refused, without its cause.
impl fmt::Display for OAuthFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.answer.code.as_str())
    }
}

impl ResponseError for OAuthFailure {
    fn status_code(&self) -> StatusCode {
        self.answer.status
    }

    fn error_response(&self) -> HttpResponse {
        let answer = &self.answer;
        let mut response = HttpResponse::build(answer.status);
        response.insert_header((CACHE_CONTROL, "no-store"));
        if let Some(challenge) = answer.www_authenticate() {
            response.insert_header((WWW_AUTHENTICATE, challenge));
        }
        if let Some(wait) = answer.retry_after {
            response.insert_header((RETRY_AFTER, retry_seconds(wait)));
        }
        if let Some(methods) = &answer.allow {
            response.insert_header((ALLOW, methods.as_str()));
        }
        response.json(ErrorResponse {
            error: answer.code,
            error_description: Some(answer.description.clone().into_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderName;
    use authly_domain::refusals::Reason;
    use authly_domain::throttle::ThrottleKind;
    use authly_services::clients::{ClientAuthError, RefusedClient};
    use authly_services::tokens::TokenError;
    use authly_services::userinfo::UserInfoError;
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::extract::ParametersError;

    fn header(failure: &OAuthFailure, name: HeaderName) -> Option<String> {
        let response = failure.error_response();
        let value = response.headers().get(name)?;
        Some(value.to_str().unwrap().to_owned())
    }

    #[test]
    fn an_invalid_client_is_asked_to_authenticate_by_basic() {
        let failure = OAuthFailure::from(ClientAuthError::from(RefusedClient::WrongSecret));
        assert_eq!(failure.status_code(), StatusCode::UNAUTHORIZED);
        let challenge = header(&failure, WWW_AUTHENTICATE).unwrap();
        assert_eq!(challenge, r#"Basic realm="Authly", charset="UTF-8""#);
        assert_eq!(header(&failure, CACHE_CONTROL).as_deref(), Some("no-store"));
    }

    #[test]
    fn a_throttled_client_is_told_when_to_come_back() {
        let retry_after = Duration::from_secs(30);
        let by = ThrottleKind::ClientSecret;
        let failure = OAuthFailure::from(ClientAuthError::Throttled { by, retry_after });
        assert_eq!(failure.status_code(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(failure.code(), ErrorCode::TemporarilyUnavailable);
        assert_eq!(header(&failure, RETRY_AFTER).as_deref(), Some("30"));
    }

    #[test]
    fn http_s_own_refusals_keep_their_status_and_the_shape_of_oauth() {
        for (error, status) in [
            (ParametersError::TooLong, 413),
            (ParametersError::AddressTooLong, 414),
            (ParametersError::ContentType, 415),
            (ParametersError::ContentCoding, 415),
            (ParametersError::Malformed, 400),
        ] {
            let failure = OAuthFailure::from(error);
            assert_eq!(failure.status_code().as_u16(), status);
            assert_eq!(failure.code(), ErrorCode::InvalidRequest);
        }
    }

    #[test]
    fn the_bearer_challenge_names_the_error_and_the_scope_that_is_needed() {
        let failure = OAuthFailure::from(UserInfoError::InsufficientScope(Box::default()));
        assert_eq!(failure.status_code(), StatusCode::FORBIDDEN);
        let challenge = header(&failure, WWW_AUTHENTICATE).unwrap();
        assert!(challenge.starts_with(r#"Bearer realm="Authly", error="insufficient_scope""#));
        assert!(challenge.ends_with(r#", scope="openid""#));

        let nothing_sent = OAuthFailure::of(ErrorCode::InvalidToken)
            .challenged_by(Challenge::BearerAlone)
            .because(Reason::TokenMissing);
        let challenge = header(&nothing_sent, WWW_AUTHENTICATE).unwrap();
        assert_eq!(challenge, r#"Bearer realm="Authly""#);
    }

    #[test]
    fn what_lies_behind_is_kept_for_the_log_and_not_shown() {
        let failure = OAuthFailure::from(TokenError::ClientNotAllowed);
        let reason = failure.cause().explanation().reason;
        assert_eq!(reason, Reason::ClientNotConfidential);
        assert_eq!(failure.to_string(), "invalid_client");
    }
}
