//! The chain: what is sealed, what waits for it, and what is let go.

use authly_domain::audit::{AuditAction, AuditRecord, Link};
use authly_domain::clock::Timestamp;
use authly_domain::id::{AuditEventId, UserId};
use uuid::Uuid;

use super::AuditEvents;
use super::records::{event_columns, hash, record};
use crate::DbError;
use crate::params::{byte_strings, bytes, number, numbers, text, time, uuids};
use crate::row::Columns;

/// Both ends of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain {
    /// After which the next event is sealed.
    pub head: Link,
    /// On which the oldest event hangs that is kept.
    pub anchor: Link,
}

/// An event with its seal, about to be stored.
#[derive(Debug, Clone, Copy)]
pub struct Sealed {
    /// The event.
    pub id: AuditEventId,
    /// The hash of the event before it.
    pub previous: [u8; 32],
    /// Its own place.
    pub link: Link,
}

/// What waits for its seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsealed {
    /// How many events.
    pub events: i64,
    /// When the oldest of them happened.
    pub oldest: Option<Timestamp>,
}

impl AuditEvents<'_> {
    /// Both ends of the chain.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn chain(&self) -> Result<Chain, DbError> {
        const SQL: &str = "-- audit.chain
            SELECT position, hash, anchor_position, anchor_hash FROM audit_chain";
        self.read_chain(SQL).await
    }

    /// Both ends of the chain, which nobody else moves until the transaction ends.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn lock_chain(&self) -> Result<Chain, DbError> {
        const SQL: &str = "-- audit.lock_chain
            SELECT position, hash, anchor_position, anchor_hash FROM audit_chain FOR UPDATE";
        self.read_chain(SQL).await
    }

    async fn read_chain(&self, sql: &'static str) -> Result<Chain, DbError> {
        let row = self.conn.query_opt(sql, &[]).await?;
        let row = row.ok_or(DbError::Corrupt {
            table: "audit_chain",
            column: "only_row",
        })?;
        let row = Columns::of("audit_chain", &row);
        Ok(Chain {
            head: Link {
                position: row.get("position")?,
                hash: hash(&row, "hash")?,
            },
            anchor: Link {
                position: row.get("anchor_position")?,
                hash: hash(&row, "anchor_hash")?,
            },
        })
    }

    /// Whether an event waits for its seal.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn has_unsealed(&self) -> Result<bool, DbError> {
        const SQL: &str = "-- audit.has_unsealed
            SELECT 1 FROM audit_events WHERE position IS NULL LIMIT 1";
        Ok(self.conn.query_opt(SQL, &[]).await?.is_some())
    }

    /// What waits for its seal, counted up to 10,000.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn unsealed(&self) -> Result<Unsealed, DbError> {
        const SQL: &str = "-- audit.unsealed
            SELECT count(*) AS events, min(occurred_at) AS oldest
              FROM (SELECT occurred_at FROM audit_events
                     WHERE position IS NULL ORDER BY id LIMIT 10000) waiting";
        let row = self.conn.query_opt(SQL, &[]).await?;
        let Some(row) = row else {
            return Ok(Unsealed {
                events: 0,
                oldest: None,
            });
        };
        let row = Columns::of("audit_events", &row);
        Ok(Unsealed {
            events: row.get("events")?,
            oldest: row.time_opt("oldest")?,
        })
    }

    /// Events that wait for their seal, by id.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn next_to_seal(&self) -> Result<Vec<AuditRecord>, DbError> {
        const SQL: &str = concat!(
            "-- audit.next_to_seal
            SELECT ",
            event_columns!(),
            "
              FROM audit_events e
              LEFT JOIN audit_personal p ON p.event_id = e.id
             WHERE e.position IS NULL
             ORDER BY e.id LIMIT 500"
        );
        let rows = self.conn.query(SQL, &[]).await?;
        let rows = rows.iter();
        rows.map(|row| record(&Columns::of("audit_events", row)))
            .collect()
    }

    /// Seals these events, and moves the head to the last of them.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn seal(&self, sealed: &[Sealed], head: &Link) -> Result<(), DbError> {
        const SQL: &str = "-- audit.seal
            WITH sealed AS (
                UPDATE audit_events e
                   SET position = s.position, previous = s.previous, hash = s.hash
                  FROM unnest($1, $2, $3, $4) AS s (id, position, previous, hash)
                 WHERE e.id = s.id AND e.position IS NULL
            )
            UPDATE audit_chain SET position = $5, hash = $6";
        let ids: Vec<_> = sealed.iter().map(|one| *one.id.as_uuid()).collect();
        let positions: Vec<_> = sealed.iter().map(|one| one.link.position).collect();
        let previous: Vec<_> = sealed.iter().map(|one| one.previous.as_slice()).collect();
        let hashes: Vec<_> = sealed.iter().map(|one| one.link.hash.as_slice()).collect();
        let params = [
            uuids(ids),
            numbers(positions),
            byte_strings(previous),
            byte_strings(hashes),
            number(head.position),
            bytes(head.hash.as_slice()),
        ];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Those of these people who are not there any more.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn gone_of(&self, people: &[UserId]) -> Result<Vec<UserId>, DbError> {
        const SQL: &str = "-- audit.gone_of
            SELECT person AS id FROM unnest($1) AS people (person)
             WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = person)";
        let people: Vec<_> = people.iter().map(|id| *id.as_uuid()).collect();
        let rows = self.conn.query(SQL, &[uuids(people)]).await?;
        let rows = rows.iter();
        rows.map(|row| Columns::of("users", row).uuid("id").map(UserId::from_uuid))
            .collect()
    }

    /// Both ends of the chain, and sealed events in its order: so many `rows` of those after a place
    /// that are kept. All as of one moment.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn range(
        &self,
        position: i64,
        rows: i64,
    ) -> Result<(Chain, Vec<AuditRecord>), DbError> {
        const SQL: &str = concat!(
            "-- audit.range
            SELECT c.position AS head_position, c.hash AS head_hash, c.anchor_position,
                   c.anchor_hash,
                   ",
            event_columns!(),
            "
              FROM audit_chain c
              LEFT JOIN LATERAL (
                       SELECT * FROM audit_events
                        WHERE position > greatest($1, c.anchor_position)
                        ORDER BY position LIMIT $2
                   ) e ON true
              LEFT JOIN audit_personal p ON p.event_id = e.id
             ORDER BY e.position"
        );
        let rows = self
            .conn
            .query(SQL, &[number(position), number(rows)])
            .await?;
        let first = rows.first().ok_or(DbError::Corrupt {
            table: "audit_chain",
            column: "only_row",
        })?;
        let first = Columns::of("audit_chain", first);
        let chain = Chain {
            head: Link {
                position: first.get("head_position")?,
                hash: hash(&first, "head_hash")?,
            },
            anchor: Link {
                position: first.get("anchor_position")?,
                hash: hash(&first, "anchor_hash")?,
            },
        };
        let rows = rows.iter().map(|row| Columns::of("audit_events", row));
        let mut events = Vec::new();
        for row in rows {
            if row.get::<Option<Uuid>>("id")?.is_some() {
                events.push(record(&row)?);
            }
        }
        Ok((chain, events))
    }

    /// Events that stand before the anchor, where none may be.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn before_anchor(&self) -> Result<Vec<(i64, AuditEventId)>, DbError> {
        const SQL: &str = "-- audit.before_anchor
            SELECT position, id FROM audit_events
             WHERE position <= (SELECT anchor_position FROM audit_chain)
             ORDER BY position LIMIT 100";
        let rows = self.conn.query(SQL, &[]).await?;
        let rows = rows.iter().map(|row| Columns::of("audit_events", row));
        rows.map(|row| {
            let id = AuditEventId::from_uuid(row.uuid("id")?);
            Ok((row.get("position")?, id))
        })
        .collect()
    }

    /// The details of the newest 100 events of an action.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn details_of(&self, action: AuditAction) -> Result<Vec<String>, DbError> {
        const SQL: &str = "-- audit.details_of
            SELECT details FROM audit_events
             WHERE action = $1 AND details IS NOT NULL ORDER BY id DESC LIMIT 100";
        let rows = self.conn.query(SQL, &[text(action.as_str())]).await?;
        let rows = rows.iter();
        rows.map(|row| Columns::of("audit_events", row).get("details"))
            .collect()
    }

    /// Removes the oldest events as far as they lie before `cutoff`, a batch at a time, and lets the
    /// chain hang on the last of them. Answers where it hangs then; `None` where none is over. The chain has
    /// to be locked.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn trim(&self, anchor: &Link, cutoff: Timestamp) -> Result<Option<Link>, DbError> {
        const SQL: &str = "-- audit.trim
            WITH oldest AS (
                SELECT id, position, hash, occurred_at < $2 AS is_over
                  FROM audit_events
                 WHERE position > $1 ORDER BY position LIMIT 500
            ), chosen AS (
                SELECT id, position, hash FROM oldest
                 WHERE position < coalesce((SELECT min(position) FROM oldest WHERE NOT is_over),
                                           9223372036854775807)
            ), last AS (
                SELECT position, hash FROM chosen ORDER BY position DESC LIMIT 1
            ), gone AS (
                DELETE FROM audit_events e USING chosen c WHERE e.id = c.id
            )
            UPDATE audit_chain c SET anchor_position = last.position, anchor_hash = last.hash
              FROM last
            RETURNING c.anchor_position AS position, c.anchor_hash AS hash";
        let params = [number(anchor.position), time(cutoff.as_date_time())];
        let row = self.conn.query_opt(SQL, &params).await?;
        row.map(|row| {
            let row = Columns::of("audit_chain", &row);
            Ok(Link {
                position: row.get("position")?,
                hash: hash(&row, "hash")?,
            })
        })
        .transpose()
    }
}
