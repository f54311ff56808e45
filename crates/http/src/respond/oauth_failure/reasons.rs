//! Which code each reason becomes. Every match names every reason: a new one breaks the build until
//! somebody has chosen its code.

use actix_web::http::StatusCode;
use authly_domain::sessions::LoginStep;
use authly_domain::users::OwnChangeError;
use authly_protocol::oauth::ErrorCode;
use authly_services::clients::{ClientAdminError, ClientAuthError, RefusedClient};
use authly_services::registration::RegistrationError;
use authly_services::sessions::LoginError;
use authly_services::tokens::{PasswordLoginError, TokenError};
use authly_services::userinfo::{UserInfoError, WRITE_SCOPE};

use super::{Challenge, OAuthFailure};
use crate::extract::{Misconfigured, ParametersError};

impl From<Misconfigured> for OAuthFailure {
    fn from(error: Misconfigured) -> Self {
        Self::failed(error)
    }
}

impl From<ParametersError> for OAuthFailure {
    fn from(error: ParametersError) -> Self {
        let refused = Self::of(ErrorCode::InvalidRequest);
        let failure = match &error {
            ParametersError::Malformed => refused.describe("The parameters are not well encoded."),
            ParametersError::Unreadable => refused.describe("The body could not be read."),
            ParametersError::TooLong => refused
                .with_status(StatusCode::PAYLOAD_TOO_LARGE)
                .describe("The request is too large."),
            ParametersError::AddressTooLong => refused
                .with_status(StatusCode::URI_TOO_LONG)
                .describe("The address is too long."),
            ParametersError::ContentCoding => refused
                .with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
                .describe("The body must not be compressed."),
            ParametersError::ContentType => refused
                .with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
                .describe("The content type has to be application/x-www-form-urlencoded."),
            ParametersError::Misconfigured(_) => Self::of(ErrorCode::ServerError),
        };
        failure.because(error)
    }
}

impl From<ClientAuthError> for OAuthFailure {
    fn from(error: ClientAuthError) -> Self {
        let failure = match &error {
            ClientAuthError::Refused(RefusedClient::Changing, _) => {
                Self::of(ErrorCode::TemporarilyUnavailable)
            }
            ClientAuthError::Refused(
                RefusedClient::Unknown
                | RefusedClient::Inactive
                | RefusedClient::WrongSecret
                | RefusedClient::WrongAssertion(_)
                | RefusedClient::WrongMethod,
                _,
            ) => Self::of(ErrorCode::InvalidClient),
            ClientAuthError::Throttled { retry_after, .. } => {
                Self::of(ErrorCode::TemporarilyUnavailable)
                    .with_status(StatusCode::TOO_MANY_REQUESTS)
                    .describe("Too many failed authentications. Ask again later.")
                    .retry_after(*retry_after)
            }
            ClientAuthError::Storage(storage) if storage.is_unavailable() => {
                Self::of(ErrorCode::TemporarilyUnavailable)
            }
            ClientAuthError::Storage(_) => Self::of(ErrorCode::ServerError),
        };
        failure.because(error)
    }
}

impl From<TokenError> for OAuthFailure {
    fn from(error: TokenError) -> Self {
        let code = match error {
            TokenError::Client(inner) => return inner.into(),
            TokenError::GrantNotAllowed(..) => ErrorCode::UnauthorizedClient,
            TokenError::InvalidGrant(..) => ErrorCode::InvalidGrant,
            TokenError::InvalidScope(..) => ErrorCode::InvalidScope,
            TokenError::InvalidTarget(..) => ErrorCode::InvalidTarget,
            // Introspection is for clients that have proved themselves (RFC 7662 §2.1).
            TokenError::ClientNotAllowed => ErrorCode::InvalidClient,
            TokenError::Storage(ref storage) if storage.is_unavailable() => {
                ErrorCode::TemporarilyUnavailable
            }
            TokenError::Signing(_) | TokenError::Encryption(_) | TokenError::Storage(_) => {
                ErrorCode::ServerError
            }
        };
        Self::of(code).because(error)
    }
}

impl From<LoginError> for OAuthFailure {
    fn from(error: LoginError) -> Self {
        let failure = match &error {
            LoginError::WrongCredentials => Self::of(ErrorCode::InvalidGrant)
                .describe("The user name or the password is wrong."),
            LoginError::Form(_) => {
                Self::of(ErrorCode::InvalidRequest).describe("The password cannot be one.")
            }
            LoginError::Throttled { retry_after, .. } => {
                Self::of(ErrorCode::TemporarilyUnavailable)
                    .with_status(StatusCode::TOO_MANY_REQUESTS)
                    .describe("Too many failed logins. Try again later.")
                    .retry_after(*retry_after)
            }
            LoginError::Busy => Self::of(ErrorCode::TemporarilyUnavailable),
            LoginError::Storage(storage) if storage.is_unavailable() => {
                Self::of(ErrorCode::TemporarilyUnavailable)
            }
            LoginError::Hashing(_) | LoginError::Storage(_) => Self::of(ErrorCode::ServerError),
        };
        failure.because(error)
    }
}

