//! Sessions for administrators: looked at and ended, as logout ends them.

use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::AuditAction;
use authly_domain::clock::Timestamp;
use authly_domain::id::{SessionId, UserId};
use authly_domain::page::Shown;
use authly_domain::sessions::{SessionEnd, SessionRecord, SessionState};
use authly_repositories::DbError;
use authly_repositories::sessions::SessionsOf;

use crate::Context;
use crate::paging::{CursorError, Cursors, PageAsked, Paged};
use crate::policy::LivePolicies;

/// Which sessions a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionFilter {
    /// Whose; `None` for everybody's.
    pub user: Option<UserId>,
    /// Only those that are live, or all.
    pub shown: Shown,
}

/// A session, and what it is good for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// The session.
    pub record: SessionRecord,
    /// What it is good for.
    pub state: SessionState,
}

/// Why sessions are not listed or ended.
#[derive(Debug, thiserror::Error)]
pub enum SessionAdminError {
    /// There is no such session.
    #[error("there is no such session")]
    UnknownSession,
    /// There is no such user.
    #[error("there is no such user")]
    UnknownUser,
    /// The session to be kept is none of this user's.
    #[error("the session to be kept is none of this user's")]
    KeptIsOfSomebodyElse,
    /// The cursor does not belong to the list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

/// Looks at sessions, and ends them.
pub struct SessionAdmin {
    context: Context,
    policies: LivePolicies,
    cursors: Cursors,
}

impl SessionAdmin {
    /// For sessions that last as the policies say.
    #[must_use]
    pub const fn new(context: Context, policies: LivePolicies, cursors: Cursors) -> Self {
        Self {
            context,
            policies,
            cursors,
        }
    }

    /// A page of sessions, the newest first.
    ///
    /// # Errors
    /// When the cursor is of another list, or storage fails.
    pub async fn list(
        &self,
        filter: &SessionFilter,
        page: &PageAsked,
    ) -> Result<Paged<SessionView>, SessionAdminError> {
        let of = filter.user.map_or(SessionsOf::All, SessionsOf::User);
        let now = self.context.now();
        let conn = self.context.db.connect().await?;
        let sessions = conn.reads().sessions();
        let list = ("sessions", filter);
        let read = async |before, rows| {
            let records = sessions.list(&of, before, rows).await?;
            let views = records.into_iter().map(|record| self.view(record, now));
            Ok(views.collect())
        };
        let is_wanted = |view: &SessionView| filter.shown == Shown::All || view.state.is_live();
        self.cursors
            .sift(&list, page, read, |view| view.record.id, is_wanted)
            .await
    }

    /// One session, whatever has become of it.
    ///
    /// # Errors
    /// When there is none, or storage fails.
    pub async fn get(&self, session: SessionId) -> Result<SessionView, SessionAdminError> {
        let conn = self.context.db.connect().await?;
        let found = conn.reads().sessions().find(session).await?;
        let record = found.ok_or(SessionAdminError::UnknownSession)?;
        Ok(self.view(record, self.context.now()))
    }

    /// Ends a session, and with it every grant that hangs on it. One that has ended before stays as
    /// it is.
    ///
    /// # Errors
    /// When there is none, or storage fails.
    pub async fn end(
        &self,
        session: SessionId,
        by: &Administrator,
        run: Run,
    ) -> Result<SessionView, SessionAdminError> {
        let now = self.context.now();
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("sessions.end").await?;
        let why = SessionEnd::ByAdministrator;
        let has_ended = work.sessions().end_one(session, why, now).await?;
        let found = work.sessions().find(session).await?;
        let record = found.ok_or(SessionAdminError::UnknownSession)?;
        let event = self
            .context
            .deed(AuditAction::SessionEnded, by)
            .of_session(session)
            .of_user(record.user)
            .with("has_ended", has_ended);
        self.context.finish(work, run, event).await?;
        Ok(self.view(record, now))
    }

    /// Ends all sessions of a user but `kept`, those that have merely expired too: grants may hang on
    /// them. Answers how many that were.
    ///
    /// # Errors
    /// When there is no such user, the session to be kept is none of theirs, or storage fails.
    pub async fn end_all_of(
        &self,
        user: UserId,
        kept: Option<SessionId>,
        by: &Administrator,
        run: Run,
    ) -> Result<u64, SessionAdminError> {
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("sessions.end_all").await?;
        if !work.users().exists(user).await? {
            return Err(SessionAdminError::UnknownUser);
        }
        if let Some(kept) = kept {
            let found = work.sessions().find(kept).await?;
            if found.is_none_or(|record| record.user != user) {
                return Err(SessionAdminError::KeptIsOfSomebodyElse);
            }
        }
        let (why, now) = (SessionEnd::ByAdministrator, self.context.now());
        let ended = work.sessions().end_all_of(user, kept, why, now).await?;
        let event = self
            .context
            .deed(AuditAction::SessionsEnded, by)
            .of_user(user)
            .with("sessions", ended);
        self.context.finish(work, run, event).await?;
        Ok(ended)
    }

    fn view(&self, record: SessionRecord, now: Timestamp) -> SessionView {
        let rules = self.policies.load().sessions.sessions;
        let state = record.state(&rules, now);
        SessionView { record, state }
    }
}
