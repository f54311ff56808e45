//! Lists of clients.

use authly_domain::clients::{ClientFilter, ClientOrder, ClientSort, RegisteredClient};
use authly_domain::id::ClientKey;
use authly_domain::page::Direction;

use super::Clients;
use super::registered::{registered, select_registered};
use super::row::client_columns;
use crate::DbError;
use crate::params::{flag, number, text, uuid};
use crate::row::Columns;

/// A page of a list that is sorted by `key`. Its parameters: type, whether enabled, grant, beginning
/// of a text, key and id of the last entry before the page, how many rows, and the one name. A text
/// begins with another where it lies between that and that with the last of all characters behind it.
///
/// The filters look at kinds of clients (type, whether enabled, grants), of which there are few, found by
/// steps from one to the next in an index that begins with them. Of each kind that is asked for the same
/// index gives a page; the first of all of these are the page. Thus what no client has takes no walk past
/// all that have it not, whatever the planner makes of the filters together. Where the page begins is no
/// comparison of rows: a scan would begin there even where the text that is looked for comes much later.
macro_rules! list {
    ($name:literal, $key:literal, $after:literal, $beyond:literal, $order:literal, $position:literal) => {
        concat!(
            "-- clients.",
            $name,
            "
            WITH RECURSIVE kinds AS (
                (SELECT client_type, is_active, grant_types
                   FROM clients
                  ORDER BY client_type, is_active, grant_types
                  LIMIT 1)
                UNION ALL
                SELECT n.client_type, n.is_active, n.grant_types
                  FROM kinds k
                  CROSS JOIN LATERAL (
                       SELECT client_type, is_active, grant_types
                         FROM clients
                        WHERE (client_type, is_active, grant_types)
                              > (k.client_type, k.is_active, k.grant_types)
                        ORDER BY client_type, is_active, grant_types
                        LIMIT 1) n
            ), page AS (
                SELECT f.id, f.key
                  FROM kinds k
                  CROSS JOIN LATERAL (
                       SELECT id, ",
            $key,
            " AS key
                         FROM clients
                        WHERE client_type = k.client_type
                          AND is_active = k.is_active
                          AND grant_types = k.grant_types
                          AND ($8::text IS NULL OR client_id = $8)
                          AND ($4::text IS NULL
                               OR (lower(client_id) COLLATE \"C\" >= lower($4)
                                   AND lower(client_id) COLLATE \"C\" < lower($4) || chr(1114111))
                               OR (lower(left(client_name, 200)) COLLATE \"C\" >= lower($4)
                                   AND lower(left(client_name, 200)) COLLATE \"C\"
                                       < lower($4) || chr(1114111)))
                          AND ($5::text IS NULL OR (",
            $key,
            " ",
            $beyond,
            "= ",
            $after,
            " AND (",
            $key,
            " ",
            $beyond,
            " ",
            $after,
            " OR id ",
            $beyond,
            " $6)))
                        ORDER BY ",
            $key,
            " ",
            $order,
            ", id ",
            $order,
            "
                        LIMIT $7) f
                 WHERE ($1::text IS NULL OR k.client_type = $1)
                   AND ($2::boolean IS NULL OR k.is_active = $2)
                   AND ($3::text IS NULL OR k.grant_types @> ARRAY[$3])
                 ORDER BY f.key ",
            $order,
            ", f.id ",
            $order,
            "
                 LIMIT $7
            )",
            select_registered!($position),
            "
             ORDER BY p.key ",
            $order,
            ", p.id ",
            $order
        )
    };
}

/// The same list in both directions.
macro_rules! both_ways {
    ($direction:expr, $up:literal, $down:literal, $key:literal, $after:literal, $position:literal) => {
        match $direction {
            Direction::Ascending => list!($up, $key, $after, ">", "ASC", $position),
            Direction::Descending => list!($down, $key, $after, "<", "DESC", $position),
        }
    };
}

/// Where a page of a list ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientPosition {
    /// What the last entry is sorted by, as text.
    pub key: String,
    /// The last entry.
    pub id: ClientKey,
}

/// The statement that reads a page in this order, for whoever asks the database how it does that.
#[must_use]
pub const fn list_statement(order: ClientOrder) -> &'static str {
    match order.by {
        ClientSort::ClientId => both_ways!(
            order.direction,
            "list_by_client_id",
            "list_by_client_id_from_the_end",
            "lower(client_id) COLLATE \"C\"",
            "$5",
            "p.key"
        ),
        ClientSort::Name => both_ways!(
            order.direction,
            "list_by_name",
            "list_by_name_from_the_end",
            "lower(left(client_name, 200)) COLLATE \"C\"",
            "$5",
            "p.key"
        ),
        ClientSort::CreatedAt => both_ways!(
            order.direction,
            "list_by_created_at",
            "list_by_created_at_from_the_end",
            "created_at",
            "timestamptz 'epoch' + $5::bigint * interval '1 microsecond'",
            "(extract(epoch FROM p.key) * 1000000)::bigint::text"
        ),
    }
}

impl Clients<'_> {
    /// A page of clients, each with the position that a list can go on from.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn list(
        &self,
        filter: &ClientFilter,
        order: ClientOrder,
        after: Option<&ClientPosition>,
        rows: i64,
    ) -> Result<Vec<(RegisteredClient, ClientPosition)>, DbError> {
        let params = [
            text(
                filter
                    .client_type
                    .map(authly_domain::clients::ClientType::as_str),
            ),
            flag(filter.is_active),
            text(
                filter
                    .grant_type
                    .map(authly_domain::clients::GrantType::as_str),
            ),
            text(&filter.begins_with),
            text(after.map(|after| after.key.as_str())),
            uuid(after.map(|after| *after.id.as_uuid())),
            number(rows),
            text(
                filter
                    .id
                    .as_ref()
                    .map(authly_domain::clients::ClientId::as_str),
            ),
        ];
        let rows = self
            .conn
            .query_planned(list_statement(order), &params)
            .await?;
        let rows = rows.iter().map(|row| Columns::of("clients", row));
        rows.map(|row| {
            let client = registered(&row)?;
            let (key, id) = (row.get("position")?, client.client.key);
            Ok((client, ClientPosition { key, id }))
        })
        .collect()
    }
}
