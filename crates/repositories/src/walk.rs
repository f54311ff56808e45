//! Changes of many rows, a batch at a time: each statement is short, whatever there is.

/// The most rows that one statement changes or looks at: a cold row costs a read, and a statement has
/// ten seconds.
pub(crate) const BATCH: i64 = 2_000;

/// What one statement of a change of many rows has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step<K> {
    /// How many rows it has changed.
    pub changed: u64,
    /// Where the next one has to go on; `None` when there is nothing left.
    pub reached: Option<K>,
}

impl<K> Step<K> {
    /// A statement has chosen, and changed, so many rows, of which `last` was the last.
    pub(crate) fn of(chosen: usize, last: Option<K>) -> Self {
        Self::seen(chosen, chosen, last)
    }

    /// A statement has looked at `seen` rows, of which `last` was the last, and changed some.
    pub(crate) fn seen(seen: usize, changed: usize, last: Option<K>) -> Self {
        let is_full = i64::try_from(seen).is_ok_and(|seen| seen >= BATCH);
        Self {
            changed: changed as u64,
            reached: last.filter(|_key| is_full),
        }
    }
}
