//! Refusals, explained for administrators (decisions 23): each error says its reason, the reasons are
//! kept for a few days, and whoever administers the system can ask for one by the id of its request.

mod log;
mod reasons;

use authly_domain::refusals::KeptRefusal;
use authly_repositories::DbError;
use authly_repositories::refusals::RefusalsOf;

use crate::Context;
use crate::paging::{CursorError, Cursors, PageAsked, Paged};

pub use log::{RefusalLog, RefusalNote};

/// Why no refusal is shown.
#[derive(Debug, thiserror::Error)]
pub enum RefusalError {
    /// Nothing is known of the request.
    #[error("nothing is known of this request")]
    Unknown,
    /// The cursor does not belong to the list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

/// Looks at what was refused.
pub struct RefusalAdmin {
    context: Context,
    cursors: Cursors,
    log: RefusalLog,
}

impl RefusalAdmin {
    /// Looks at what the log has written, on this node and on others.
    #[must_use]
    pub const fn new(context: Context, cursors: Cursors, log: RefusalLog) -> Self {
        Self {
            context,
            cursors,
            log,
        }
    }

    /// What keeps them.
    #[must_use]
    pub fn log(&self) -> RefusalLog {
        self.log.clone()
    }

    /// Why the request with this id was refused. What this node has refused is written before it looks.
    ///
    /// # Errors
    /// When nothing is known of it, or storage fails.
    pub async fn of_request(&self, request_id: &str) -> Result<KeptRefusal, RefusalError> {
        self.log.flush().await;
        let conn = self.context.db.connect().await?;
        let found = conn.reads().refusals().find(request_id).await?;
        found.ok_or(RefusalError::Unknown)
    }

    /// A page of what was refused, the newest first: of all clients, or of one, as requests named it.
    ///
    /// # Errors
    /// When the cursor is of another list, or storage fails.
    pub async fn list(
        &self,
        client: Option<String>,
        page: &PageAsked,
    ) -> Result<Paged<KeptRefusal>, RefusalError> {
        self.log.flush().await;
        let of = client.map_or(RefusalsOf::All, RefusalsOf::Client);
        let list = ("refusals", &of);
        let position = self.cursors.open(&list, page)?;
        let before = match position.as_deref() {
            None => None,
            Some([Some(number)]) => Some(number.parse().map_err(|_odd| CursorError)?),
            Some(_) => return Err(CursorError.into()),
        };
        let conn = self.context.db.connect().await?;
        let rows = conn.reads().refusals();
        let rows = rows.list(&of, before, page.size.rows_to_read()).await?;
        Ok(self.cursors.page(&list, page.size, rows, |last| {
            vec![Some(last.number.to_string())]
        }))
    }
}
