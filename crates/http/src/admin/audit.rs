//! `/admin/audit`

use std::collections::BTreeMap;

use actix_web::web;
use authly_domain::audit::{AuditOutcome, Link};
use authly_domain::id::UserId;
use authly_protocol::admin::audit::{
    self, Actor, ConcernedClient, ConcernedUser, Event, FollowQuery, Followed, ListQuery, Outcome,
    Place, Unsealed, Verification, VerifyQuery,
};
use authly_protocol::admin::{Id, Moment};
use authly_services::audit::{
    AuditTrail, EventFilter, Fault, FaultKind, NamedRecord, TrailError, first_id_at, hex, read_hash,
};

use super::paging::{foreign_cursor, page_of};
use super::parameters::QueryFields;
use super::{AdminCall, Answer, Table};
use crate::respond::{AdminProblem, IsUnavailable};

/// The longest word that is looked for, in bytes.
const MAX_WORD: usize = 100;

/// Every endpoint of this part with its handler.
pub(super) fn table(table: Table) -> Table {
    table.with(list).with(follow).with(verify)
}

/// `GET /admin/audit`
async fn list(
    call: AdminCall<audit::List>,
    trail: web::Data<AuditTrail>,
) -> Result<Answer<audit::List>, AdminProblem> {
    let mut fields = QueryFields::default();
    let query = call.query;
    let filter = filter(&query, &mut fields);
    let asked = fields.finish_with_page(query.limit, query.cursor)?;
    let page = trail.list(&filter, &asked).await?;
    Ok(Answer::of(page_of(page, event)))
}

/// `GET /admin/audit/follow`
async fn follow(
    call: AdminCall<audit::Follow>,
    trail: web::Data<AuditTrail>,
) -> Result<Answer<audit::Follow>, AdminProblem> {
    let mut fields = QueryFields::default();
    let after = call.query.after.unwrap_or(0);
    let query = listed(call.query);
    let filter = filter(&query, &mut fields);
    let asked = fields.finish_with_page(query.limit, None)?;
    let found = trail.follow(&filter, after, asked.size).await?;
    Ok(Answer::of(Followed {
        items: found.events.iter().map(event).collect(),
        position: found.position,
        is_all: found.is_all,
        head: place(&found.head),
    }))
}

/// `GET /admin/audit/verify`
async fn verify(
    call: AdminCall<audit::Verify>,
    trail: web::Data<AuditTrail>,
) -> Result<Answer<audit::Verify>, AdminProblem> {
    let noted = noted(&call.query)?;
    let shown = trail.verify(call.query.cursor, noted).await?;
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    Ok(Answer::of(Verification {
        faults: shown.faults.iter().map(fault).collect(),
        checked: count(shown.checked),
        erased: count(shown.erased),
        anchor: place(&shown.chain.anchor),
        head: place(&shown.chain.head),
        unsealed: Unsealed {
            events: shown.unsealed.events,
            oldest: shown.unsealed.oldest.map(Moment),
        },
        next_cursor: shown.next,
    }))
}

/// The filters of both kinds of reading are the same.
fn listed(query: FollowQuery) -> ListQuery {
    ListQuery {
        action: query.action,
        actor: query.actor,
        user: query.user,
        client: query.client,
        outcome: query.outcome,
        request_id: query.request_id,
        since: query.since,
        until: query.until,
        limit: query.limit,
        cursor: None,
    }
}

fn filter(query: &ListQuery, fields: &mut QueryFields) -> EventFilter {
    let mut word = |name: &str, text: Option<&String>| {
        let text = text?;
        if text.is_empty() || text.len() > MAX_WORD || text.contains('\0') {
            fields.wrong(name, "it has 1 to 100 bytes, and no NUL");
        }
        Some(text.clone())
    };
    EventFilter {
        action: word("action", query.action.as_ref()),
        outcome: query.outcome.and_then(|outcome| match outcome {
            Outcome::Succeeded => Some(AuditOutcome::Succeeded),
            Outcome::Refused => Some(AuditOutcome::Refused),
            _ => None,
        }),
        actor: query.actor.map(|id| id.0),
        user: query.user.map(|id| id.0),
        client: query.client.map(|id| id.0),
        request: word("request_id", query.request_id.as_ref()),
        since: query.since.map(|moment| first_id_at(moment.0)),
        until: query.until.map(|moment| first_id_at(moment.0)),
    }
}

