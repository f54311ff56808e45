//! The step of a login in which a password that somebody else made is changed.

use authly_crypto::opaque;
use authly_crypto::password::{PasswordCheck, PasswordError};
use authly_domain::audit::{Actor, AuditAction};
use authly_domain::grants::Revocation;
use authly_domain::secret::Password;
use authly_domain::sessions::{LoginStep, Session, SessionEnd};
use authly_domain::users::{Email, LoginName, NewPasswordError, PasswordHash};
use authly_repositories::DbError;
use authly_repositories::sessions::Renewal;

use super::device::{JustLoggedIn, name_digest};
use super::{Browser, LoggedIn, SessionService};

/// Why a password is not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// Nobody is logged in, or no change is due in this session.
    #[error("no change of password is due in this session")]
    NotDue,
    /// The new password is not good enough.
    #[error("the new password is refused")]
    Refused(#[from] NewPasswordError),
    /// Too many logins at the moment: 503.
    #[error("too many passwords wait to be checked")]
    Busy,
    /// The password could not be hashed.
    #[error("the password could not be hashed")]
    Hashing(#[source] PasswordError),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

impl From<PasswordError> for ChangePasswordError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Form(form) => Self::Refused(form.into()),
            PasswordError::Busy | PasswordError::Stopped => Self::Busy,
            PasswordError::Malformed | PasswordError::Failed { .. } => Self::Hashing(error),
        }
    }
}

impl SessionService {
    /// Does the step [`LoginStep::ChangePassword`]: ends the user's other sessions and all grants.
    /// The answer holds the cookie's new value.
    ///
    /// # Errors
    /// When no change is due, or the new password is refused.
    pub async fn change_password(
        &self,
        new: Password,
        browser: &Browser,
    ) -> Result<LoggedIn, ChangePasswordError> {
        let session = self
            .current(browser)
            .await?
            .ok_or(ChangePasswordError::NotDue)?;
        if session.next_step() != Some(LoginStep::ChangePassword) {
            return Err(ChangePasswordError::NotDue);
        }
        let conn = self.context.db.connect().await?;
        let user = conn.reads().users().credentials_of(session.user).await?;
        drop(conn);
        let user = user.ok_or(ChangePasswordError::NotDue)?;
        let email = user.email.as_ref().map_or("", Email::as_str);
        self.password_rules()
            .check(&new, &[user.username.as_str(), email])?;

        let check = self
            .hasher
            .verify_or_dummy(user.password.as_ref(), &new)
            .await?;
        if let PasswordCheck::Matches { .. } = check {
            return Err(NewPasswordError::Unchanged.into());
        }
        let hash = self.hasher.hash(&new).await?;
        self.store_password(&session, &hash, browser).await
    }

    /// One transaction: the password, the end of everything that hung on the old one, and a new
    /// cookie for this session.
    async fn store_password(
        &self,
        session: &Session,
        hash: &PasswordHash,
        browser: &Browser,
    ) -> Result<LoggedIn, ChangePasswordError> {
        let now = self.context.now();
        let cookie_before = browser
            .session
            .as_ref()
            .ok_or(ChangePasswordError::NotDue)?;
        let cookie = self.new_cookie();
        let pending = session.pending.get(1..).unwrap_or_default();
        let renewal = Renewal {
            digest: opaque::digest(cookie.expose()),
            authentication: &session.authentication,
            pending,
            now,
            expires_at: self.absolute_end(now),
        };
        let actor = Actor::User(session.user);
        let event = self
            .context
            .event(AuditAction::PasswordChanged, actor, browser.origin())
            .of_user(session.user)
            .of_session(session.id);
        let why = SessionEnd::PasswordChanged;
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("sessions.change_password").await?;
        // The user's row first: of two sessions in this step, the second waits here for the first.
        let password = work.users().set_password(session.user, hash).await?;
        let password = password.ok_or(ChangePasswordError::NotDue)?;
        let before = opaque::digest(cookie_before.expose());
        if !work.sessions().renew(&before, &renewal).await? {
            // Ended meanwhile, or this very form was sent twice.
            return Err(ChangePasswordError::NotDue);
        }
        work.sessions()
            .end_all_of(session.user, Some(session.id), why, now)
            .await?;
        work.grants()
            .revoke_all_of(session.user, Revocation::PasswordChanged, now)
            .await?;
        self.context.note(&work, &event).await?;
        work.commit().await?;
        let name = LoginName::Username(session.username.normal_form().to_owned());
        let login = JustLoggedIn {
            name: name_digest(&name),
            user: session.user,
            password,
            at: now,
        };
        Ok(LoggedIn {
            session: cookie,
            device: self.device_cookie(&login, browser),
            next: pending.first().copied(),
        })
    }
}
