//! Pages of lists: from the query to what services take, and back.

use authly_domain::page::PageSize;
use authly_protocol::admin::{Page, ProblemCode};
use authly_services::paging::{PageAsked, Paged};

use super::parameters::QueryFields;
use crate::respond::{AdminProblem, Cause};

/// The page that `limit` and `cursor` ask for, where nothing else varies.
///
/// # Errors
/// When the page would be empty, or too long.
pub(crate) fn page_asked(
    limit: Option<u64>,
    cursor: Option<String>,
) -> Result<PageAsked, AdminProblem> {
    QueryFields::default().finish_with_page(limit, cursor)
}

impl QueryFields {
    /// Ends the reading with the page that `limit` and `cursor` ask for.
    ///
    /// # Errors
    /// When the page would be empty or too long, or something else is wrong: with all of it.
    pub(crate) fn finish_with_page(
        mut self,
        limit: Option<u64>,
        cursor: Option<String>,
    ) -> Result<PageAsked, AdminProblem> {
        let size = limit.map_or(Ok(PageSize::DEFAULT), PageSize::new);
        if let Err(why) = &size {
            self.wrong("limit", why);
        }
        self.finish()?;
        let size = size.unwrap_or(PageSize::DEFAULT);
        Ok(PageAsked { size, cursor })
    }
}

/// A cursor that is none of ours, or of another list.
pub(crate) fn foreign_cursor(cause: impl Into<Cause>) -> AdminProblem {
    let detail = "The cursor belongs to another list, filter or order.";
    AdminProblem::new(ProblemCode::InvalidCursor, detail).caused_by(cause)
}

/// A page as it is sent.
pub(crate) fn page_of<T, D>(page: Paged<T>, mut document: impl FnMut(&T) -> D) -> Page<D> {
    Page {
        items: page.items.iter().map(&mut document).collect(),
        next_cursor: page.next,
    }
}
