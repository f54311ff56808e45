//! Clients as administrators see, list and change them.

use authly_domain::clients::{
    ClientFilter, ClientOrder, ClientSort, RegisteredClient, SecretRecord,
};
use authly_domain::clock::Timestamp;
use authly_domain::id::ClientKey;
use authly_domain::page::Direction;
use authly_domain::scopes::AdminScope;
use authly_domain::secret::SecretDigest;
use time::OffsetDateTime;

use super::Clients;
use super::row::{client_columns, record};
use crate::DbError;
use crate::params::{bytes, flag, number, text, texts, time, uuid};
use crate::row::Columns;

/// What is read of clients, from a `p` that says which, and under which `key` they are sorted.
macro_rules! registered {
    ($position:literal) => {
        concat!(
            "
            SELECT ",
            client_columns!(),
            ",
                   c.is_system, c.entitled_admin_scopes, c.created_at, c.updated_at,
                   x.secret_digests, x.secret_ends, x.secret_times,
                   a.scopes, a.optional_scopes, a.default_scopes,
                   ",
            $position,
            " AS position
              FROM page p
              JOIN clients c ON c.id = p.id
              CROSS JOIN LATERAL (
                   SELECT coalesce(array_agg(s.digest ORDER BY s.created_at, s.digest), '{}')
                              AS secret_digests,
                          coalesce(array_agg(s.expires_at ORDER BY s.created_at, s.digest), '{}')
                              AS secret_ends,
                          coalesce(array_agg(s.created_at ORDER BY s.created_at, s.digest), '{}')
                              AS secret_times
                     FROM client_secrets s
                    WHERE s.client_id = c.id) x
              CROSS JOIN LATERAL (
                   SELECT coalesce(array_agg(y.scope ORDER BY y.scope), '{}') AS scopes,
                          coalesce(array_agg(y.scope ORDER BY y.scope)
                              FILTER (WHERE y.is_optional), '{}') AS optional_scopes,
                          coalesce(array_agg(y.scope ORDER BY y.scope)
                              FILTER (WHERE o.is_default), '{}') AS default_scopes
                     FROM client_scopes y
                     JOIN scopes o ON o.name = y.scope
                    WHERE y.client_id = c.id) a"
        )
    };
}

