//! Lets go of events that are older than they are to be kept.

use authly_domain::audit::{Actor, AuditAction, Origin};
use authly_domain::clock::Timestamp;
use authly_repositories::DbError;

use super::seal::hex;
use crate::Context;

/// Removes a batch of sealed events that happened before `cutoff`, as far as no younger one stands
/// before them. The chain hangs on the last that went, and an event says so. Answers whether there may
/// be more.
pub(crate) async fn trim(context: &Context, cutoff: Timestamp) -> Result<bool, DbError> {
    let mut conn = context.db.connect().await?;
    let work = conn.begin("audit.trim").await?;
    let anchor = work.audit().lock_chain().await?.anchor;
    let Some(reached) = work.audit().trim(&anchor, cutoff).await? else {
        return Ok(false);
    };
    let event = context
        .event(AuditAction::AuditTrimmed, Actor::Server, Origin::default())
        .with("up_to", reached.position)
        .with("hash", hex(&reached.hash))
        .with("events", reached.position - anchor.position);
    context.note(&work, &event).await?;
    work.commit().await?;
    Ok(true)
}
