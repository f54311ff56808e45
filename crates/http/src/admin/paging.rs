//! Pages of lists: from the query to what services take, and back.

use authly_domain::page::PageSize;
use authly_protocol::admin::Page;
use authly_services::paging::{PageAsked, Paged};

use super::parameters::QueryFields;
use crate::respond::AdminProblem;

/// The page that `limit` and `cursor` ask for.
///
/// # Errors
/// When the page would be empty, or too long.
pub(crate) fn page_asked(
    limit: Option<u64>,
    cursor: Option<String>,
) -> Result<PageAsked, AdminProblem> {
    let mut fields = QueryFields::default();
    let size = limit.map_or(Ok(PageSize::DEFAULT), PageSize::new);
    if let Err(why) = &size {
        fields.wrong("limit", why);
    }
    fields.finish()?;
    let size = size.unwrap_or(PageSize::DEFAULT);
    Ok(PageAsked { size, cursor })
}

/// A page as it is sent.
pub(crate) fn page_of<T, D>(page: Paged<T>, mut document: impl FnMut(&T) -> D) -> Page<D> {
    Page {
        items: page.items.iter().map(&mut document).collect(),
        next_cursor: page.next,
    }
}
