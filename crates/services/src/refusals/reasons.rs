//! Which reason each refusal of the services has. Every match names every variant: a new one breaks
//! the build until somebody has chosen its sentence.

use std::time::Duration;

use authly_domain::authorizations::CodeRefusal;
use authly_domain::refusals::{Explain, Explanation, Facts, Reason};
use authly_domain::throttle::ThrottleKind;
use authly_domain::tokens::InvalidRefresh;
use authly_domain::users::{NewPasswordError, OwnChangeError, PasswordFormError};
use authly_repositories::DbError;

use crate::account::AccountError;
use crate::admin::AdmissionError;
use crate::authorizations::{AuthorizeFailure, RedirectUriRefusal, UnknownClient};
use crate::clients::{ClientAuthError, RefusedClient};
use crate::demo::DemoError;
use crate::logout::LogoutFailure;
use crate::paging::CursorError;
use crate::sessions::{ChangePasswordError, LoginError};
use crate::tokens::{InvalidGrant, InvalidScope, InvalidTarget, PasswordLoginError, TokenError};
use crate::userinfo::UserInfoError;

fn told(reason: Reason, facts: &Facts) -> Explanation {
    Explanation::new(reason, facts.clone())
}

fn more(reason: Reason, sentence: impl std::fmt::Display) -> Explanation {
    Explanation::new(reason, Facts::default().more(sentence))
}

/// Whether storage is away for now, or fails. What it said is for the log alone.
fn storage(error: &DbError) -> Reason {
    if error.is_unavailable() {
        Reason::Unavailable
    } else {
        Reason::ServerError
    }
}

/// Which rule makes somebody wait, and how long.
fn throttled(reason: Reason, by: ThrottleKind, wait: Duration) -> Explanation {
    let counted = match by {
        ThrottleKind::LoginAddress => "logins from this address",
        ThrottleKind::LoginAccountAtAddress => "logins to this account from this address",
        ThrottleKind::LoginAccount => "logins to this account from anywhere",
        ThrottleKind::LoginDevice => "logins to this account from this browser",
        ThrottleKind::ClientSecret => "authentications of this client from this address",
        ThrottleKind::ClientSecretAddress => "authentications of any client from this address",
        ThrottleKind::RegistrationAddress => "registrations of clients from this address",
    };
    let seconds = wait.as_secs();
    more(
        reason,
        format!("The rule counts {counted}; the next one is tried in {seconds} s."),
    )
}

impl Explain for ClientAuthError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Refused(why, facts) => told(of_client(*why), facts),
            Self::Throttled { by, retry_after } => {
                throttled(Reason::ClientThrottled, *by, *retry_after)
            }
            Self::Storage(error) => storage(error).into(),
        }
    }
}

const fn of_client(why: RefusedClient) -> Reason {
    match why {
        RefusedClient::Unknown => Reason::UnknownClient,
        RefusedClient::Inactive => Reason::ClientDisabled,
        RefusedClient::WrongSecret => Reason::WrongClientSecret,
        RefusedClient::WrongAssertion(_) => Reason::WrongClientAssertion,
        RefusedClient::WrongMethod => Reason::WrongClientMethod,
        RefusedClient::Changing => Reason::ClientChanging,
    }
}

impl Explain for TokenError {
    fn explain(&self) -> Explanation {
        match self {
            Self::GrantNotAllowed(_, facts) => told(Reason::GrantTypeNotAllowed, facts),
            Self::InvalidGrant(why, facts) => told(of_grant(*why), facts),
            Self::InvalidScope(why, facts) => told(of_scope(*why), facts),
            Self::InvalidTarget(why, facts) => told(of_target(*why), facts),
            Self::ClientNotAllowed => Reason::ClientNotConfidential.into(),
            Self::Client(error) => error.explain(),
            Self::Signing(_) | Self::Encryption(_) => Reason::ServerError.into(),
            Self::Storage(error) => storage(error).into(),
        }
    }
}

