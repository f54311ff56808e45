//! What has access in a user's name: they see it, and end it.

use authly_domain::audit::{Actor, AuditAction, AuditEvent};
use authly_domain::clock::Timestamp;
use authly_domain::grants::{Application, Revocation};
use authly_domain::id::{ClientKey, SessionId};
use authly_domain::scopes::{Scope, ScopeRecord};
use authly_domain::sessions::{LoginStep, Session, SessionEnd, SessionRecord};
use authly_repositories::DbError;
use authly_repositories::grants::GrantsToRevoke;

use crate::Context;
use crate::grants::end_all;
use crate::sessions::{Browser, SessionService};

/// The most entries of each list that are shown.
const MOST: i64 = 100;

/// What the page says.
#[derive(Debug)]
pub struct AccountView {
    /// The session of this browser.
    pub session: Session,
    /// The user's live sessions, the newest first.
    pub sessions: Vec<SessionRecord>,
    /// The applications with access.
    pub applications: Vec<Application>,
    /// What the scopes of these mean.
    pub scopes: Vec<ScopeRecord>,
    /// When it was so.
    pub now: Timestamp,
}

/// What came of ending a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It is the one of this browser, and ends as logout ends it: not yet.
    This,
    /// It was another one; it may have ended before.
    Another,
}

/// Why somebody sees another page first.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Nobody is logged in.
    #[error("nobody is logged in")]
    NotLoggedIn,
    /// A step of the login is left.
    #[error("the login is not complete")]
    StepLeft(LoginStep),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

/// Shows people what has access in their name.
pub struct AccountService {
    context: Context,
    sessions: SessionService,
}

impl AccountService {
    /// A service for those whom `sessions` logs in.
    #[must_use]
    pub const fn new(context: Context, sessions: SessionService) -> Self {
        Self { context, sessions }
    }

    /// The user's sessions, and the applications with access.
    ///
    /// # Errors
    /// When nobody has logged in to the end, or storage fails.
    pub async fn view(&self, browser: &Browser) -> Result<AccountView, AccountError> {
        let session = self.session(browser).await?;
        let now = self.context.now();
        let idle_since = now.minus(self.sessions.policy().sessions.idle);
        let user = session.user;
        let conn = self.context.db.connect().await?;
        let reads = conn.reads();
        let sessions = reads
            .sessions()
            .live_of(user, now, idle_since, MOST)
            .await?;
        let applications = reads.grants().applications_of(user, MOST).await?;
        let allowed = applications.iter();
        let allowed = allowed.fold(Scope::empty(), |all, one| all.union(&one.scope));
        let scopes = reads.scopes().of_names(&allowed).await?;
        Ok(AccountView {
            session,
            sessions,
            applications,
            scopes,
            now,
        })
    }

    /// Ends one of the user's sessions, and with it every grant that hangs on it. One of somebody else
    /// stays as it is.
    ///
    /// # Errors
    /// When nobody has logged in to the end, or storage fails.
    pub async fn end_session(
        &self,
        ending: SessionId,
        browser: &Browser,
    ) -> Result<Ended, AccountError> {
        let session = self.session(browser).await?;
        if ending == session.id {
            return Ok(Ended::This);
        }
        let (why, now) = (SessionEnd::LoggedOut, self.context.now());
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("account.end_session").await?;
        let sessions = work.sessions();
        if sessions.end_own(ending, session.user, why, now).await? {
            let event = self.event(AuditAction::SessionEnded, &session, browser);
            let event = event.of_session(ending);
            self.context.note(&work, &event).await?;
            work.commit().await?;
        }
        Ok(Ended::Another)
    }

    /// Ends all sessions of the user but this one, those that have merely expired too: grants may hang
    /// on them.
    ///
    /// # Errors
    /// When nobody has logged in to the end, or storage fails.
    pub async fn end_other_sessions(&self, browser: &Browser) -> Result<(), AccountError> {
        let session = self.session(browser).await?;
        let (why, now) = (SessionEnd::LoggedOut, self.context.now());
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("account.end_other_sessions").await?;
        let (sessions, kept) = (work.sessions(), Some(session.id));
        let ended = sessions.end_all_of(session.user, kept, why, now).await?;
        if ended > 0 {
            let event = self.event(AuditAction::SessionsEnded, &session, browser);
            let event = event.with("sessions", ended);
            self.context.note(&work, &event).await?;
            work.commit().await?;
        }
        Ok(())
    }

    /// Takes back what the user has allowed an application: its grants with their tokens, codes that
    /// could still become one, and the consent, so that it asks again.
    ///
    /// # Errors
    /// When nobody has logged in to the end, or storage fails.
    pub async fn end_application(
        &self,
        client: ClientKey,
        browser: &Browser,
    ) -> Result<(), AccountError> {
        let session = self.session(browser).await?;
        let which = GrantsToRevoke::OfUserAtClient(session.user, client);
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("account.end_application").await?;
        // The consent last, as whoever revokes grants together with their consents does.
        let grants = end_all(&self.context, &work, &which, Revocation::ByUser).await?;
        let had_consent = work.consents().forget(session.user, client).await?;
        if grants > 0 || had_consent {
            let event = self.event(AuditAction::GrantsOfUserRevoked, &session, browser);
            let event = event
                .of_client(client)
                .with("grants", grants)
                .with("consents", u64::from(had_consent));
            self.context.note(&work, &event).await?;
        }
        work.commit().await?;
        Ok(())
    }

    /// Something that the user of this session does.
    fn event(&self, action: AuditAction, session: &Session, browser: &Browser) -> AuditEvent {
        let (actor, origin) = (Actor::User(session.user), browser.origin());
        let event = self.context.event(action, actor, origin);
        event.of_user(session.user)
    }

    /// The session of this browser, whose login is complete.
    async fn session(&self, browser: &Browser) -> Result<Session, AccountError> {
        let session = self.sessions.current(browser).await?;
        let session = session.ok_or(AccountError::NotLoggedIn)?;
        session
            .next_step()
            .map_or(Ok(session), |step| Err(AccountError::StepLeft(step)))
    }
}
