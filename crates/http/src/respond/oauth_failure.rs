//! Refusals and failures of endpoints that answer in JSON (OAuth 2.1 §3.2.4, §5.3).

mod reasons;

use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use authly_protocol::oauth::{ErrorCode, ErrorResponse};

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

/// A refusal or failure: what is sent, and apart from it what is logged.
#[derive(Debug)]
pub(crate) struct OAuthFailure {
    code: ErrorCode,
    status: StatusCode,
    description: &'static str,
    challenge: Challenge,
    retry_after: Option<Duration>,
    allow: Option<String>,
    cause: Option<Cause>,
}

impl OAuthFailure {
    /// A failure with the status and text of its code.
    pub(crate) fn new(code: ErrorCode) -> Self {
        let status = StatusCode::from_u16(code.status());
        let challenge = match code {
            ErrorCode::InvalidClient => Challenge::Basic,
            _ => Challenge::Nothing,
        };
        Self {
            code,
            status: status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            description: code.description(),
            challenge,
            retry_after: (code == ErrorCode::TemporarilyUnavailable).then_some(RETRY_SOON),
            allow: None,
            cause: None,
        }
    }

    /// A fault of ours.
    pub(crate) fn failed(cause: impl Into<Cause>) -> Self {
        Self::new(ErrorCode::ServerError).caused_by(cause)
    }

    /// Says something more exact; of the characters that OAuth 2.1 §3.2.4 allows.
    pub(crate) fn describe(mut self, description: &'static str) -> Self {
        self.description = description;
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

    /// Keeps what lies behind it, for the log.
    pub(crate) fn caused_by(mut self, cause: impl Into<Cause>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The same at an endpoint that takes access tokens.
    pub(crate) fn for_bearer(self) -> Self {
        self.challenged_by(Challenge::Bearer)
    }

    /// What kind it is.
    pub(crate) const fn code(&self) -> ErrorCode {
        self.code
    }

    /// What lies behind it.
    pub(crate) const fn cause(&self) -> Option<&Cause> {
        self.cause.as_ref()
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
        f.write_str(self.code.as_str())
    }
}

impl ResponseError for OAuthFailure {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.insert_header((CACHE_CONTROL, "no-store"));
        if let Some(challenge) = self.www_authenticate() {
            response.insert_header((WWW_AUTHENTICATE, challenge));
        }
        if let Some(wait) = self.retry_after {
            response.insert_header((RETRY_AFTER, retry_seconds(wait)));
        }
        if let Some(methods) = &self.allow {
            response.insert_header((ALLOW, methods.as_str()));
        }
        response.json(ErrorResponse {
            error: self.code,
            error_description: Some(self.description.to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderName;
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
        let failure = OAuthFailure::from(ClientAuthError::Refused(RefusedClient::WrongSecret));
        assert_eq!(failure.status_code(), StatusCode::UNAUTHORIZED);
        let challenge = header(&failure, WWW_AUTHENTICATE).unwrap();
        assert_eq!(challenge, r#"Basic realm="Authly", charset="UTF-8""#);
        assert_eq!(header(&failure, CACHE_CONTROL).as_deref(), Some("no-store"));
    }

    #[test]
    fn a_throttled_client_is_told_when_to_come_back() {
        let retry_after = Duration::from_secs(30);
        let failure = OAuthFailure::from(ClientAuthError::Throttled { retry_after });
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
        let failure = OAuthFailure::from(UserInfoError::InsufficientScope);
        assert_eq!(failure.status_code(), StatusCode::FORBIDDEN);
        let challenge = header(&failure, WWW_AUTHENTICATE).unwrap();
        assert!(challenge.starts_with(r#"Bearer realm="Authly", error="insufficient_scope""#));
        assert!(challenge.ends_with(r#", scope="openid""#));

        let nothing_sent =
            OAuthFailure::new(ErrorCode::InvalidToken).challenged_by(Challenge::BearerAlone);
        let challenge = header(&nothing_sent, WWW_AUTHENTICATE).unwrap();
        assert_eq!(challenge, r#"Bearer realm="Authly""#);
    }

    #[test]
    fn what_lies_behind_is_kept_for_the_log_and_not_shown() {
        let failure = OAuthFailure::from(TokenError::ClientNotAllowed);
        assert!(failure.cause().is_some());
        assert_eq!(failure.to_string(), "invalid_client");
    }
}