impl From<PasswordLoginError> for OAuthFailure {
    fn from(error: PasswordLoginError) -> Self {
        let failure = match error {
            PasswordLoginError::Login(inner) => return inner.into(),
            PasswordLoginError::Tokens(inner) => return inner.into(),
            PasswordLoginError::Off => Self::of(ErrorCode::UnsupportedGrantType).describe(
                "Logins with a password are switched off here. Log in with the browser.",
            ),
            PasswordLoginError::OtherClient(_) => Self::of(ErrorCode::UnauthorizedClient),
            PasswordLoginError::StepLeft(LoginStep::ChangePassword, _) => {
                Self::of(ErrorCode::InvalidGrant).describe(
                    "The password has to be changed first. Log in with the browser, which asks for another.",
                )
            }
        };
        failure.because(error)
    }
}

impl From<RegistrationError> for OAuthFailure {
    fn from(error: RegistrationError) -> Self {
        let unavailable = || Self::of(ErrorCode::TemporarilyUnavailable);
        let failure = match &error {
            RegistrationError::Closed => Self::of(ErrorCode::AccessDenied)
                .with_status(StatusCode::FORBIDDEN)
                .describe("Clients do not register themselves here."),
            RegistrationError::TokenMissing => {
                Self::of(ErrorCode::InvalidToken).challenged_by(Challenge::BearerAlone)
            }
            RegistrationError::InitialToken | RegistrationError::Token => {
                Self::of(ErrorCode::InvalidToken).for_bearer()
            }
            RegistrationError::Metadata(flaws) => {
                let what: Vec<_> = flaws.iter().map(|flaw| flaw.what.as_str()).collect();
                let code = if RegistrationError::is_about_addresses(flaws) {
                    ErrorCode::InvalidRedirectUri
                } else {
                    ErrorCode::InvalidClientMetadata
                };
                Self::of(code).explain(&what.join("; "))
            }
            RegistrationError::Sector(_) => Self::of(ErrorCode::InvalidClientMetadata).explain(
                "the document of sector_identifier_uri cannot be read, or does not list every one of \
                 redirect_uris",
            ),
            RegistrationError::StatementNotApproved => {
                Self::of(ErrorCode::UnapprovedSoftwareStatement)
            }
            RegistrationError::Statement(_) => Self::of(ErrorCode::InvalidSoftwareStatement),
            RegistrationError::Throttled { retry_after } => unavailable()
                .with_status(StatusCode::TOO_MANY_REQUESTS)
                .describe("Too many registrations. Ask again later.")
                .retry_after(*retry_after),
            RegistrationError::Full => unavailable()
                .describe("Too many clients are registered. Ask an administrator for a token."),
            RegistrationError::Changing => {
                unavailable().describe("The registration is being changed. Ask again.")
            }
            RegistrationError::Clients(ClientAdminError::Storage(storage))
            | RegistrationError::Storage(storage)
                if storage.is_unavailable() =>
            {
                unavailable()
            }
            RegistrationError::Clients(_) | RegistrationError::Storage(_) => {
                Self::of(ErrorCode::ServerError)
            }
        };
        failure.because(error)
    }
}

impl From<UserInfoError> for OAuthFailure {
    fn from(error: UserInfoError) -> Self {
        let failure = match &error {
            UserInfoError::Unknown
            | UserInfoError::NotAlive(..)
            | UserInfoError::OtherAudience(_) => Self::of(ErrorCode::InvalidToken).for_bearer(),
            UserInfoError::InsufficientScope(_) => {
                Self::of(ErrorCode::InsufficientScope).challenged_by(Challenge::Scope("openid"))
            }
            UserInfoError::MayNotChange(_) => {
                Self::of(ErrorCode::InsufficientScope).challenged_by(Challenge::Scope(WRITE_SCOPE))
            }
            UserInfoError::Document(_) | UserInfoError::NotAnObject => {
                Self::of(ErrorCode::InvalidRequest)
                    .describe("The body has to be a JSON object without repeated members.")
            }
            UserInfoError::Change(OwnChangeError::Claim) => {
                Self::of(ErrorCode::InvalidRequest).describe("A claim cannot be changed here.")
            }
            UserInfoError::Change(OwnChangeError::Value) => {
                Self::of(ErrorCode::InvalidRequest).describe("A claim cannot have this value.")
            }
            UserInfoError::Storage(storage) if storage.is_unavailable() => {
                Self::of(ErrorCode::TemporarilyUnavailable)
            }
            UserInfoError::Signing(_)
            | UserInfoError::Encryption(_)
            | UserInfoError::Storage(_) => Self::of(ErrorCode::ServerError),
        };
        failure.because(error)
    }
}
