//! Pages of lists: how a position becomes a cursor and is found again.

mod sift;

use std::sync::Arc;

use authly_crypto::cursor::CursorKey;
use authly_crypto::master_key::MasterKey;
use authly_domain::entropy::Entropy;
use authly_domain::page::PageSize;

/// Makes and opens the cursors of every list.
#[derive(Clone)]
pub struct Cursors {
    key: Arc<CursorKey>,
    entropy: Arc<dyn Entropy>,
}

/// Which page of a list is asked for.
#[derive(Debug, Clone)]
pub struct PageAsked {
    /// How many entries it may hold.
    pub size: PageSize,
    /// Where the page before it ended, as it was handed out; `None` for the first page.
    pub cursor: Option<String>,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Paged<T> {
    /// The entries.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` on the last one.
    pub next: Option<String>,
}

/// The cursor is none of ours, or of another list, filter or order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor does not belong to this list")]
pub struct CursorError;

/// A position in a list: the values of its order, the last of which is unique. Absent values are
/// told from empty ones.
pub type Position = Vec<Option<String>>;

impl Cursors {
    /// The cursors of all nodes with this master key.
    #[must_use]
    pub fn new(master: &MasterKey, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            key: Arc::new(CursorKey::from_master(master)),
            entropy,
        }
    }

    /// The position that a cursor holds. `list` is the list with its filters and its order: anything
    /// whose `Debug` says all of it, such as the filter with its name.
    ///
    /// # Errors
    /// When the cursor is none of ours, or of another list.
    pub fn open(
        &self,
        list: &impl std::fmt::Debug,
        asked: &PageAsked,
    ) -> Result<Option<Position>, CursorError> {
        let Some(cursor) = &asked.cursor else {
            return Ok(None);
        };
        let list = format!("{list:?}");
        let opened = self.key.open(list.as_bytes(), cursor);
        let opened = opened.map_err(|_refused| CursorError)?;
        serde_json::from_slice(&opened).map_err(|_odd| CursorError)
    }

    /// Cuts what was read to the page, and makes the cursor of the next one from its last entry.
    #[must_use]
    pub fn page<T>(
        &self,
        list: &impl std::fmt::Debug,
        size: PageSize,
        mut rows: Vec<T>,
        position: impl FnOnce(&T) -> Position,
    ) -> Paged<T> {
        let more = size.cut(&mut rows);
        let end = rows.last().filter(|_row| more);
        let next = end.and_then(|row| self.cursor(list, &position(row)));
        Paged { items: rows, next }
    }

    /// The cursor of what comes after a position.
    pub(crate) fn cursor(
        &self,
        list: &impl std::fmt::Debug,
        position: &Position,
    ) -> Option<String> {
        let list = format!("{list:?}");
        let position = serde_json::to_vec(position).ok()?;
        Some(self.key.seal(list.as_bytes(), &position, &*self.entropy))
    }
}

impl<T> Paged<T> {
    /// The same page of other things.
    #[must_use]
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Paged<U> {
        Paged {
            items: self.items.into_iter().map(change).collect(),
            next: self.next,
        }
    }
}

#[cfg(test)]
mod tests {
    use authly_crypto::entropy::OsEntropy;
    use pretty_assertions::assert_eq;

    use super::*;

    fn cursors() -> Cursors {
        Cursors::new(&MasterKey::generate(&OsEntropy), Arc::new(OsEntropy))
    }

    fn asked(cursor: Option<String>) -> PageAsked {
        let size = PageSize::new(2).unwrap();
        PageAsked { size, cursor }
    }

    #[test]
    fn the_next_page_goes_on_where_this_one_ended() {
        let cursors = cursors();
        let first = asked(None);
        assert_eq!(cursors.open(&"names", &first), Ok(None));
        let rows = vec!["a", "b", "c"];
        let page = cursors.page(&"names", first.size, rows, |row| {
            vec![None, Some((*row).to_owned())]
        });
        assert_eq!(page.items, ["a", "b"]);
        let second = asked(page.next);
        let position = cursors.open(&"names", &second).unwrap().unwrap();
        assert_eq!(position, [None, Some("b".to_owned())]);
        assert_eq!(cursors.open(&"other names", &second), Err(CursorError));
    }

    #[test]
    fn the_last_page_has_no_cursor() {
        let size = PageSize::new(2).unwrap();
        let page = cursors().page(&"names", size, vec!["a", "b"], |_row| Vec::new());
        assert_eq!(page.next, None);
    }
}
