//! Holds the trail against its chain, a part at a time.

mod ends;
mod erased;
mod tries;
mod walk;

use authly_domain::audit::{AuditAction, Link};
use authly_domain::page::PageSize;
use authly_repositories::audit::{Chain, Unsealed};

use super::read::TrailError;
use super::seal::hex;
use crate::Context;
use crate::paging::{CursorError, Cursors, PageAsked, Position};

use erased::Erased;
pub use walk::{Fault, FaultKind};

/// How many events one part holds at the most: a fraction of a second.
const PART: i64 = 5_000;
/// The list that a cursor is of.
const LIST: &str = "audit.verify";

/// What a part of the trail has shown.
#[derive(Debug)]
pub struct Verification {
    /// What does not fit, in the order of the trail.
    pub faults: Vec<Fault>,
    /// How many events were held against the chain.
    pub checked: usize,
    /// Of how many of them the personal values were erased.
    pub erased: usize,
    /// Both ends of the chain.
    pub chain: Chain,
    /// How far the trail fits, or was followed.
    pub reached: Link,
    /// What waits for its seal, and is not held against anything.
    pub unsealed: Unsealed,
    /// Where the next part begins; `None` at the end.
    pub next: Option<String>,
}

pub(super) async fn verify(
    context: &Context,
    cursors: &Cursors,
    cursor: Option<String>,
    noted: Option<Link>,
) -> Result<Verification, TrailError> {
    let asked = PageAsked {
        size: PageSize::DEFAULT,
        cursor,
    };
    let begun = cursors.open(&LIST, &asked)?.map(place_in).transpose()?;
    let conn = context.db.connect().await?;
    let audit = conn.reads().audit();
    let (stored, from) = begun.unwrap_or((
        0,
        Link {
            position: 0,
            hash: [0; 32],
        },
    ));
    let (chain, events) = audit.range(stored, PART).await?;
    let is_first = begun.is_none() || stored < chain.anchor.position;
    let start = if is_first { chain.anchor } else { from };
    let is_last = i64::try_from(events.len()).is_ok_and(|seen| seen < PART);

    let last_place = events.last().and_then(|event| event.seal);
    let shift = if is_first { 0 } else { stored - from.position };
    let erased = Erased::of(&audit, &events).await?;
    let mut walk = walk::walk(start, shift, &events, &erased, chain.head);
    if is_first {
        let strays = audit.before_anchor().await?;
        let trimmed = audit.details_of(AuditAction::AuditTrimmed).await?;
        let anchor = ends::anchor(&chain.anchor, &trimmed).into_iter();
        let before = anchor.chain(strays.into_iter().map(ends::stray));
        walk.faults.splice(0..0, before);
    }
    if is_last {
        walk.faults.extend(ends::head(&walk.reached, &chain.head));
    }
    // What parts before have passed, they have held against it.
    let is_left = |noted: &Link| begun.is_none_or(|(_, from)| noted.position > from.position);
    if let Some(noted) = noted.filter(is_left) {
        let fault = ends::noted(&noted, start, &walk.passed, chain, is_last);
        walk.faults.extend(fault);
    }
    let next = last_place.filter(|_seal| !is_last).and_then(|seal| {
        let place = [
            seal.link.position.to_string(),
            walk.reached.position.to_string(),
            hex(&walk.reached.hash),
        ];
        cursors.cursor(&LIST, &place.map(Some).to_vec())
    });
    let are_erased = events.iter().filter(|event| erased.has(event));
    Ok(Verification {
        faults: walk.faults,
        checked: events.len(),
        erased: are_erased.count(),
        chain,
        reached: walk.reached,
        unsealed: audit.unsealed().await?,
        next,
    })
}

/// The place that a cursor of ours holds: by its column, by its number in the chain, and its hash.
fn place_in(position: Position) -> Result<(i64, Link), CursorError> {
    let [stored, position, hash] = <[_; 3]>::try_from(position).map_err(|_other| CursorError)?;
    let number = |text: Option<String>| text.and_then(|text| text.parse().ok()).ok_or(CursorError);
    let hash = hash.as_deref().and_then(read_hash).ok_or(CursorError)?;
    let position = number(position)?;
    Ok((number(stored)?, Link { position, hash }))
}

/// A hash from its text.
#[must_use]
pub fn read_hash(text: &str) -> Option<[u8; 32]> {
    base16ct::mixed::decode_vec(text).ok()?.try_into().ok()
}
