//! Whose personal values are gone because they are gone themselves.

use std::collections::HashSet;

use authly_domain::audit::AuditRecord;
use authly_domain::id::UserId;
use authly_repositories::DbError;
use authly_repositories::audit::AuditEvents;

/// Those of whom events of a part tell nothing any more, and who are not there any more.
#[derive(Debug, Default)]
pub(super) struct Erased(HashSet<UserId>);

impl Erased {
    /// Looks for them. Who is not there when the events are read is not there afterwards either.
    pub(super) async fn of(
        audit: &AuditEvents<'_>,
        events: &[AuditRecord],
    ) -> Result<Self, DbError> {
        let bare = events.iter().filter(|event| is_bare(event));
        let mut people: Vec<_> = bare.filter_map(AuditRecord::person).collect();
        people.sort_unstable();
        people.dedup();
        if people.is_empty() {
            return Ok(Self::default());
        }
        let gone = audit.gone_of(&people).await?;
        Ok(Self(gone.into_iter().collect()))
    }

    /// Whether the values beside this event went with whom it tells of.
    pub(super) fn has(&self, event: &AuditRecord) -> bool {
        let person = event.person();
        is_bare(event) && person.is_some_and(|person| self.0.contains(&person))
    }
}

/// Whether the values are not there that were committed to.
const fn is_bare(event: &AuditRecord) -> bool {
    event.commitment.is_some() && event.personal.is_none()
}
