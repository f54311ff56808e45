//! Pages of long lists, by key instead of by number: what is inserted meanwhile moves nothing.

/// How many entries a page may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(u16);

/// A page is asked for that is empty or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a page holds 1 to {} entries", PageSize::MOST)]
pub struct PageSizeError;

impl PageSize {
    /// The most entries of a page.
    pub const MOST: u16 = 200;
    /// What a page holds unless another size is asked for.
    pub const DEFAULT: Self = Self(50);

    /// A page of this many entries.
    ///
    /// # Errors
    /// For none, and for more than [`PageSize::MOST`].
    pub fn new(entries: u64) -> Result<Self, PageSizeError> {
        match u16::try_from(entries) {
            Ok(entries @ 1..=Self::MOST) => Ok(Self(entries)),
            _ => Err(PageSizeError),
        }
    }

    /// How many entries.
    #[must_use]
    pub const fn entries(self) -> usize {
        self.0 as usize
    }

    /// How many rows to read: one more than the page holds tells whether there is a next one.
    #[must_use]
    pub const fn rows_to_read(self) -> i64 {
        self.0 as i64 + 1
    }

    /// Cuts what was read to the page. Answers whether more follows.
    #[must_use]
    pub fn cut<T>(self, rows: &mut Vec<T>) -> bool {
        let more = rows.len() > self.entries();
        rows.truncate(self.entries());
        more
    }
}

/// What a list of things shows that end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Those that are alive.
    Alive,
    /// All, whatever has become of them.
    All,
}

/// In which order a list goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the lowest on.
    Ascending,
    /// From the highest on.
    Descending,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_neither_empty_nor_too_long() {
        assert_eq!(PageSize::new(0), Err(PageSizeError));
        assert_eq!(PageSize::new(201), Err(PageSizeError));
        assert_eq!(PageSize::new(u64::MAX), Err(PageSizeError));
        assert_eq!(PageSize::new(200).unwrap().rows_to_read(), 201);
    }

    #[test]
    fn one_row_more_than_a_page_holds_says_that_another_follows() {
        let size = PageSize::new(2).unwrap();
        let mut rows = vec![1, 2, 3];
        assert!(size.cut(&mut rows));
        assert_eq!(rows, [1, 2]);
        assert!(!size.cut(&mut rows));
    }
}