fn of_grant(why: InvalidGrant) -> Reason {
    match why {
        InvalidGrant::UnknownCode => Reason::UnknownCode,
        InvalidGrant::Code(CodeRefusal::OtherClient) => Reason::CodeOfOtherClient,
        InvalidGrant::Code(CodeRefusal::RedirectUri) => Reason::CodeRedirectUri,
        InvalidGrant::Code(CodeRefusal::Verifier) => Reason::CodeVerifier,
        InvalidGrant::Code(CodeRefusal::Expired) => Reason::CodeExpired,
        InvalidGrant::Code(CodeRefusal::NotAlive(why))
        | InvalidGrant::Refresh(InvalidRefresh::NotAlive(why)) => why.into(),
        InvalidGrant::CodeReplay { .. } => Reason::CodeUsed,
        InvalidGrant::UnknownRefreshToken => Reason::UnknownRefreshToken,
        InvalidGrant::Refresh(InvalidRefresh::OtherClient) => Reason::RefreshTokenOfOtherClient,
        InvalidGrant::Refresh(InvalidRefresh::Expired) => Reason::RefreshTokenExpired,
        InvalidGrant::Refresh(InvalidRefresh::Revoked) => Reason::RefreshTokenRevoked,
        InvalidGrant::Refresh(InvalidRefresh::WiderScope) => Reason::ScopeWider,
        InvalidGrant::Refresh(InvalidRefresh::OtherResource) => Reason::ResourceNotAllowed,
        InvalidGrant::RefreshTokenReuse { .. } => Reason::RefreshTokenReused,
    }
}

const fn of_scope(why: InvalidScope) -> Reason {
    match why {
        InvalidScope::NotAllowed => Reason::ScopeNotAllowed,
        InvalidScope::Missing => Reason::ScopeMissing,
        InvalidScope::Wider => Reason::ScopeWider,
        InvalidScope::TakenAway => Reason::ScopeTakenAway,
    }
}

const fn of_target(why: InvalidTarget) -> Reason {
    match why {
        InvalidTarget::Unknown => Reason::ResourceUnknown,
        InvalidTarget::Disabled => Reason::ResourceDisabled,
        InvalidTarget::NotAllowed => Reason::ResourceNotAllowed,
        InvalidTarget::TakenAway => Reason::ResourceTakenAway,
    }
}

fn unknown_client(why: UnknownClient) -> Explanation {
    match why {
        UnknownClient::Missing => Reason::ClientNotNamed.into(),
        UnknownClient::Repeated => more(Reason::ParameterRepeated, "It is client_id."),
        UnknownClient::Unknown => Reason::UnknownClient.into(),
        UnknownClient::Disabled => Reason::ClientDisabled.into(),
    }
}

impl Explain for AuthorizeFailure {
    fn explain(&self) -> Explanation {
        let reason = match self {
            Self::UnknownClient(why) => return unknown_client(*why),
            Self::RedirectUri(why, facts) => {
                let reason = match why {
                    RedirectUriRefusal::Repeated => Reason::RedirectUriRepeated,
                    RedirectUriRefusal::Missing => Reason::RedirectUriMissing,
                    RedirectUriRefusal::NotRegistered => Reason::RedirectUriNotRegistered,
                };
                return told(reason, facts);
            }
            Self::RequestObject(why) => return Explanation::clone(why),
            Self::RequestUnknown => Reason::RequestUnknown,
            Self::RequestExpired => Reason::RequestExpired,
            Self::AlreadyAnswered => Reason::RequestAnswered,
            Self::SessionChanged => Reason::SessionChanged,
            Self::TooManyRequests => Reason::TooManyRequests,
            Self::Crowded => Reason::RequestsFull,
            Self::NoLongerAllowed => Reason::NoLongerAllowed,
            Self::ClientChanging => Reason::ClientChanging,
            Self::Storage(error) => storage(error),
        };
        reason.into()
    }
}

impl Explain for LogoutFailure {
    fn explain(&self) -> Explanation {
        match self {
            Self::Repeated(facts) => told(Reason::ParameterRepeated, facts),
            Self::UnknownClient(why) => unknown_client(*why),
            Self::WayBack(facts) => told(Reason::PostLogoutUriNotRegistered, facts),
            Self::Storage(error) => storage(error).into(),
        }
    }
}

