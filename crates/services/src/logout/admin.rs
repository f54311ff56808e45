//! Calls that tell clients of logouts, as administrators see them and have them made again.

use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::AuditAction;
use authly_domain::id::{ClientKey, LogoutCallId};
use authly_domain::logout::{CALL_LEASE, LogoutCall};
use authly_repositories::DbError;
pub use authly_repositories::logout::ShownCalls;

use crate::Context;
use crate::paging::{CursorError, Cursors, PageAsked, Paged};

/// Which calls a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogoutCallFilter {
    /// Only those for this client.
    pub client: Option<ClientKey>,
    /// Only those that were given up, or all.
    pub shown: ShownCalls,
}

/// Why calls are not listed or made again.
#[derive(Debug, thiserror::Error)]
pub enum LogoutCallAdminError {
    /// There is no such call: it was never there, or has reached its client.
    #[error("there is no such call")]
    UnknownCall,
    /// Its client is not told of logouts any more: it is disabled, or has no address for that.
    #[error("the client of the call is not told any more")]
    NotWanted,
    /// The cursor does not belong to the list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

/// A call that an administrator wants made again.
#[derive(Debug)]
pub struct Retried {
    /// As it is now.
    pub call: LogoutCall,
    /// Whether it was put off or given up before, and is made again; else it was due anyway.
    pub is_retried: bool,
}

/// Looks at calls, and has them made again.
pub struct LogoutCallAdmin {
    context: Context,
    cursors: Cursors,
}

impl LogoutCallAdmin {
    /// On this storage.
    #[must_use]
    pub const fn new(context: Context, cursors: Cursors) -> Self {
        Self { context, cursors }
    }

    /// A page of calls, the newest first.
    ///
    /// # Errors
    /// When the cursor is of another list, or storage fails.
    pub async fn list(
        &self,
        filter: &LogoutCallFilter,
        page: &PageAsked,
    ) -> Result<Paged<LogoutCall>, LogoutCallAdminError> {
        let conn = self.context.db.connect().await?;
        let calls = conn.reads().logout_calls();
        self.cursors
            .sift(
                &("logout_calls", filter),
                page,
                async |before, rows| calls.list(filter.client, filter.shown, before, rows).await,
                |call| call.id,
                |_call| true,
            )
            .await
    }

    /// One call that waits or was given up.
    ///
    /// # Errors
    /// When there is none, or storage fails.
    pub async fn get(&self, call: LogoutCallId) -> Result<LogoutCall, LogoutCallAdminError> {
        let conn = self.context.db.connect().await?;
        let found = conn.reads().logout_calls().find(call).await?;
        found.ok_or(LogoutCallAdminError::UnknownCall)
    }

    /// Has a call made again at once, also one that was given up. One that is due anyway stays as it is.
    ///
    /// # Errors
    /// When there is none, its client is not told any more, or storage fails.
    pub async fn retry(
        &self,
        call: LogoutCallId,
        by: &Administrator,
        run: Run,
    ) -> Result<Retried, LogoutCallAdminError> {
        let now = self.context.now();
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("logout_calls.retry").await?;
        let calls = work.logout_calls();
        let is_retried = calls.retry(call, now, now.plus(CALL_LEASE)).await?;
        let found = calls.find(call).await?;
        let call = found.ok_or(LogoutCallAdminError::UnknownCall)?;
        if !call.is_wanted {
            return Err(LogoutCallAdminError::NotWanted);
        }
        let event = self
            .context
            .deed(AuditAction::LogoutCallRetried, by)
            .of_client(call.client)
            .of_session(call.session)
            .with("is_retried", is_retried);
        self.context.finish(work, run, event).await?;
        Ok(Retried { call, is_retried })
    }
}