/// A page of a list that is sorted by `key`. Its parameters: type, whether enabled, grant, beginning
/// of a text, key and id of the last entry before the page, how many rows, and the one name. A text
/// begins with another where it lies between that and that with the last of all characters behind it.
macro_rules! list {
    ($name:literal, $key:literal, $after:literal, $beyond:literal, $order:literal, $position:literal) => {
        concat!(
            "-- clients.",
            $name,
            "
            WITH page AS (
                SELECT id, ",
            $key,
            " AS key
                  FROM clients
                 WHERE ($8::text IS NULL OR client_id = $8)
                   AND ($1::text IS NULL OR client_type = $1)
                   AND ($2::boolean IS NULL OR is_active = $2)
                   AND ($3::text IS NULL OR grant_types @> ARRAY[$3])
                   AND ($4::text IS NULL
                        OR (lower(client_id) COLLATE \"C\" >= lower($4)
                            AND lower(client_id) COLLATE \"C\" < lower($4) || chr(1114111))
                        OR (lower(left(client_name, 200)) COLLATE \"C\" >= lower($4)
                            AND lower(left(client_name, 200)) COLLATE \"C\"
                                < lower($4) || chr(1114111)))
                   AND ($5::text IS NULL OR (",
            $key,
            ", id) ",
            $beyond,
            " (",
            $after,
            ", $6))
                 ORDER BY ",
            $key,
            " ",
            $order,
            ", id ",
            $order,
            "
                 LIMIT $7
            )",
            registered!($position),
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

    /// The client with this key and everything that is known of it.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find_registered(
        &self,
        client: ClientKey,
    ) -> Result<Option<RegisteredClient>, DbError> {
        const SQL: &str = concat!(
            "-- clients.find_registered
            WITH page AS (SELECT id FROM clients WHERE id = $1)",
            registered!("NULL")
        );
        let row = self.conn.query_opt(SQL, &[uuid(client.as_uuid())]).await?;
        row.map(|row| registered(&Columns::of("clients", &row)))
            .transpose()
    }

    /// Keeps everybody else from changing this client until the unit of work ends. What is read after
    /// this is what the last one left. Tokens are stored for it all the same: a redemption that this
    /// unit of work waits for must not wait for it. Answers whether it is there.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn lock(&self, client: ClientKey) -> Result<bool, DbError> {
        const SQL: &str = "-- clients.lock
            SELECT id FROM clients WHERE id = $1 FOR NO KEY UPDATE";
        let row = self.conn.query_opt(SQL, &[uuid(client.as_uuid())]).await?;
        Ok(row.is_some())
    }

    /// Enables or disables a client.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn set_activity(&self, client: ClientKey, activity: Activity) -> Result<(), DbError> {
        const SQL: &str = "-- clients.set_activity
            UPDATE clients SET is_active = $2, version = version + 1 WHERE id = $1";
        let is_active = activity == Activity::Enabled;
        let params = [uuid(client.as_uuid()), flag(is_active)];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Makes this what a client may administer for itself.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn entitle(&self, client: ClientKey, to: &[AdminScope]) -> Result<(), DbError> {
        const SQL: &str = "-- clients.entitle
            UPDATE clients SET entitled_admin_scopes = $2, version = version + 1 WHERE id = $1";
        let names: Vec<&str> = to.iter().map(|scope| scope.as_str()).collect();
        let params = [uuid(client.as_uuid()), texts(&names)];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Adds a secret; those that are there end at `old_end` at the latest, and those that have ended by
    /// `now` are removed. The client's version goes up, so that no copy of it admits them.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn rotate_secret(
        &self,
        client: ClientKey,
        digest: &SecretDigest,
        now: Timestamp,
        old_end: Timestamp,
    ) -> Result<(), DbError> {
        const END: &str = "-- clients.rotate_secret (end)
            UPDATE client_secrets
               SET expires_at = least(expires_at, $2)
             WHERE client_id = $1";
        const REMOVE: &str = "-- clients.rotate_secret (remove)
            DELETE FROM client_secrets WHERE client_id = $1 AND expires_at <= $2";
        const ADD: &str = "-- clients.rotate_secret (add)
            WITH touched AS (
                UPDATE clients SET version = version + 1 WHERE id = $1 RETURNING id)
            INSERT INTO client_secrets (client_id, digest, created_at)
            SELECT id, $2, $3 FROM touched";
        let key = || uuid(client.as_uuid());
        let (now, old_end) = (now.as_date_time(), old_end.as_date_time());
        self.conn.execute(END, &[key(), time(old_end)]).await?;
        self.conn.execute(REMOVE, &[key(), time(now)]).await?;
        let digest = digest.as_bytes().as_slice();
        let params = [key(), bytes(digest), time(now)];
        self.conn.execute(ADD, &params).await?;
        Ok(())
    }

    /// Removes some tokens of a client (as many as a batch has). Answers how many.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn remove_tokens(&self, client: ClientKey) -> Result<u64, DbError> {
        const SQL: &str = "-- clients.remove_tokens
            DELETE FROM tokens
             WHERE id IN (SELECT id FROM tokens WHERE client_id = $1 LIMIT 2000)";
        self.conn.execute(SQL, &[uuid(client.as_uuid())]).await
    }

    /// Removes some grants of a client (as many as a batch has). Answers how many.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn remove_grants(&self, client: ClientKey) -> Result<u64, DbError> {
        const SQL: &str = "-- clients.remove_grants
            DELETE FROM grants
             WHERE id IN (SELECT id FROM grants WHERE client_id = $1 LIMIT 2000)";
        self.conn.execute(SQL, &[uuid(client.as_uuid())]).await
    }

    /// Removes a client, and what is left of its.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn delete(&self, client: ClientKey) -> Result<(), DbError> {
        const SQL: &str = "-- clients.delete
            DELETE FROM clients WHERE id = $1";
        self.conn.execute(SQL, &[uuid(client.as_uuid())]).await?;
        Ok(())
    }
}

/// Whether a client may do anything at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// It may.
    Enabled,
    /// It may not.
    Disabled,
}

fn registered(row: &Columns<'_>) -> Result<RegisteredClient, DbError> {
    let made: Vec<OffsetDateTime> = row.get("secret_times")?;
    let client = record(row)?;
    let ends = client.secrets.iter().map(|secret| secret.expires_at);
    let secrets = made.into_iter().zip(ends).map(|(made_at, ends_at)| {
        let made_at = Timestamp::from_date_time(made_at);
        SecretRecord { made_at, ends_at }
    });
    Ok(RegisteredClient {
        secrets: secrets.collect(),
        client,
        is_system: row.get("is_system")?,
        entitled_to: row.parse_all("entitled_admin_scopes")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
