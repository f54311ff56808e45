//! Events as administrators read them.

use std::net::IpAddr;

use authly_domain::audit::{AuditOutcome, AuditRecord, Link, Personal, Seal};
use authly_domain::id::{AuditEventId, ClientKey, UserId, UuidBacked};
use uuid::Uuid;

use super::AuditEvents;
use crate::DbError;
use crate::params::{number, text, uuid};
use crate::row::Columns;

/// What of an event is read, whatever for.
macro_rules! event_columns {
    () => {
        "e.id, e.occurred_at, e.action, e.outcome, e.actor_kind, e.actor_user_id,
                   e.actor_client_id, e.user_id, e.client_id, e.grant_id, e.session_id, e.target,
                   e.details, e.request_id, e.commitment, e.position, e.previous, e.hash,
                   p.salt, p.username, p.address, p.user_agent"
    };
}
pub(super) use event_columns;

/// The names of those whom an event concerns, as far as they are still there.
macro_rules! named_columns {
    () => {
        ",
                   actor.username AS actor_username, machine.client_id AS actor_client_name,
                   concerned.username AS user_username, client.client_id AS client_name
              FROM page e
              LEFT JOIN audit_personal p ON p.event_id = e.id
              LEFT JOIN users actor ON actor.id = e.actor_user_id
              LEFT JOIN users concerned ON concerned.id = e.user_id
              LEFT JOIN clients machine ON machine.id = e.actor_client_id
              LEFT JOIN clients client ON client.id = e.client_id"
    };
}

/// Which events are read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventFilter {
    /// What happened.
    pub action: Option<String>,
    /// How it ended.
    pub outcome: Option<AuditOutcome>,
    /// Who did it: the user or the client with this key.
    pub actor: Option<UserId>,
    /// The user it concerns.
    pub user: Option<UserId>,
    /// The client it concerns.
    pub client: Option<ClientKey>,
    /// The number of the request.
    pub request: Option<String>,
    /// Nothing older than the first event that could have this key.
    pub since: Option<AuditEventId>,
    /// Nothing as new as the first event that could have this key.
    pub until: Option<AuditEventId>,
}

/// An event, and the names of those whom it concerns, as far as they are still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedRecord {
    /// The event.
    pub event: AuditRecord,
    /// The name of the person or client that did it.
    pub actor: Option<String>,
    /// The name of the user it concerns.
    pub user: Option<String>,
    /// The wire name of the client it concerns.
    pub client: Option<String>,
}

impl AuditEvents<'_> {
    /// Reads a page, for whoever asks the database how it does that. Its parameters are those of
    /// [`AuditEvents::list`].
    pub const LIST: &'static str = concat!(
        "-- audit.list
            WITH page AS (
                SELECT * FROM audit_events
                 WHERE ($1::uuid IS NULL OR id < $1)
                   AND ($3::uuid IS NULL OR id >= $3)
                   AND ($4::uuid IS NULL OR id < $4)
                   AND ($5::uuid IS NULL OR actor_user_id = $5 OR actor_client_id = $5)
                   AND ($6::uuid IS NULL OR user_id = $6)
                   AND ($7::uuid IS NULL OR client_id = $7)
                   AND ($8::text IS NULL OR action = $8)
                   AND ($9::text IS NULL OR outcome = $9)
                   AND ($10::text IS NULL OR request_id = $10)
                 ORDER BY id DESC LIMIT $2
            )
            SELECT ",
        event_columns!(),
        named_columns!(),
        "
             ORDER BY e.id DESC"
    );

    /// Events, the newest first, sealed or not: so many `rows` of those that are older than `before`.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn list(
        &self,
        filter: &EventFilter,
        before: Option<AuditEventId>,
        rows: i64,
    ) -> Result<Vec<NamedRecord>, DbError> {
        let bare = |id: Option<AuditEventId>| id.map(|id| *id.as_uuid());
        let params = [
            uuid(bare(before)),
            number(rows),
            uuid(bare(filter.since)),
            uuid(bare(filter.until)),
            uuid(filter.actor.map(|id| *id.as_uuid())),
            uuid(filter.user.map(|id| *id.as_uuid())),
            uuid(filter.client.map(|id| *id.as_uuid())),
            text(filter.action.as_deref()),
            text(filter.outcome.map(AuditOutcome::as_str)),
            text(filter.request.as_deref()),
        ];
        let rows = self.conn.query_planned(Self::LIST, &params).await?;
        rows.iter().map(named).collect()
    }

    /// Sealed events in the order of the chain: so many `rows` of those after a place.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn after(&self, position: i64, rows: i64) -> Result<Vec<NamedRecord>, DbError> {
        const SQL: &str = concat!(
            "-- audit.after
            WITH page AS (
                SELECT * FROM audit_events WHERE position > $1 ORDER BY position LIMIT $2
            )
            SELECT ",
            event_columns!(),
            named_columns!(),
            "
             ORDER BY e.position"
        );
        let params = [number(position), number(rows)];
        let rows = self.conn.query(SQL, &params).await?;
        rows.iter().map(named).collect()
    }
}

fn named(row: &tokio_postgres::Row) -> Result<NamedRecord, DbError> {
    let row = Columns::of("audit_events", row);
    let actor: Option<String> = row.get("actor_username")?;
    let machine: Option<String> = row.get("actor_client_name")?;
    Ok(NamedRecord {
        event: record(&row)?,
        actor: actor.or(machine),
        user: row.get("user_username")?,
        client: row.get("client_name")?,
    })
}

/// The event of a row with the columns of `event_columns`.
pub(super) fn record(row: &Columns<'_>) -> Result<AuditRecord, DbError> {
    let salt: Option<Vec<u8>> = row.get("salt")?;
    let personal = Personal {
        username: row.get("username")?,
        address: row.get::<Option<IpAddr>>("address")?,
        user_agent: row.get("user_agent")?,
    };
    let position: Option<i64> = row.get("position")?;
    let seal = match position {
        None => None,
        Some(position) => Some(Seal {
            link: Link {
                position,
                hash: hash(row, "hash")?,
            },
            previous: hash(row, "previous")?,
        }),
    };
    Ok(AuditRecord {
        id: AuditEventId::from_uuid(row.uuid("id")?),
        at: row.time("occurred_at")?,
        action: row.get("action")?,
        outcome: row.get("outcome")?,
        actor_kind: row.get("actor_kind")?,
        actor_user: id(row, "actor_user_id")?,
        actor_client: id(row, "actor_client_id")?,
        user: id(row, "user_id")?,
        client: id(row, "client_id")?,
        grant: id(row, "grant_id")?,
        session: id(row, "session_id")?,
        target: row.get("target")?,
        details: row.get("details")?,
        request: row.get("request_id")?,
        commitment: row.get("commitment")?,
        personal: salt.map(|salt| (salt, personal)),
        seal,
    })
}

fn id<T: UuidBacked>(row: &Columns<'_>, column: &'static str) -> Result<Option<T>, DbError> {
    Ok(row.get::<Option<Uuid>>(column)?.map(T::wrap))
}

/// A hash; what has another length can only have been written by somebody else, and fits nowhere.
pub(super) fn hash(row: &Columns<'_>, column: &'static str) -> Result<[u8; 32], DbError> {
    let bytes: Vec<u8> = row.get(column)?;
    Ok(bytes.try_into().unwrap_or([0xFF; 32]))
}
