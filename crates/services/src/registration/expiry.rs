//! Clients that have registered themselves and that nobody uses.

use authly_domain::audit::{Actor, AuditAction, Origin};
use authly_domain::clock::Timestamp;
use authly_domain::retention::USE_NOTED_EVERY;
use authly_repositories::DbError;
use authly_repositories::jobs::Progress;

use crate::Context;

/// Notes of a few clients that they are used: they have a grant or a token.
pub(crate) async fn note_used(context: &Context) -> Result<Progress, DbError> {
    let now = context.now();
    let conn = context.db.connect().await?;
    let rows = conn.reads().clean_up();
    rows.note_used(now, now.minus(USE_NOTED_EVERY)).await
}

/// Removes a few clients that nobody has used since `cutoff`, each with its event. Answers whether there
/// may be more.
pub(crate) async fn forget_unused(context: &Context, cutoff: Timestamp) -> Result<bool, DbError> {
    let mut conn = context.db.connect().await?;
    let unused = conn.reads().clean_up().unused_clients(cutoff).await?;
    let mut removed = false;
    for client in unused {
        let work = conn.begin("registration.expire").await?;
        let rows = work.clean_up();
        // One that is used at this moment is held by whoever gives it access.
        let is_held = rows.hold_client(client).await?;
        if !is_held || !rows.unused_client(client, cutoff).await? {
            continue;
        }
        let event = context
            .event(AuditAction::ClientExpired, Actor::Server, Origin::default())
            .of_client(client);
        context.note(&work, &event).await?;
        work.commit().await?;
        removed = true;
    }
    Ok(removed)
}
