//! A password that was checked and found right, before anything comes of it.

use std::net::IpAddr;

use authly_crypto::opaque;
use authly_crypto::password::{PasswordCheck, PasswordError, Upgrade};
use authly_domain::audit::{Actor, AuditAction, Origin};
use authly_domain::clock::Timestamp;
use authly_domain::id::SessionId;
use authly_domain::secret::{DeviceToken, Password};
use authly_domain::sessions::{Authentication, LoginStep};
use authly_domain::users::{LoginName, PasswordChange, PasswordHash, Subject, UserCredentials};
use authly_repositories::sessions::NewSession;
use authly_repositories::{DbError, UnitOfWork};

use super::attempt::Attempt;
use super::{LoginError, SessionService};

/// Somebody has typed the password of an active account, as an attempt that was counted.
pub(crate) struct Proof {
    /// Whose account it is.
    pub(crate) user: UserCredentials,
    pub(super) attempt: Attempt,
    /// The password as it is hashed today, where it was stored otherwise.
    upgraded: Option<PasswordHash>,
}

impl SessionService {
    /// Counts an attempt, and checks a user name (or address) and password. One bcrypt is computed
    /// whether or not the user exists. Nothing is stored but the count, which whoever goes on takes
    /// back.
    pub(crate) async fn prove(
        &self,
        username: &str,
        password: &Password,
        (from, origin): (IpAddr, &Origin),
        device: Option<&DeviceToken>,
    ) -> Result<Proof, LoginError> {
        password.check_form()?;
        let name = LoginName::read(username);
        let mut attempt = self.admit(&name, (from, origin), device).await?;

        // No connection is held while the hash is computed.
        let stored = attempt.user.as_ref();
        let stored = stored.and_then(|user| user.password.as_ref());
        let check = self.hasher.verify_or_dummy(stored, password).await;
        if let Err(PasswordError::Busy | PasswordError::Stopped) = check {
            self.take_back(&attempt).await?;
        }
        let (user, upgrade) = match (attempt.user.take(), check?) {
            (Some(user), PasswordCheck::Matches { upgrade }) if user.is_active => (user, upgrade),
            (user, _) => {
                self.note_failure(user.as_ref(), origin).await?;
                return Err(LoginError::WrongCredentials);
            }
        };
        let upgraded = match upgrade {
            Upgrade::NeedsRehash => self.hasher.hash(password).await.ok(),
            Upgrade::UpToDate => None,
        };
        Ok(Proof {
            user,
            attempt,
            upgraded,
        })
    }

    /// Writes down that a login failed. A name that no account has is not written down: people type
    /// passwords into the wrong field.
    async fn note_failure(
        &self,
        user: Option<&UserCredentials>,
        origin: &Origin,
    ) -> Result<(), DbError> {
        let mut event = self
            .context
            .event(AuditAction::LoginFailed, Actor::Anonymous, origin.clone())
            .of_user(user.map(|user| user.id))
            .refused();
        event.username = user.map(|user| user.username.clone());
        self.context.note_alone(&event).await
    }

    /// Takes back what an attempt was counted by that was right, and of which nothing came.
    pub(crate) async fn forgive(&self, proof: &Proof) -> Result<(), DbError> {
        let conn = self.context.db.connect().await?;
        let counters = &proof.attempt.counters;
        conn.reads().throttles().forgive(counters).await
    }

    /// Begins a session that no browser has: nobody ever learns its cookie. What a program gets hangs
    /// on it, and ends with it.
    pub(crate) async fn open_without_browser(
        &self,
        work: &UnitOfWork<'_>,
        user: &UserCredentials,
        (address, program): (IpAddr, &str),
        now: Timestamp,
    ) -> Result<(SessionId, Authentication), DbError> {
        let id = SessionId::generate(now, &*self.context.entropy);
        let authentication = Authentication::by_password(now);
        let session = NewSession {
            id,
            digest: opaque::digest(self.new_cookie().expose()),
            user: user.id,
            authentication: &authentication,
            pending: &[],
            address,
            user_agent: program,
            created_at: now,
            expires_at: self.absolute_end(now),
        };
        work.sessions().insert(&session).await?;
        Ok((id, authentication))
    }
}

impl Proof {
    /// What is left to do before the login counts.
    pub(crate) const fn steps_left(&self) -> &'static [LoginStep] {
        match self.user.password_change {
            PasswordChange::Required => &[LoginStep::ChangePassword],
            PasswordChange::NotRequired => &[],
        }
    }

    /// Notes the login, and answers the user's subject. The account, its password and what is left to
    /// do must not have changed while the hash was computed.
    pub(crate) async fn note(
        &self,
        work: &UnitOfWork<'_>,
        now: Timestamp,
    ) -> Result<Subject, LoginError> {
        let (user, users) = (&self.user, work.users());
        let compared = (user.password_version, user.password_change);
        let noted = users.note_login(user.id, compared, now).await?;
        let subject = noted.ok_or(LoginError::WrongCredentials)?;
        if let (Some(compared), Some(upgraded)) = (&user.password, &self.upgraded) {
            users.upgrade_password(user.id, compared, upgraded).await?;
        }
        Ok(subject)
    }

    /// Takes back what the attempt was counted by: last, since many wait for a row that counts their
    /// address.
    pub(crate) async fn forgive(&self, work: &UnitOfWork<'_>) -> Result<(), DbError> {
        work.throttles().forgive(&self.attempt.counters).await
    }
}
