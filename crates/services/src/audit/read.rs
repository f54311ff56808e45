//! The audit trail as administrators read it.

use std::time::Duration;

use authly_domain::admin::Administrator;
use authly_domain::audit::{AuditAction, Link};
use authly_domain::clock::Timestamp;
use authly_domain::entropy::Entropy;
use authly_domain::id::{AuditEventId, ClientKey, SessionId, UserId};
use authly_domain::page::PageSize;
use authly_repositories::DbError;
use authly_repositories::audit::{EventFilter, NamedRecord};
use moka::sync::Cache;

use super::verify::{Verification, verify};
use crate::Context;
use crate::paging::{CursorError, Cursors, PageAsked, Paged};

/// How many events one look at the chain reads.
const LOOK: i64 = 500;

/// Why the trail is not read.
#[derive(Debug, thiserror::Error)]
pub enum TrailError {
    /// The cursor does not belong to the list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

/// What was sealed after a place.
#[derive(Debug)]
pub struct Followed {
    /// The events that fit the filter, in the order of the chain.
    pub events: Vec<NamedRecord>,
    /// How far was looked: where the next look goes on.
    pub position: i64,
    /// Whether that was all that is sealed by now.
    pub is_all: bool,
    /// The newest sealed event.
    pub head: Link,
}

/// What an administrator looks at that tells of people.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// The endpoint's name.
    pub what: &'static str,
    /// Whom it concerns, as far as that is said.
    pub user: Option<UserId>,
    /// Which client, likewise.
    pub client: Option<ClientKey>,
    /// Which session, likewise.
    pub session: Option<SessionId>,
    /// Whether it goes on from another look.
    pub glance: Glance,
}

/// Whether a look begins, or goes on from where another has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glance {
    /// It begins.
    Begins,
    /// It goes on. Each is not written down: whoever follows the trail would write more into it than they
    /// read.
    GoesOn,
}

/// How long somebody may go on looking at the same before that is written down again.
const SAME_LOOK: Duration = Duration::from_mins(10);
/// Of how many looks it is remembered that they were written down: a forgotten one is written down again.
const MOST_LOOKS: u64 = 10_000;

/// Who looks, and at what.
type Looking = (Option<UserId>, Option<ClientKey>, &'static str);

/// Reads the audit trail.
pub struct AuditTrail {
    context: Context,
    cursors: Cursors,
    /// When the looks that go on were last written down.
    looks: Cache<Looking, Timestamp>,
}

impl AuditTrail {
    /// On this storage.
    #[must_use]
    pub fn new(context: Context, cursors: Cursors) -> Self {
        Self {
            context,
            cursors,
            looks: Cache::new(MOST_LOOKS),
        }
    }

    /// Writes down that an administrator looks at what tells of people: each look that begins, and one that
    /// goes on every ten minutes, on each node.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn note_look(&self, by: &Administrator, look: Look) -> Result<(), TrailError> {
        let (now, looking) = (self.context.now(), (by.user(), by.client(), look.what));
        let noted = self.looks.get(&looking);
        let is_known = noted.is_some_and(|noted| now < noted.plus(SAME_LOOK));
        if look.glance == Glance::GoesOn && is_known {
            return Ok(());
        }
        let event = self
            .context
            .deed(AuditAction::PersonalDataRead, by)
            .of_user(look.user)
            .of_client(look.client)
            .of_session(look.session)
            .of(look.what);
        self.context.note_alone(&event).await?;
        self.looks.insert(looking, now);
        Ok(())
    }

    /// A page of events, the newest first, sealed or not.
    ///
    /// # Errors
    /// When the cursor is of another list, or storage fails.
    pub async fn list(
        &self,
        filter: &EventFilter,
        page: &PageAsked,
    ) -> Result<Paged<NamedRecord>, TrailError> {
        let list = ("audit", filter);
        let before = self.cursors.open(&list, page)?;
        let before = before.map(|position| {
            let id = position.into_iter().flatten().next();
            id.and_then(|id| id.parse().ok()).ok_or(CursorError)
        });
        let before: Option<AuditEventId> = before.transpose()?;
        let conn = self.context.db.connect().await?;
        let rows = page.size.rows_to_read();
        let found = conn.reads().audit().list(filter, before, rows).await?;
        Ok(self.cursors.page(&list, page.size, found, |row| {
            vec![Some(row.event.id.to_string())]
        }))
    }

    /// What was sealed after a place and fits the filter, in the order of the chain.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn follow(
        &self,
        filter: &EventFilter,
        after: i64,
        size: PageSize,
    ) -> Result<Followed, TrailError> {
        let conn = self.context.db.connect().await?;
        let found = conn.reads().audit().after(after, LOOK).await?;
        let head = conn.reads().audit().chain().await?.head;
        let is_last = i64::try_from(found.len()).is_ok_and(|found| found < LOOK);
        let mut followed = Followed {
            events: Vec::new(),
            position: after,
            is_all: is_last,
            head,
        };
        for one in found {
            let wanted = fits(filter, &one);
            if wanted && followed.events.len() == size.entries() {
                followed.is_all = false;
                break;
            }
            if let Some(seal) = &one.event.seal {
                followed.position = seal.link.position;
            }
            if wanted {
                followed.events.push(one);
            }
        }
        Ok(followed)
    }

    /// Holds the next part of the trail against the chain: from the oldest event that is kept, or from
    /// where the part before has ended. `noted` is a head that somebody has kept elsewhere.
    ///
    /// # Errors
    /// When the cursor is none of a verification, or storage fails.
    pub async fn verify(
        &self,
        cursor: Option<String>,
        noted: Option<Link>,
    ) -> Result<Verification, TrailError> {
        verify(&self.context, &self.cursors, cursor, noted).await
    }
}

/// Whether an event is among those that are wanted.
fn fits(filter: &EventFilter, one: &NamedRecord) -> bool {
    let event = &one.event;
    let is = |wanted: Option<&String>, found: Option<&String>| {
        wanted.is_none_or(|wanted| Some(wanted) == found)
    };
    is(filter.action.as_ref(), Some(&event.action))
        && filter
            .outcome
            .is_none_or(|outcome| outcome.as_str() == event.outcome)
        && filter.actor.is_none_or(|actor| {
            let client = ClientKey::from_uuid(*actor.as_uuid());
            event.actor_user == Some(actor) || event.actor_client == Some(client)
        })
        && filter.user.is_none_or(|user| event.user == Some(user))
        && filter
            .client
            .is_none_or(|client| event.client == Some(client))
        && is(filter.request.as_ref(), event.request.as_ref())
        && filter.since.is_none_or(|since| event.id >= since)
        && filter.until.is_none_or(|until| event.id < until)
}

/// The first key that an event of this moment could have: keys sort by their milliseconds.
#[must_use]
pub fn first_id_at(moment: Timestamp) -> AuditEventId {
    struct Zeros;
    impl Entropy for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }
    AuditEventId::generate(moment, &Zeros)
}
