//! Logging in with a password.

use std::time::Duration;

use authly_crypto::opaque;
use authly_crypto::password::PasswordError;
use authly_domain::audit::{Actor, AuditAction};
use authly_domain::id::SessionId;
use authly_domain::secret::{Password, SessionToken};
use authly_domain::sessions::{Authentication, LoginStep, Session, SessionEnd};
use authly_domain::throttle::ThrottleKind;
use authly_domain::users::{PasswordFormError, UserCredentials};
use authly_repositories::sessions::{NewSession, Renewal};
use authly_repositories::{DbError, UnitOfWork};

use super::device::{DeviceCookie, JustLoggedIn};
use super::proof::Proof;
use super::{Browser, SessionService};
use crate::metrics::LoginOutcome;

/// A login that went well.
#[derive(Debug)]
pub struct LoggedIn {
    /// The new value of the session cookie.
    pub session: SessionToken,
    /// The cookie by which the browser is known again.
    pub device: DeviceCookie,
    /// What is left to do before it counts.
    pub next: Option<LoginStep>,
}

/// Why a login fails.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// User name or password is wrong, or the account is disabled: the person learns no more.
    #[error("user name or password is wrong")]
    WrongCredentials,
    /// What was typed cannot be a password.
    #[error("what was typed cannot be a password")]
    Form(#[from] PasswordFormError),
    /// Too many failed attempts.
    #[error("too many failed attempts")]
    Throttled {
        /// By which rule.
        by: ThrottleKind,
        /// When to come back.
        retry_after: Duration,
    },
    /// Too many logins at the moment: 503.
    #[error("too many passwords wait to be checked")]
    Busy,
    /// The password could not be checked.
    #[error("the password could not be checked")]
    Hashing(#[source] PasswordError),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

impl From<PasswordError> for LoginError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Form(form) => Self::Form(form),
            PasswordError::Busy | PasswordError::Stopped => Self::Busy,
            PasswordError::Malformed | PasswordError::Failed { .. } => Self::Hashing(error),
        }
    }
}

impl SessionService {
    /// Checks a user name (or address) and password, and begins a session with whatever steps are
    /// left. One bcrypt is computed whether or not the user exists.
    ///
    /// # Errors
    /// When the login fails.
    pub async fn log_in(
        &self,
        username: &str,
        password: Password,
        browser: &Browser,
    ) -> Result<LoggedIn, LoginError> {
        let answer = self.log_in_uncounted(username, password, browser).await;
        let outcome = match &answer {
            Ok(_) => LoginOutcome::Succeeded,
            Err(error) => LoginOutcome::of(error),
        };
        self.context.metrics.logins.add(outcome);
        answer
    }

    async fn log_in_uncounted(
        &self,
        username: &str,
        password: Password,
        browser: &Browser,
    ) -> Result<LoggedIn, LoginError> {
        let from = (browser.address, &browser.origin());
        let device = browser.device.as_ref();
        let proof = self.prove(username, &password, from, device).await?;
        self.begin_session(&proof, browser).await
    }

    /// One transaction: the login is noted, what the throttle counted is taken back, and the
    /// browser gets a new cookie.
    async fn begin_session(
        &self,
        proof: &Proof,
        browser: &Browser,
    ) -> Result<LoggedIn, LoginError> {
        let now = self.context.now();
        let present = self.current(browser).await?;
        let (user, pending) = (&proof.user, proof.steps_left());
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("sessions.log_in").await?;
        proof.note(&work, now).await?;
        let (session, opened) = self
            .open(&work, user, pending, present.as_ref(), browser)
            .await?;
        let actor = Actor::User(user.id);
        let event = self
            .context
            .event(AuditAction::LoggedIn, actor, browser.origin())
            .of_user(user.id)
            .of_session(opened);
        self.context.note(&work, &event).await?;
        proof.forgive(&work).await?;
        work.commit().await?;
        let login = JustLoggedIn {
            name: proof.attempt.name,
            user: user.id,
            password: user.password_version,
            at: now,
        };
        Ok(LoggedIn {
            session,
            device: self.device_cookie(&login, browser),
            next: pending.first().copied(),
        })
    }

    /// A new cookie: for the browser's session where the same user logs in again, else for a new
    /// session in place of the one before.
    async fn open(
        &self,
        work: &UnitOfWork<'_>,
        user: &UserCredentials,
        pending: &[LoginStep],
        present: Option<&Session>,
        browser: &Browser,
    ) -> Result<(SessionToken, SessionId), DbError> {
        let now = self.context.now();
        let cookie = self.new_cookie();
        let digest = opaque::digest(cookie.expose());
        let authentication = &Authentication::by_password(now);
        let expires_at = self.absolute_end(now);
        let before = browser
            .session
            .as_ref()
            .map(|cookie| opaque::digest(cookie.expose()));
        let same_user = present.filter(|session| session.user == user.id);
        match (&before, same_user) {
            (Some(before), Some(present)) => {
                let renewal = Renewal {
                    digest,
                    authentication,
                    pending,
                    now,
                    expires_at,
                };
                if work.sessions().renew(before, &renewal).await? {
                    return Ok((cookie, present.id));
                }
            }
            (Some(before), None) => {
                let why = SessionEnd::Replaced;
                // The statement knows whose session it ends.
                let event = self
                    .context
                    .event(
                        AuditAction::SessionEnded,
                        Actor::User(user.id),
                        browser.origin(),
                    )
                    .with("reason", why.as_str());
                let event = self.context.written(&event);
                work.sessions().end(before, why, &event).await?;
            }
            (None, _) => {}
        }
        let session = NewSession {
            id: SessionId::generate(now, &*self.context.entropy),
            digest,
            user: user.id,
            authentication,
            pending,
            address: browser.address,
            user_agent: &browser.user_agent,
            created_at: now,
            expires_at,
        };
        work.sessions().insert(&session).await?;
        Ok((cookie, session.id))
    }
}
