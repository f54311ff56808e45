//! Takes the token from a request and refuses in the words of RFC 6750 and RFC 9470.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde_json::json;

use super::{Caller, TokenError, Tokens};

/// Who calls, if the request has a token that allows what `scope` stands for.
pub(super) async fn admit(
    request: &HttpRequest,
    tokens: &Tokens,
    scope: &'static str,
) -> Result<Caller, Refusal> {
    let token = presented(request)?;
    let caller = tokens.check(token).await?;
    if caller.may(scope) {
        Ok(caller)
    } else {
        Err(Refusal::InsufficientScope(scope))
    }
}

/// Who calls, if they may and have logged in within `max_age`: for what should not be done in a
/// browser that somebody left open (RFC 9470).
pub(super) async fn admit_recent(
    request: &HttpRequest,
    tokens: &Tokens,
    scope: &'static str,
    max_age: Duration,
) -> Result<Caller, Refusal> {
    let caller = admit(request, tokens, scope).await?;
    if caller.has_logged_in_within(max_age) {
        Ok(caller)
    } else {
        Err(Refusal::OldLogin(max_age))
    }
}

/// The token in the header (RFC 6750 §2.1).
fn presented(request: &HttpRequest) -> Result<&str, Refusal> {
    let mut headers = request.headers().get_all(AUTHORIZATION);
    let (Some(header), None) = (headers.next(), headers.next()) else {
        return Err(Refusal::NoToken);
    };
    let header = header.to_str().map_err(|_error| Refusal::Malformed)?;
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::NoToken);
    }
    let token = token.trim();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if token.is_empty() || !token.bytes().all(is_token) {
        return Err(Refusal::Malformed);
    }
    Ok(token)
}

/// Why a request is refused (RFC 6750 §3.1).
#[derive(Debug)]
pub(super) enum Refusal {
    /// It has no token at all, so that there is no error to name.
    NoToken,
    /// What it has is no token.
    Malformed,
    /// The token is not valid, for this reason.
    InvalidToken(&'static str),
    /// The token does not allow what this scope stands for.
    InsufficientScope(&'static str),
    /// The token allows it, and its user has logged in too long ago (RFC 9470 §3).
    OldLogin(Duration),
    /// Nobody can say now whether the token is valid.
    Unavailable,
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Invalid(reason) => Self::InvalidToken(reason),
            TokenError::Unavailable(cause) => {
                report(cause.as_ref());
                Self::Unavailable
            }
        }
    }
}

/// Tells whoever runs the example why, and the caller nothing of it.
#[expect(clippy::print_stderr, reason = "the example has no other log")]
fn report(cause: &dyn Error) {
    eprintln!("The authorization server could not be asked: {cause}");
    let mut reason = cause.source();
    while let Some(error) = reason {
        eprintln!("  since: {error}");
        reason = error.source();
    }
}

impl Refusal {
    fn challenge(&self) -> Option<String> {
        let parameters = match self {
            Self::NoToken => String::new(),
            Self::Malformed => ", error=\"invalid_request\"".to_owned(),
            Self::InvalidToken(_) => {
                format!(", error=\"invalid_token\", error_description=\"{self}\"")
            }
            Self::InsufficientScope(scope) => {
                format!(", error=\"insufficient_scope\", scope=\"{scope}\"")
            }
            Self::OldLogin(max_age) => format!(
                ", error=\"insufficient_user_authentication\", error_description=\"{self}\", \
                 max_age=\"{}\"",
                max_age.as_secs()
            ),
            Self::Unavailable => return None,
        };
        Some(format!("Bearer realm=\"notes\"{parameters}"))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoToken => f.write_str("an access token is needed"),
            Self::Malformed => f.write_str("the header Authorization is malformed"),
            Self::InvalidToken(reason) => write!(f, "the token is refused: {reason}"),
            Self::InsufficientScope(scope) => write!(f, "the scope {scope} is needed"),
            Self::OldLogin(_) => f.write_str("a more recent login is needed"),
            Self::Unavailable => f.write_str("try again later"),
        }
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::NoToken | Self::InvalidToken(_) | Self::OldLogin(_) => StatusCode::UNAUTHORIZED,
            Self::InsufficientScope(_) => StatusCode::FORBIDDEN,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        match self.challenge() {
            Some(challenge) => answer.insert_header((WWW_AUTHENTICATE, challenge)),
            None => answer.insert_header((RETRY_AFTER, "5")),
        };
        answer.json(json!({"message": self.to_string()}))
    }
}
