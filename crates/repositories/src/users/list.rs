//! The list of users. Each order has an index whose first columns are the four switches: a list is
//! merged from those of their combinations that its filter lets through, at most sixteen, of each of
//! which no more is read than a page holds. So a list takes as long for rare users as for common
//! ones, and for the last page as for the first.

use authly_domain::clock::Timestamp;
use authly_domain::page::{Direction, PageSize};
use authly_domain::users::{Account, TimeRange, UserFilter, UserKey, UserOrder, UserPosition};
use uuid::Uuid;

use super::Users;
use super::account::{account, account_columns};
use crate::DbError;
use crate::params::{Param, flag, number, text, time, uuid};
use crate::row::Columns;

/// A user of a page, and where the page is when it ends with them.
#[derive(Debug)]
pub struct UserRow {
    /// The user.
    pub account: Account,
    /// Where they stand.
    pub position: UserPosition,
}

/// No text that is kept comes after it.
pub(super) const LAST_TEXT: &str = "\u{10ffff}";

/// The combinations of switches that a filter (`$1` to `$4`) lets through.
macro_rules! kinds {
    () => {
        "kind AS (
                SELECT active, admin, verified, change_is_due
                  FROM unnest(ARRAY[true, false]) AS active,
                       unnest(ARRAY[true, false]) AS admin,
                       unnest(ARRAY[true, false]) AS verified,
                       unnest(ARRAY[true, false]) AS change_is_due
                 WHERE active = coalesce($1, active) AND admin = coalesce($2, admin)
                   AND verified = coalesce($3, verified)
                   AND change_is_due = coalesce($4, change_is_due)
            )"
    };
}

pub(super) use kinds;

/// The users of one combination between `$5` with the id `$6` and `$7` with the id `$8`.
macro_rules! of_kind {
    ($key:literal, $direction:literal) => {
        concat!(
            "SELECT u.id, ",
            $key,
            " AS key
                  FROM users u
                 WHERE u.is_active = k.active AND u.is_admin = k.admin
                   AND u.is_verified = k.verified
                   AND u.requires_password_change = k.change_is_due
                   AND (",
            $key,
            ", u.id) > ($5, $6)
                   AND (",
            $key,
            ", u.id) < ($7, $8)
                 ORDER BY ",
            $key,
            " ",
            $direction,
            ", u.id ",
            $direction,
            "
                 LIMIT 201"
        )
    };
}

/// A list by `$key`.
macro_rules! list {
    ($name:literal, $key:literal, $direction:literal) => {
        concat!(
            "-- users.list (",
            $name,
            ")
            WITH ",
            kinds!(),
            ", page AS (
                SELECT found.id, found.key
                  FROM kind k
                 CROSS JOIN LATERAL (",
            of_kind!($key, $direction),
            ") found
                 ORDER BY found.key ",
            $direction,
            ", found.id ",
            $direction,
            "
                 LIMIT $9
            )
            SELECT p.key, ",
            account_columns!(),
            "
              FROM page p
              JOIN users u ON u.id = p.id
             ORDER BY p.key ",
            $direction,
            ", p.id ",
            $direction
        )
    };
}

impl Users<'_> {
    /// A page of the users who fit `filter`, in this order, after `after`; one more than the page
    /// holds, where there are that many.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn list(
        &self,
        filter: &UserFilter,
        order: &UserOrder,
        after: Option<&UserPosition>,
        size: PageSize,
    ) -> Result<Vec<UserRow>, DbError> {
        let bounds = match order {
            UserOrder::Search(search) => return self.search(filter, search, after, size).await,
            UserOrder::Username(direction) | UserOrder::Email(direction) => {
                texts_after(*direction, after)
            }
            UserOrder::CreatedAt(direction, range) | UserOrder::LastLoginAt(direction, range) => {
                moments_after(*direction, *range, after)
            }
        };
        let params = switches(*filter).into_iter().chain(bounds);
        let params: Vec<_> = params.chain([number(size.rows_to_read())]).collect();
        let rows = self.conn.query(statement(order), &params).await?;
        let read = |row| {
            let row = Columns::of("users", row);
            let key = match order {
                UserOrder::CreatedAt(..) | UserOrder::LastLoginAt(..) => {
                    UserKey::Time(row.time("key")?)
                }
                _ => UserKey::Text(row.get("key")?),
            };
            user_row(&row, key)
        };
        rows.iter().map(read).collect()
    }
}