/// A place that was noted elsewhere: both members of it, or none.
fn noted(query: &VerifyQuery) -> Result<Option<Link>, AdminProblem> {
    let mut fields = QueryFields::default();
    let hash = query.noted_hash.as_deref();
    let read = hash.and_then(read_hash);
    let noted = query
        .noted_position
        .zip(read)
        .map(|(position, hash)| Link { position, hash });
    if hash.is_some() && read.is_none() {
        fields.wrong("noted_hash", "it has 64 hexadecimal digits");
    } else if noted.is_none() && query.noted_position.is_some() {
        fields.wrong("noted_hash", "it goes with noted_position");
    } else if noted.is_none() && hash.is_some() {
        fields.wrong("noted_position", "it goes with noted_hash");
    }
    fields.finish()?;
    Ok(noted)
}

fn event(found: &NamedRecord) -> Event {
    let stored = &found.event;
    let personal = stored.personal.as_ref().map(|(_salt, values)| values);
    let details = stored.details.as_deref().unwrap_or("{}");
    let details: BTreeMap<String, String> = serde_json::from_str(details).unwrap_or_default();
    Event {
        id: Id(stored.id),
        at: Moment(stored.at),
        action: stored.action.clone(),
        outcome: stored.outcome.clone(),
        actor: Actor {
            kind: stored.actor_kind.clone(),
            id: stored.actor_user.map(Id).or_else(|| {
                let client = stored.actor_client?;
                Some(Id(UserId::from_uuid(*client.as_uuid())))
            }),
            name: found.actor.clone(),
        },
        user: stored.user.map(|id| ConcernedUser {
            id: Id(id),
            username: found.user.clone(),
        }),
        client: stored.client.map(|id| ConcernedClient {
            id: Id(id),
            client_id: found.client.clone(),
        }),
        grant: stored.grant.map(Id),
        session: stored.session.map(Id),
        target: stored.target.clone(),
        details,
        request_id: stored.request.clone(),
        username: personal.and_then(|values| values.username.clone()),
        address: personal.and_then(|values| Some(values.address?.to_string())),
        user_agent: personal.and_then(|values| values.user_agent.clone()),
        seal: stored.seal.map(|seal| place(&seal.link)),
    }
}

fn place(link: &Link) -> Place {
    Place {
        position: link.position,
        hash: hex(&link.hash),
    }
}

fn fault(fault: &Fault) -> audit::Fault {
    use audit::FaultKind as Wire;
    audit::Fault {
        kind: match fault.kind {
            FaultKind::Altered => Wire::Altered,
            FaultKind::PersonalAltered => Wire::PersonalAltered,
            FaultKind::Removed => Wire::Removed,
            FaultKind::Inserted => Wire::Inserted,
            FaultKind::Reordered => Wire::Reordered,
            FaultKind::Head => Wire::Head,
            FaultKind::Anchor => Wire::Anchor,
            FaultKind::Rewritten => Wire::Rewritten,
            FaultKind::NotKept => Wire::NotKept,
        },
        position: fault.position,
        event: fault.event.map(Id),
    }
}

impl From<TrailError> for AdminProblem {
    fn from(error: TrailError) -> Self {
        match error {
            TrailError::Cursor(error) => foreign_cursor(error),
            TrailError::Storage(error) => {
                let is_unavailable = IsUnavailable(error.is_unavailable());
                Self::storage(is_unavailable, error)
            }
        }
    }
}
