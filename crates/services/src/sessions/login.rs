//! Logging in with a password.

use std::time::Duration;

use authly_crypto::opaque;
use authly_crypto::password::{PasswordCheck, PasswordError, Upgrade};
use authly_domain::id::SessionId;
use authly_domain::secret::{Password, SessionToken};
use authly_domain::sessions::{Authentication, LoginStep, Session};
use authly_domain::throttle::{self as rules, ThrottleKind};
use authly_domain::users::{
    LoginName, PasswordChange, PasswordFormError, PasswordHash, UserCredentials,
};
use authly_repositories::sessions::{NewSession, Renewal, SessionEnd};
use authly_repositories::throttle::Counter;
use authly_repositories::{DbError, UnitOfWork};

use super::{Browser, SessionService};
use crate::throttle;

/// A login that went well.
#[derive(Debug)]
pub struct LoggedIn {
    /// The new value of the session cookie.
    pub session: SessionToken,
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

/// The counters of one attempt (requirements §9): the guesser is slowed before the account.
struct LoginCounters {
    address: Counter,
    account_at_address: Counter,
    account: Counter,
}

impl LoginCounters {
    const fn all(&self) -> [Counter; 3] {
        [self.address, self.account_at_address, self.account]
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
        password.check_form()?;
        let name = LoginName::read(username);
        let counters = self.counters(&name, browser);
        let user = self.count_and_find(&name, &counters).await?;

        // No connection is held while the hash is computed.
        let stored = user.as_ref().and_then(|user| user.password.as_ref());
        let check = self.hasher.verify_or_dummy(stored, &password).await?;
        let (user, upgrade) = match (user, check) {
            (Some(user), PasswordCheck::Matches { upgrade }) if user.is_active => (user, upgrade),
            _ => return Err(LoginError::WrongCredentials),
        };
        let upgraded = match upgrade {
            Upgrade::NeedsRehash => self.hasher.hash(&password).await.ok(),
            Upgrade::UpToDate => None,
        };
        self.begin_session(&user, upgraded.as_ref(), &counters, browser)
            .await
    }

    fn counters(&self, name: &LoginName, browser: &Browser) -> LoginCounters {
        let (policy, from) = (&self.policy.throttle, browser.address);
        // What can be nobody's name is counted as one name, so that it costs no row each.
        let account = match name {
            LoginName::Username(name) => format!("username {name}"),
            LoginName::Email(email) => format!("email {email}"),
            LoginName::Nobody => String::from("nobody"),
        };
        LoginCounters {
            address: throttle::from(ThrottleKind::LoginAddress, policy.login_address, from),
            account_at_address: throttle::from_and_on(
                ThrottleKind::LoginAccountAtAddress,
                policy.login_account_at_address,
                from,
                &account,
            ),
            account: throttle::on(ThrottleKind::LoginAccount, policy.login_account, &account),
        }
    }

    /// Counts the attempt before it is tried, so that parallel guesses are all counted.
    async fn count_and_find(
        &self,
        name: &LoginName,
        counters: &LoginCounters,
    ) -> Result<Option<UserCredentials>, LoginError> {
        let now = self.context.now();
        let conn = self.context.db.connect().await?;
        let spent = conn.reads().throttles().count(&counters.all(), now).await?;
        if let Some(retry_after) = rules::wait(&spent, now) {
            return Err(LoginError::Throttled { retry_after });
        }
        Ok(conn.reads().users().find_credentials(name).await?)
    }

    /// One transaction: the login is noted, what the throttle counted is taken back, and the
    /// browser gets a new cookie.
    async fn begin_session(
        &self,
        user: &UserCredentials,
        upgraded: Option<&PasswordHash>,
        counters: &LoginCounters,
        browser: &Browser,
    ) -> Result<LoggedIn, LoginError> {
        let now = self.context.now();
        let present = self.current(browser).await?;
        let pending: &[LoginStep] = match user.password_change {
            PasswordChange::Required => &[LoginStep::ChangePassword],
            PasswordChange::NotRequired => &[],
        };
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("sessions.log_in").await?;
        // Neither may have changed while the hash was computed.
        let compared = user.password.as_ref().ok_or(LoginError::WrongCredentials)?;
        if !work.users().note_login(user.id, compared, now).await? {
            return Err(LoginError::WrongCredentials);
        }
        if let Some(upgraded) = upgraded {
            work.users()
                .upgrade_password(user.id, compared, upgraded)
                .await?;
        }
        let session = self
            .open(&work, user, pending, present.as_ref(), browser)
            .await?;
        // Last, since many wait for a row that counts their address.
        work.throttles().forgive(&counters.all()).await?;
        work.commit().await?;
        Ok(LoggedIn {
            session,
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
    ) -> Result<SessionToken, DbError> {
        let now = self.context.now();
        let cookie = self.new_cookie();
        let digest = opaque::digest(cookie.expose());
        let authentication = &Authentication::by_password(now);
        let expires_at = self.absolute_end(now);
        let before = browser
            .session
            .as_ref()
            .map(|cookie| opaque::digest(cookie.expose()));
        let is_same_user = present.is_some_and(|session| session.user == user.id);
        match &before {
            Some(before) if is_same_user => {
                let renewal = Renewal {
                    digest,
                    authentication,
                    pending,
                    now,
                    expires_at,
                };
                if work.sessions().renew(before, &renewal).await? {
                    return Ok(cookie);
                }
            }
            Some(before) => {
                work.sessions()
                    .end(before, SessionEnd::Replaced, now)
                    .await?;
            }
            None => {}
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
        Ok(cookie)
    }
}