/// The statement of an order.
const fn statement(order: &UserOrder) -> &'static str {
    use Direction::{Ascending, Descending};
    match order {
        UserOrder::Username(Ascending) | UserOrder::Search(_) => {
            list!("username", "u.username_normal COLLATE \"C\"", "ASC")
        }
        UserOrder::Username(Descending) => {
            list!(
                "username, descending",
                "u.username_normal COLLATE \"C\"",
                "DESC"
            )
        }
        UserOrder::Email(Ascending) => {
            list!("email", "coalesce(u.email_normal, '') COLLATE \"C\"", "ASC")
        }
        UserOrder::Email(Descending) => {
            list!(
                "email, descending",
                "coalesce(u.email_normal, '') COLLATE \"C\"",
                "DESC"
            )
        }
        UserOrder::CreatedAt(Ascending, _) => list!("created_at", "u.created_at", "ASC"),
        UserOrder::CreatedAt(Descending, _) => {
            list!("created_at, descending", "u.created_at", "DESC")
        }
        UserOrder::LastLoginAt(Ascending, _) => {
            list!(
                "last_login_at",
                "coalesce(u.last_login_at, timestamptz 'epoch')",
                "ASC"
            )
        }
        UserOrder::LastLoginAt(Descending, _) => list!(
            "last_login_at, descending",
            "coalesce(u.last_login_at, timestamptz 'epoch')",
            "DESC"
        ),
    }
}

fn user_row(row: &Columns<'_>, key: UserKey) -> Result<UserRow, DbError> {
    let account = account(row)?;
    let position = UserPosition {
        key,
        id: account.id,
    };
    Ok(UserRow { account, position })
}

pub(super) fn switches(filter: UserFilter) -> [Param<'static>; 4] {
    [
        flag(filter.is_active),
        flag(filter.is_admin),
        flag(filter.is_verified),
        flag(filter.requires_password_change),
    ]
}

/// Between what a list of texts goes on: after `after`, to the end that the direction leads to.
fn texts_after(direction: Direction, after: Option<&UserPosition>) -> [Param<'static>; 4] {
    let first = (String::new(), Uuid::nil());
    let last = (LAST_TEXT.to_owned(), Uuid::nil());
    let reached = match after {
        Some(UserPosition {
            key: UserKey::Text(key),
            id,
        }) => Some((key.clone(), *id.as_uuid())),
        _ => None,
    };
    let (low, high) = between(direction, reached, first, last);
    [text(low.0), uuid(low.1), text(high.0), uuid(high.1)]
}

/// The same of moments, within a range.
fn moments_after(
    direction: Direction,
    range: TimeRange,
    after: Option<&UserPosition>,
) -> [Param<'static>; 4] {
    // The year 1 and the year 9999: no row is older or younger.
    let earliest = Timestamp::from_unix_seconds(-62_135_596_800);
    let latest = Timestamp::from_unix_seconds(253_402_300_799);
    let moment = |chosen: Option<Timestamp>, otherwise| {
        let moment = chosen.or(otherwise);
        (moment.map(|at| at.as_date_time()), Uuid::nil())
    };
    let reached = match after {
        Some(UserPosition {
            key: UserKey::Time(at),
            id,
        }) => Some((Some(at.as_date_time()), *id.as_uuid())),
        _ => None,
    };
    let first = moment(range.from, earliest);
    let (low, high) = between(direction, reached, first, moment(range.before, latest));
    [time(low.0), uuid(low.1), time(high.0), uuid(high.1)]
}

/// Where a page begins and ends, the ends themselves left out. No user has the nil id, so that the
/// first key is itself within.
fn between<T>(direction: Direction, reached: Option<T>, first: T, last: T) -> (T, T) {
    match (direction, reached) {
        (_, None) => (first, last),
        (Direction::Ascending, Some(reached)) => (reached, last),
        (Direction::Descending, Some(reached)) => (first, reached),
    }
}
