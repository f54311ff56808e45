//! The search for users by what their name, address or user name begins with.

use std::collections::HashMap;

use authly_domain::id::UserId;
use authly_domain::page::PageSize;
use authly_domain::users::{UserFilter, UserKey, UserPosition, UserSearch};
use uuid::Uuid;

use super::Users;
use super::account::{account, account_columns};
use super::list::{LAST_TEXT, UserRow, kinds, switches};
use crate::DbError;
use crate::params::{text, uuid, uuids};
use crate::row::Columns;

/// How many entries a search reads at once: three stand for one user at most, and a page holds 200.
/// The statement has the number written out.
const ENTRIES: usize = 604;

/// What of one combination begins with a text in the column `$key`: from `$5` with the id `$6`, or
/// where the text itself would stand if that is later.
macro_rules! beginning {
    ($key:literal, $text:literal) => {
        concat!(
            "(SELECT u.id, ",
            $key,
            " AS key
                   FROM users u
                  WHERE u.is_active = k.active AND u.is_admin = k.admin
                    AND u.is_verified = k.verified
                    AND u.requires_password_change = k.change_is_due
                    AND (",
            $key,
            ", u.id) > (greatest(",
            $text,
            ", $5 COLLATE \"C\"),
                        CASE WHEN $5 COLLATE \"C\" < ",
            $text,
            " THEN $8 ELSE $6 END)
                    AND ",
            $key,
            " < ",
            $text,
            " || $9
                  ORDER BY ",
            $key,
            ", u.id
                  LIMIT 604)"
        )
    };
}

/// What begins with a text.
const ENTRIES_BEHIND: &str = concat!(
    "-- users.search
            WITH ",
    kinds!(),
    ", entry AS (
                SELECT found.key, found.id
                  FROM kind k
                 CROSS JOIN LATERAL (",
    beginning!("u.username_normal COLLATE \"C\"", "$7"),
    "
                  UNION
                  ",
    beginning!("coalesce(u.email_normal, '') COLLATE \"C\"", "$7"),
    "
                  UNION
                  ",
    beginning!("lower(u.name) COLLATE \"C\"", "lower($10)"),
    ") found
                 ORDER BY found.key, found.id
                 LIMIT 604
            )
            SELECT e.key, e.id,
                   e.key = least(
                    CASE WHEN starts_with(u.username_normal, $7) THEN u.username_normal END,
                    CASE WHEN starts_with(u.email_normal, $7) THEN u.email_normal END,
                    CASE WHEN starts_with(u.lower_name, lower($10)) THEN u.lower_name END)
                    COLLATE \"C\" AS is_first
              FROM entry e
             CROSS JOIN LATERAL (SELECT username_normal, email_normal, lower(name) AS lower_name
                                   FROM users
                                  WHERE id = e.id
                                  LIMIT 1) u
             ORDER BY e.key, e.id"
);

impl Users<'_> {
    /// Those of whom something begins with a text. A user is found by the lowest of what does: so
    /// each is listed once, and whether an entry is that one can be told from the user alone.
    pub(super) async fn search(
        &self,
        filter: &UserFilter,
        search: &UserSearch,
        after: Option<&UserPosition>,
        size: PageSize,
    ) -> Result<Vec<UserRow>, DbError> {
        let wanted = size.entries().saturating_add(1);
        let mut rows = Vec::new();
        let mut reached = after.cloned();
        loop {
            let entries = self.entries(filter, search, reached.as_ref()).await?;
            let mut is_all = entries.len() < ENTRIES;
            reached = entries.last().map(|entry| entry.position.clone());
            let first = entries.into_iter().filter(|entry| entry.is_first);
            let mut found: Vec<_> = first.map(|entry| entry.position).collect();
            let missing = wanted.saturating_sub(rows.len());
            if found.len() > missing {
                found.truncate(missing);
                reached = found.last().cloned();
                is_all = false;
            }
            // Fewer than were found, where some were removed meanwhile: others take their places, or
            // the list would seem to end here.
            rows.extend(self.accounts_at(found).await?);
            if is_all || rows.len() >= wanted {
                return Ok(rows);
            }
        }
    }

    /// What begins with a text, after `after`.
    async fn entries(
        &self,
        filter: &UserFilter,
        search: &UserSearch,
        after: Option<&UserPosition>,
    ) -> Result<Vec<Entry>, DbError> {
        let (key, id) = match after {
            Some(UserPosition {
                key: UserKey::Text(key),
                id,
            }) => (key.as_str(), *id.as_uuid()),
            _ => ("", Uuid::nil()),
        };
        let bounds = [
            text(key),
            uuid(id),
            text(search.normal_form()),
            uuid(Uuid::nil()),
            text(LAST_TEXT),
            text(search.as_str()),
        ];
        let params: Vec<_> = switches(*filter).into_iter().chain(bounds).collect();
        let rows = self.conn.query(ENTRIES_BEHIND, &params).await?;
        let read = |row| {
            let row = Columns::of("users", row);
            Ok(Entry {
                position: UserPosition {
                    key: UserKey::Text(row.get("key")?),
                    id: UserId::from_uuid(row.uuid("id")?),
                },
                is_first: row.get("is_first")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// The users at these positions, in their order.
    async fn accounts_at(&self, positions: Vec<UserPosition>) -> Result<Vec<UserRow>, DbError> {
        const SQL: &str = concat!(
            "-- users.accounts_at
            SELECT ",
            account_columns!(),
            "
              FROM users u
             WHERE u.id = ANY ($1)"
        );
        let ids: Vec<Uuid> = positions.iter().map(|at| *at.id.as_uuid()).collect();
        let rows = self.conn.query(SQL, &[uuids(&ids)]).await?;
        let mut accounts = HashMap::new();
        for row in &rows {
            let account = account(&Columns::of("users", row))?;
            accounts.insert(account.id, account);
        }
        // Who was removed meanwhile is left out.
        let rows = positions.into_iter().filter_map(|position| {
            let account = accounts.remove(&position.id)?;
            Some(UserRow { account, position })
        });
        Ok(rows.collect())
    }
}

/// Something of a user that begins with what is searched for.
struct Entry {
    position: UserPosition,
    /// Whether it is the lowest such thing of the user.
    is_first: bool,
}
