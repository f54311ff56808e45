//! Lists of which only a part is wanted, by a rule that is not the database's: what is alive, say.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use authly_domain::page::PageSize;
use authly_repositories::DbError;

use super::{CursorError, Cursors, PageAsked, Paged, Position};

/// How many rows are read at once after the first look.
const MORE: u16 = 500;
/// The most rows that are looked at for one page. A page may then hold fewer entries than were asked
/// for, and say that there is more.
const MOST_LOOKED_AT: usize = 2_000;

/// What was found, and where to go on.
struct Found<T, K> {
    items: Vec<T>,
    next: Option<K>,
}

impl Cursors {
    /// A page of what is wanted. `read` reads so many rows of the list after a key, and `key` is
    /// what a row is found by.
    pub(crate) async fn sift<T, K, E>(
        &self,
        list: &impl Debug,
        asked: &PageAsked,
        read: impl AsyncFn(Option<K>, i64) -> Result<Vec<T>, DbError>,
        key: impl Fn(&T) -> K,
        is_wanted: impl Fn(&T) -> bool,
    ) -> Result<Paged<T>, E>
    where
        K: Copy + Display + FromStr,
        E: From<CursorError> + From<DbError>,
    {
        let after = self.open(list, asked)?.map(key_in).transpose()?;
        let Found { items, next } = sift(asked.size, after, read, key, is_wanted).await?;
        let next = next.map(|key| vec![Some(key.to_string())]);
        Ok(Paged {
            items,
            next: next.and_then(|at| self.cursor(list, &at)),
        })
    }
}

/// The key that is a whole position.
fn key_in<K: FromStr>(position: Position) -> Result<K, CursorError> {
    let mut values = position.into_iter().flatten();
    let text = values.next().ok_or(CursorError)?;
    text.parse().map_err(|_odd| CursorError)
}

async fn sift<T, K: Copy>(
    size: PageSize,
    after: Option<K>,
    read: impl AsyncFn(Option<K>, i64) -> Result<Vec<T>, DbError>,
    key: impl Fn(&T) -> K,
    is_wanted: impl Fn(&T) -> bool,
) -> Result<Found<T, K>, DbError> {
    let (mut items, mut reached, mut looked_at) = (Vec::new(), after, 0);
    let mut rows = size.rows_to_read();
    loop {
        let read = read(reached, rows).await?;
        let is_last = i64::try_from(read.len()).is_ok_and(|seen| seen < rows);
        looked_at += read.len();
        for row in read {
            let is_wanted = is_wanted(&row);
            if is_wanted && items.len() == size.entries() {
                return Ok(Found {
                    items,
                    next: reached,
                });
            }
            reached = Some(key(&row));
            if is_wanted {
                items.push(row);
            }
        }
        if is_last {
            return Ok(Found { items, next: None });
        }
        if items.len() == size.entries() || looked_at >= MOST_LOOKED_AT {
            return Ok(Found {
                items,
                next: reached,
            });
        }
        rows = i64::from(MORE);
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    /// Goes through the numbers below `count`, as pages of two even ones; answers each page, and how
    /// often was read.
    async fn pages(count: i64, wanted: impl Fn(&i64) -> bool + Copy) -> Vec<Vec<i64>> {
        let (mut pages, mut after) = (Vec::new(), None);
        let read = async |after: Option<i64>, rows: i64| {
            let first = after.map_or(0, |after| after + 1);
            Ok((first..count)
                .take(usize::try_from(rows).unwrap())
                .collect())
        };
        loop {
            let size = PageSize::new(2).unwrap();
            let found = sift(size, after, read, |row| *row, wanted).await.unwrap();
            pages.push(found.items);
            after = found.next;
            if after.is_none() {
                return pages;
            }
        }
    }

    #[tokio::test]
    async fn each_page_is_filled_with_what_is_wanted_and_the_last_says_so() {
        let all = |_row: &i64| true;
        assert_eq!(pages(0, all).await, [Vec::<i64>::new()]);
        assert_eq!(pages(2, all).await, [[0, 1]]);
        assert_eq!(pages(4, all).await, [[0, 1], [2, 3]]);
        assert_eq!(pages(5, all).await, [vec![0, 1], vec![2, 3], vec![4]]);
        let tens = |row: &i64| row % 10 == 0;
        let expected = [vec![0, 10], vec![20, 30], vec![40]];
        assert_eq!(pages(50, tens).await, expected);
    }

    #[tokio::test]
    async fn a_page_ends_after_so_many_rows_and_the_next_goes_on_there() {
        let last = |row: &i64| *row == 4_999;
        let expected = [vec![], vec![], vec![4_999]];
        assert_eq!(pages(5_000, last).await, expected);
    }
}