impl Explain for AccountError {
    fn explain(&self) -> Explanation {
        match self {
            // These lead to the login instead.
            Self::NotLoggedIn | Self::StepLeft(_) => Reason::SessionChanged.into(),
            Self::Storage(error) => storage(error).into(),
        }
    }
}

impl Explain for UserInfoError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Unknown => Reason::UnknownToken.into(),
            Self::NotAlive(why, facts) => told((*why).into(), facts),
            Self::OtherAudience(facts) => told(Reason::TokenAudience, facts),
            Self::InsufficientScope(facts) | Self::MayNotChange(facts) => {
                told(Reason::TokenScope, facts)
            }
            Self::Document(_) | Self::NotAnObject => Reason::DocumentMalformed.into(),
            Self::Change(OwnChangeError::Claim) => Reason::ClaimNotChangeable.into(),
            Self::Change(OwnChangeError::Value) => Reason::ClaimValue.into(),
            Self::Signing(_) | Self::Encryption(_) => Reason::ServerError.into(),
            Self::Storage(error) => storage(error).into(),
        }
    }
}

impl Explain for AdmissionError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Unknown => Reason::UnknownToken.into(),
            Self::NotAlive(why, facts) => told((*why).into(), facts),
            Self::OtherAudience(facts) => told(Reason::TokenAudience, facts),
            Self::InsufficientScope(_, facts) => told(Reason::InsufficientScope, facts),
            Self::NoAdministrator(facts) | Self::NotEntitled(_, facts) => {
                told(Reason::NotAnAdministrator, facts)
            }
            Self::Storage(error) => storage(error).into(),
        }
    }
}

impl Explain for CursorError {
    fn explain(&self) -> Explanation {
        Reason::InvalidCursor.into()
    }
}

impl Explain for LoginError {
    fn explain(&self) -> Explanation {
        match self {
            Self::WrongCredentials => Reason::LoginWrong.into(),
            Self::Form(why) => form(Reason::LoginMalformed, *why),
            Self::Throttled { by, retry_after } => {
                throttled(Reason::LoginThrottled, *by, *retry_after)
            }
            Self::Busy => Reason::Busy.into(),
            Self::Hashing(_) => Reason::ServerError.into(),
            Self::Storage(error) => storage(error).into(),
        }
    }
}

impl Explain for PasswordLoginError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Off => {
                let wanted = "admin.password_login = true";
                told(Reason::PasswordLoginOff, &Facts::default().expected(wanted))
            }
            Self::OtherClient(facts) => told(Reason::NotTheCommandLine, facts),
            Self::Login(error) => error.explain(),
            Self::StepLeft(_, facts) => told(Reason::LoginStepLeft, facts),
            Self::Tokens(error) => error.explain(),
        }
    }
}

fn form(reason: Reason, why: PasswordFormError) -> Explanation {
    let sentence = match why {
        PasswordFormError::Empty => "It is empty.",
        PasswordFormError::TooLong => "It is too long.",
        PasswordFormError::Nul => "It holds a NUL character.",
    };
    more(reason, sentence)
}

impl Explain for ChangePasswordError {
    fn explain(&self) -> Explanation {
        let reason = Reason::PasswordRefused;
        match self {
            Self::Refused(NewPasswordError::Form(why)) => form(reason, *why),
            Self::Refused(NewPasswordError::TooShort { minimum }) => {
                more(reason, format!("It has fewer than {minimum} characters."))
            }
            Self::Refused(NewPasswordError::Unchanged) => more(reason, "It is the one before."),
            Self::Refused(NewPasswordError::HoldsName) => {
                more(reason, "It holds the user's name or address.")
            }
            Self::Busy => Reason::Busy.into(),
            // Where no change is due the browser is sent on: that is no refusal.
            Self::NotDue | Self::Hashing(_) => Reason::ServerError.into(),
            Self::Storage(error) => storage(error).into(),
        }
    }
}

impl Explain for DemoError {
    fn explain(&self) -> Explanation {
        match self {
            Self::NotAsked => Reason::DemoNotAsked.into(),
            // An answer that says no is shown on the demonstration's page: that is no refusal of ours.
            Self::Refused { .. } | Self::IdToken => Reason::ServerError.into(),
            Self::Client(error) => error.explain(),
            Self::Token(error) => error.explain(),
        }
    }
}
