//! The session service.

use std::sync::Arc;

use authly_crypto::device_cookie::DeviceCookies;
use authly_crypto::master_key::MasterKey;
use authly_crypto::opaque;
use authly_crypto::password::PasswordHasher;
use authly_domain::audit::{Actor, AuditAction};
use authly_domain::clock::Timestamp;
use authly_domain::consents::Consent;
use authly_domain::id::ClientKey;
use authly_domain::secret::SessionToken;
use authly_domain::sessions::{Session, SessionEnd, SessionRules};
use authly_domain::throttle::ThrottleKind;
use authly_domain::users::PasswordRules;
use authly_repositories::DbError;
use moka::future::Cache;

use super::Browser;
use super::browser::SESSION_PREFIX;
use super::turns::Turns;
use crate::Context;
use crate::policy::{LivePolicies, ThrottlePolicy};

/// What sessions and passwords have to be.
#[derive(Debug, Clone, Copy)]
pub struct SessionPolicy {
    /// How long sessions last.
    pub sessions: SessionRules,
    /// Rules for new passwords.
    pub passwords: PasswordRules,
    /// How guessing is slowed.
    pub throttle: ThrottlePolicy,
}

/// Logs people in and out.
#[derive(Clone)]
pub struct SessionService {
    pub(super) context: Context,
    pub(super) hasher: Arc<PasswordHasher>,
    policies: LivePolicies,
    pub(super) devices: Arc<DeviceCookies>,
    pub(super) turns: Turns,
    /// The windows of throttles of which the audit trail has heard.
    pub(super) noted: Cache<NotedWindow, ()>,
}

/// What is counted, for whom, and until when.
pub(super) type NotedWindow = (ThrottleKind, [u8; 32], Timestamp);

/// The most windows that are remembered to have been noted: a forgotten one is noted again.
const MOST_NOTED: u64 = 10_000;

impl SessionService {
    /// A service that checks passwords with `hasher`, and whose device cookies every node with this
    /// master key reads.
    #[must_use]
    pub fn new(
        context: Context,
        hasher: Arc<PasswordHasher>,
        policies: LivePolicies,
        master: &MasterKey,
    ) -> Self {
        Self {
            context,
            hasher,
            policies,
            devices: Arc::new(DeviceCookies::from_master(master)),
            turns: Turns::new(),
            noted: Cache::new(MOST_NOTED),
        }
    }

    /// What a new password has to be.
    #[must_use]
    pub fn password_rules(&self) -> PasswordRules {
        self.policy().passwords
    }

    /// What holds at this moment.
    pub(crate) fn policy(&self) -> SessionPolicy {
        self.policies.load().sessions
    }

    /// The browser's session, whether or not steps of its login are left; `None` where there is no
    /// live one.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn current(&self, browser: &Browser) -> Result<Option<Session>, DbError> {
        let found = self.current_with_consent(browser, None).await?;
        Ok(found.map(|(session, _consent)| session))
    }

    /// The same without a note that it was used: whoever merely looks keeps no session alive.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn look(&self, browser: &Browser) -> Result<Option<Session>, DbError> {
        let found = self.find(browser, None).await?;
        Ok(found.map(|(session, _consent)| session))
    }

    /// The browser's session, and what its user once answered to `client`. Notes the use, once in a
    /// while.
    pub(crate) async fn current_with_consent(
        &self,
        browser: &Browser,
        client: Option<ClientKey>,
    ) -> Result<Option<(Session, Option<Consent>)>, DbError> {
        let found = self.find(browser, client).await?;
        let now = self.context.now();
        if let Some((session, _consent)) = &found
            && session.should_note_use(now)
        {
            let conn = self.context.db.connect().await?;
            conn.reads().sessions().note_use(session.id, now).await?;
        }
        Ok(found)
    }

    async fn find(
        &self,
        browser: &Browser,
        client: Option<ClientKey>,
    ) -> Result<Option<(Session, Option<Consent>)>, DbError> {
        let Some(cookie) = &browser.session else {
            return Ok(None);
        };
        let now = self.context.now();
        let digest = opaque::digest(cookie.expose());
        let idle_since = now.minus(self.policy().sessions.idle);
        let conn = self.context.db.connect().await?;
        let sessions = conn.reads().sessions();
        sessions.find_live(&digest, client, now, idle_since).await
    }

    /// Ends the browser's session, and with it every grant that is not offline.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn log_out(&self, browser: &Browser) -> Result<(), DbError> {
        let Some(cookie) = &browser.session else {
            return Ok(());
        };
        let digest = opaque::digest(cookie.expose());
        // The statement knows whose session it ends.
        let actor = Actor::Anonymous;
        let event = self
            .context
            .event(AuditAction::LoggedOut, actor, browser.origin());
        let event = self.context.written(&event);
        let conn = self.context.db.connect().await?;
        let sessions = conn.reads().sessions();
        sessions.end(&digest, SessionEnd::LoggedOut, &event).await
    }

    /// Ends this session, and with it every grant that is not offline.
    pub(crate) async fn end(&self, session: &Session, browser: &Browser) -> Result<(), DbError> {
        let (why, now) = (SessionEnd::LoggedOut, self.context.now());
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("sessions.end_own").await?;
        if !work.sessions().end_one(session.id, why, now).await? {
            return Ok(());
        }
        let actor = Actor::User(session.user);
        let event = self
            .context
            .event(AuditAction::LoggedOut, actor, browser.origin())
            .of_user(session.user)
            .of_session(session.id);
        self.context.note(&work, &event).await?;
        work.commit().await
    }

    pub(super) fn new_cookie(&self) -> SessionToken {
        SessionToken::new(opaque::generate(SESSION_PREFIX, &*self.context.entropy))
    }

    pub(super) fn absolute_end(&self, now: Timestamp) -> Timestamp {
        now.plus(self.policy().sessions.absolute)
    }
}
